package io.keyway.it.bench.crypto;

import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Places;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** The primitives of a set-up, provider by provider, in a JVM of their own. */
public final class CryptoBench {
  private static final long LIMIT_SECONDS = 90;

  private final PrintStream out;
  private final int windows;

  /**
   * @param windows measurements of each figure
   */
  public CryptoBench(PrintStream out, int windows) {
    this.out = out;
    this.windows = windows;
  }

  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.println("Primitives on one thread; each figure is a median with the fastest and slowest");
    out.flush();
    Process process =
        new ProcessBuilder(
                Places.java(),
                "-Xmx512m",
                "-cp",
                Places.classPath(true),
                "io.keyway.ike.crypto.PrimitiveSpeed",
                Integer.toString(windows))
            .inheritIO()
            .start();
    AutoCloseable end = cleanup.owns(process::destroyForcibly);
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("PrimitiveSpeed did not end within " + LIMIT_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException("PrimitiveSpeed ended with status " + process.exitValue());
      }
    } finally {
      cleanup.end(end);
    }
  }
}
