package bigdust.interop;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;

/** Texts that a CSV reader may stumble over. */
final class Texts {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONG_TEXT = 3000;

  private static final String[] PIECES = {
    "\"", "\"\"", ",", "\n", "\r", "\r\n", "\\", "\\\"", "\\n", "\t", " ", "'", ";", "|", "#", "-", "=",
    "a", "Z", "0", "é", "ß", "漢", "字", "\u00a0", "\u0085", "\u2028", "\ud7ff", "\ufeff", "\ufffd", "\uffff",
    "😀", "🗺️", "\ud800\udc00", "\udbff\udfff", "\u0001", "\u0008", "\u000b", "\u000c", "\u001b", "\u001f",
    "\u007f", "word", "two words"
  };

  private static final String[] WHOLE = {
    "", " ", "  ", "\"", "\"\"", "\"\"\"", ",", ",,", "\n", "\r", "\r\n", "\\", "\\\\", "\\\"", "\t", " lead",
    "trail ", "\"quoted\"", "\"open", "close\"", "a\"b", "null", "NULL", "\\N", "nil", "true", "0", "-", "+1",
    "=1+1", "@x", "\ufeffmark", "end\n", "\nstart", "end\r", "\rstart", "end,", "123456789012345678901234",
    "1234567890123456789012345", "12345678901234567890123\"", "# comment", "[B@7d4991ad", "😀", "\u0001"
  };

  private static final String[] JSON_WHOLE = {
    "null", "true", "0", "-0", "1.50", "1E400", "123456789012345678901234567890.10", "\"\"", "\"text\"", "[]", "{}",
    "{\"a\":1,\"b\":[1.0,2.50,-3e-7],\"c\":{\"d\":null}}", "[ 1 ,\n  2 ]", "{\"a\" : \"\\u0041\\n\\\"\"}",
    "{\"same\":1,\"same\":2}", "{\"type\":\"Point\",\"coordinates\":[8.541694,47.376887]}",
    "{\n  \"pretty\": true,\n  \"lines\": [\n    1\n  ]\n}\n", "\"\\ud83d\\ude00\"", "{\"\":\"\"}"
  };

  private static final String[] NOT_JSON = {"", "text", "{", "{\"a\":}", "[1,]", "01", "NaN", "'a'", "{} {}"};

  private final Random random;

  Texts(Random random) {
    this.random = random;
  }

  private <T> T any(T[] of) {
    return of[random.nextInt(of.length)];
  }

  /** A text of so many pieces. */
  String ofPieces(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(any(PIECES));
    }
    return text.toString();
  }

  String text() {
    int chance = random.nextInt(1000);
    if (chance < 300) {
      return any(WHOLE);
    }
    return ofPieces(random.nextInt(chance < 990 ? 40 : LONG_TEXT));
  }

  /** A text as JSON writes it. */
  static String quoted(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Value string(String text) {
    return new Value(text, quoted(text));
  }

  /** Text that is JSON arrives as it is; other text in a JSON column as a string. */
  Value json() {
    int chance = random.nextInt(10);
    if (chance == 0) {
      return string(any(NOT_JSON));
    }
    if (chance < 5) {
      String text = any(JSON_WHOLE);
      return new Value(text, text);
    }
    String list = quoted(text()) + ", " + random.nextLong() + ",{\"deep\":" + any(JSON_WHOLE) + "}";
    String text = "{" + quoted(text()) + ":[" + list + "]}";
    return new Value(text, text);
  }

  String xml() {
    return "<?xml version=\"1.0\"?>\n<a b=\"" + random.nextInt() + "\"><![CDATA[" + text() + "]]></a>";
  }
}
