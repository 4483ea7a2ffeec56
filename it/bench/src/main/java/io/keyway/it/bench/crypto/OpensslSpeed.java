package io.keyway.it.bench.crypto;

import io.keyway.it.bench.Exec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code openssl speed}, one second for each primitive, on one core. */
public final class OpensslSpeed {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private OpensslSpeed() {}

  /** Version, or why it cannot be asked. */
  public static String version() throws IOException, InterruptedException {
    Exec.Result result = Exec.run(LIMIT, "openssl", "version");
    return result.ok() ? result.output().strip().replaceAll(" \\(.*", "") : "";
  }

  /**
   * Microseconds of one shared secret.
   *
   * @param group in OpenSSL's words, such as {@code ecdhp384}
   */
  public static double agreement(String group) throws IOException, InterruptedException {
    String found = line("+F5:", "openssl", "speed", "-mr", "-seconds", "1", group);
    return 1e6 / Double.parseDouble(found.split(":")[3]);
  }

  /** Microseconds of one HMAC over so many octets, with the key at hand. */
  public static double hmac(String hash, int octets) throws IOException, InterruptedException {
    return bulk(octets, "-hmac", hash);
  }

  /** Microseconds to encrypt or hash so many octets. */
  public static double evp(String algorithm, int octets) throws IOException, InterruptedException {
    return bulk(octets, "-evp", algorithm);
  }

  private static double bulk(int octets, String... what) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("openssl", "speed", "-mr", "-seconds", "1", "-bytes", "" + octets));
    command.addAll(List.of(what));
    String found = line("+F:", command.toArray(String[]::new));
    String[] fields = found.split(":");
    return 1e6 * octets / Double.parseDouble(fields[fields.length - 1]);
  }

  private static String line(String start, String... command)
      throws IOException, InterruptedException {
    String output = Exec.run(LIMIT, command).orFail();
    return output
        .lines()
        .filter(l -> l.startsWith(start))
        .findFirst()
        .orElseThrow(
            () -> new IOException(String.join(" ", command) + " printed no figure: " + output));
  }
}
