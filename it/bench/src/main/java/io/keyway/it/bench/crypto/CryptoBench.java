package io.keyway.it.bench.crypto;

import io.keyway.it.bench.Benchmark;
import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Places;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The primitives of a set-up, provider by provider, in a JVM of their own. */
public final class CryptoBench implements Benchmark {
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

  @Override
  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.println("Primitives on one thread; each figure is a median with the fastest and slowest");
    reference();
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

  private void reference() throws IOException, InterruptedException {
    String version = OpensslSpeed.version();
    if (version.isEmpty()) {
      out.println("not measured: openssl speed (openssl is not installed)");
      return;
    }
    out.printf(
        Locale.ROOT,
        "reference, %s in C, us: shared secret alone x25519 %.1f, ecp256 %.1f, ecp384 %.1f, ecp521"
            + " %.1f;%n    HMAC of 128 octets sha256 %.2f, sha384 %.2f; aes256gcm of 300 octets,"
            + " one way %.2f%n",
        version,
        OpensslSpeed.agreement("ecdhx25519"),
        OpensslSpeed.agreement("ecdhp256"),
        OpensslSpeed.agreement("ecdhp384"),
        OpensslSpeed.agreement("ecdhp521"),
        OpensslSpeed.hmac("sha256", 128),
        OpensslSpeed.hmac("sha384", 128),
        OpensslSpeed.evp("aes-256-gcm", 300));
  }
}
