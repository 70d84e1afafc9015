package bigdust.interop;

/**
 * A column of the table.
 *
 * @param type the name of Fivetran's data type
 */
record Column(String name, String type, boolean key) {}
