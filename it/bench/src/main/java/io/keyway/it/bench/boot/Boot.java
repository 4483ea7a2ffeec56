package io.keyway.it.bench.boot;

import io.keyway.it.bench.Proc;
import io.keyway.it.kit.Distribution;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One start of a distribution, measured.
 *
 * @param seconds until it answered
 * @param cpu seconds of CPU, all threads, until it answered
 * @param resident MiB when it answered
 * @param settled MiB ten seconds later
 */
record Boot(double seconds, double cpu, double resident, double settled) {
  private static final Duration LIMIT = Duration.ofSeconds(180);
  private static final Duration SETTLE = Duration.ofSeconds(10);

  /** What counts as an answer. */
  interface Ready {
    void await(Distribution distribution) throws IOException, InterruptedException;
  }

  /** RESTCONF answers the administrator with his password. */
  static void restconf(Distribution distribution) throws IOException, InterruptedException {
    distribution.awaitRestconf(LIMIT);
  }

  /** The shell's SSH server greets. */
  static void shell(Distribution distribution) throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", distribution.sshPort()), 1000);
        socket.setSoTimeout(1000);
        byte[] greeting = socket.getInputStream().readNBytes(4);
        if (new String(greeting, StandardCharsets.US_ASCII).equals("SSH-")) {
          return;
        }
      } catch (IOException e) {
        // Not yet; the next attempt tells.
      }
      Thread.sleep(150);
    }
    throw new IOException(
        "no shell within " + LIMIT.toSeconds() + " s; see " + distribution.console());
  }

  /** Starts, measures and stops. */
  static Boot measure(Distribution distribution, Ready ready)
      throws IOException, InterruptedException {
    long begun = System.nanoTime();
    distribution.start();
    try {
      ready.await(distribution);
      double seconds = (System.nanoTime() - begun) / 1e9;
      long pid = distribution.pid();
      double cpu = Proc.cpuSeconds(pid);
      double resident = Proc.residentMib(pid);
      Thread.sleep(SETTLE.toMillis());
      return new Boot(seconds, cpu, resident, Proc.residentMib(pid));
    } finally {
      distribution.stop();
    }
  }

  /** Leaves Karaf's own features only, to see what of a start is ours and OpenDaylight's. */
  static void leaveKarafOnly(Distribution distribution) throws IOException {
    Path file = distribution.etc().resolve("org.apache.karaf.features.cfg");
    String before = Files.readString(file);
    String after = before.replaceAll("(?m)^\\s*keyway-all/[^,\\s]+,?\\s*\\\\?\\n", "");
    if (after.equals(before)) {
      throw new IOException(
          file + " names no boot feature keyway-all; the reference needs it gone");
    }
    Files.writeString(file, after);
  }
}
