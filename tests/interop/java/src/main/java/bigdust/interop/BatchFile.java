package bigdust.interop;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Cipher;
import javax.crypto.CipherOutputStream;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** A batch file under the pen: CSV, compressed, then encrypted. */
final class BatchFile implements AutoCloseable {
  private static final int KEY_BYTES = 32;
  private static final int IV_BYTES = 16;

  private final byte[] key;
  private final SequenceWriter writer;

  /**
   * @param quoteAll whether every text stands in quotes, or only what needs them and what is long
   */
  BatchFile(Path path, Kind kind, List<String> columns, String nullString, boolean quoteAll, Random random)
      throws IOException, GeneralSecurityException {
    key = kind.encrypted() ? bytes(random, KEY_BYTES) : null;
    CsvSchema.Builder schema = CsvSchema.builder().setUseHeader(true).setLineSeparator("\n").setNullValue(nullString);
    columns.forEach(schema::addColumn);
    CsvMapper mapper =
        CsvMapper.csvBuilder()
            .enable(CsvGenerator.Feature.ALWAYS_QUOTE_EMPTY_STRINGS)
            .configure(CsvGenerator.Feature.ALWAYS_QUOTE_STRINGS, quoteAll)
            .build();
    OutputStream stored = new BufferedOutputStream(Files.newOutputStream(path));
    writer = mapper.writer(schema.build()).writeValues(compressed(encrypted(stored, random), kind));
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private OutputStream encrypted(OutputStream out, Random random) throws IOException, GeneralSecurityException {
    if (key == null) {
      return out;
    }
    byte[] iv = bytes(random, IV_BYTES);
    out.write(iv);
    Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
    return new CipherOutputStream(out, cipher);
  }

  private static OutputStream compressed(OutputStream out, Kind kind) throws IOException {
    return switch (kind.compression()) {
      case "ZSTD" -> new ZstdOutputStream(out);
      case "GZIP" -> new GZIPOutputStream(out);
      default -> out;
    };
  }

  void write(Map<String, Object> row) throws IOException {
    writer.write(row);
  }

  /** The key that opens the file; null when it is not encrypted. */
  byte[] key() {
    return key;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  /**
   * How files are stored.
   *
   * @param compression OFF, ZSTD or GZIP
   */
  record Kind(String compression, boolean encrypted) {
    String encryption() {
      return encrypted ? "AES" : "NONE";
    }
  }
}
