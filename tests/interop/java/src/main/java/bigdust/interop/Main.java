package bigdust.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Locale;

/** Writes a batch of each kind of file: {@code Main <folder> <rows> <seed>}. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    Path folder = Path.of(arguments[0]);
    int rows = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    for (String compression : new String[] {"ZSTD", "GZIP", "OFF"}) {
      for (boolean encrypted : new boolean[] {true, false}) {
        BatchFile.Kind kind = new BatchFile.Kind(compression, encrypted);
        String name = (compression + "_" + kind.encryption()).toLowerCase(Locale.ROOT);
        new Batch(folder.resolve(name), kind, seed++, rows).write();
      }
    }
  }
}
