package bigdust.interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The files of one request, in a folder of their own, with what is to arrive of them. */
final class Batch {
  private static final List<Column> COLUMNS =
      List.of(
          new Column("id", "LONG", true),
          new Column("part", "STRING", true),
          new Column("a_boolean", "BOOLEAN", false),
          new Column("a_short", "SHORT", false),
          new Column("an_int", "INT", false),
          new Column("a_long", "LONG", false),
          new Column("a_decimal", "DECIMAL", false),
          new Column("a_float", "FLOAT", false),
          new Column("a_double", "DOUBLE", false),
          new Column("a_date", "NAIVE_DATE", false),
          new Column("a_datetime", "NAIVE_DATETIME", false),
          new Column("an_instant", "UTC_DATETIME", false),
          new Column("a_time", "NAIVE_TIME", false),
          new Column("a_binary", "BINARY", false),
          new Column("an_xml", "XML", false),
          new Column("a_string", "STRING", false),
          new Column("a_json", "JSON", false),
          new Column("quote \" and, comma", "STRING", false),
          new Column(" größe 📏 ", "STRING", false),
          new Column("_fivetran_synced", "UTC_DATETIME", false));
  private static final int REPLACE_FILES = 3;
  private static final int UPDATE_FILES = 2;
  private static final int UPDATE_EVERY = 10;
  private static final int DELETE_EVERY = 30;

  private final ObjectMapper mapper = new ObjectMapper();
  private final Path folder;
  private final BatchFile.Kind kind;
  private final Random random;
  private final Values values;
  private final int rows;
  private final String nullString;
  private final String unmodifiedString;
  private final List<String> parts = new ArrayList<>(); /* of the key, by id */
  private final ArrayNode files = mapper.createArrayNode();
  private BufferedWriter expected;

  Batch(Path folder, BatchFile.Kind kind, long seed, int rows) {
    this.folder = folder;
    this.kind = kind;
    this.rows = rows;
    random = new Random(seed);
    values = new Values(random);
    nullString = "null-" + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
    unmodifiedString = "unmod-" + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong());
  }

  void write() throws IOException, GeneralSecurityException {
    Files.createDirectories(folder);
    try (BufferedWriter lines = Files.newBufferedWriter(folder.resolve("expected.jsonl"))) {
      expected = lines;
      for (int i = 0; i < REPLACE_FILES; i++) {
        writeReplace(i);
      }
      for (int i = 0; i < UPDATE_FILES; i++) {
        writeUpdate(i);
      }
      writeDelete();
    }
    Files.writeString(folder.resolve("manifest.json"), manifest().toString());
  }

  private ObjectNode manifest() {
    ObjectNode manifest = mapper.createObjectNode();
    manifest.put("compression", kind.compression()).put("encryption", kind.encryption());
    manifest.put("null_string", nullString).put("unmodified_string", unmodifiedString);
    manifest.put("not_finite", values.notFinite());
    ArrayNode columns = manifest.putArray("columns");
    for (Column column : COLUMNS) {
      columns.addObject().put("name", column.name()).put("type", column.type()).put("key", column.key());
    }
    manifest.set("files", files);
    return manifest;
  }

  /** A file of that operation, its columns in an order of its own. */
  private BatchFile open(String operation, int index) throws IOException, GeneralSecurityException {
    List<String> names = new ArrayList<>(COLUMNS.stream().map(Column::name).toList());
    Collections.shuffle(names, random);
    Path path = folder.resolve(operation + index + ".csv");
    BatchFile file = new BatchFile(path, kind, names, nullString, index == 1, random);
    ObjectNode entry = files.addObject().put("operation", operation).put("path", path.toString());
    entry.put("key", file.key() == null ? null : HexFormat.of().formatHex(file.key()));
    return file;
  }

  private void writeReplace(int index) throws IOException, GeneralSecurityException {
    int huge = random.nextInt(rows / REPLACE_FILES);
    try (BatchFile file = open("replace", index)) {
      for (int i = 0; i < rows / REPLACE_FILES; i++) {
        Map<String, Value> row = new LinkedHashMap<>();
        for (Column column : COLUMNS) {
          row.put(column.name(), column.key() ? null : sometimesNull(column));
        }
        if (i == huge) {
          row.put("a_string", values.hugeString());
        }
        /* A text that only begins like the one that means NULL. */
        if (i % 100 == 0) {
          row.put("quote \" and, comma", Texts.string(nullString + (i % 200 == 0 ? " " : "\"")));
        }
        parts.add((String) values.of("STRING").cell());
        putKey(row, parts.size() - 1);
        file.write(cells(row));
        expect("upsert", row);
      }
    }
  }

  private void writeUpdate(int index) throws IOException, GeneralSecurityException {
    try (BatchFile file = open("update", index)) {
      for (int id = index; id < parts.size(); id += UPDATE_EVERY) {
        Map<String, Value> row = new LinkedHashMap<>();
        Map<String, Object> cells = new LinkedHashMap<>();
        putKey(row, id);
        for (Column column : COLUMNS) {
          if (!column.key() && random.nextBoolean()) {
            row.put(column.name(), sometimesNull(column));
          }
          Value value = row.get(column.name());
          cells.put(column.name(), value == null ? unmodifiedString : value.cell());
        }
        file.write(cells);
        expect("update", row);
      }
    }
  }

  private void writeDelete() throws IOException, GeneralSecurityException {
    try (BatchFile file = open("delete", 0)) {
      for (int id = 0; id < parts.size(); id += DELETE_EVERY) {
        Map<String, Value> row = new LinkedHashMap<>();
        putKey(row, id);
        row.put("_fivetran_synced", Texts.string(values.instant().toString()));
        Map<String, Object> cells = cells(row);
        COLUMNS.forEach(column -> cells.putIfAbsent(column.name(), null));
        file.write(cells);
        row.put("_fivetran_deleted", new Value(null, "true"));
        expect("delete", row);
      }
    }
  }

  private Value sometimesNull(Column column) {
    return random.nextInt(10) == 0 ? Value.NULL : values.of(column.type());
  }

  private void putKey(Map<String, Value> row, int id) {
    row.put("id", new Value((long) id, Integer.toString(id)));
    row.put("part", Texts.string(parts.get(id)));
  }

  private static Map<String, Object> cells(Map<String, Value> row) {
    Map<String, Object> cells = new LinkedHashMap<>();
    row.forEach((name, value) -> cells.put(name, value.cell()));
    return cells;
  }

  /** A line of the file of expectations; values are written as the JSON text that they are. */
  private void expect(String operation, Map<String, Value> row) throws IOException {
    StringBuilder line = new StringBuilder("{\"_fivetran_op\":\"").append(operation).append('"');
    row.forEach(
        (name, value) ->
            line.append(',').append(Texts.quoted(name)).append(':').append(value.json().replace('\n', ' ')));
    expected.write(line.append("}\n").toString());
  }
}
