package bigdust.interop;

/**
 * A value of a row.
 *
 * @param cell what the CSV library is given; null for NULL
 * @param json the JSON text that is to arrive
 */
record Value(Object cell, String json) {
  static final Value NULL = new Value(null, "null");
}
