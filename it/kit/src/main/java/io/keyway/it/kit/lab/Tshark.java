package io.keyway.it.kit.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A judge of what was on a wire, which knows nothing of us. */
public final class Tshark {

  private static final Duration LIMIT = Duration.ofSeconds(120);

  private Tshark() {}

  /**
   * Fields of every packet of a capture that a display filter takes.
   *
   * @param keys what to decrypt with, each by {@link #esp}
   * @return one line for each packet, fields divided by tabs
   */
  public static List<String> fields(Path pcap, List<String> keys, String filter, String... fields) {
    List<String> line =
        new ArrayList<>(List.of("/usr/bin/tshark", "-n", "-Q", "-r", pcap.toString()));
    if (!keys.isEmpty()) {
      line.addAll(List.of("-o", "esp.enable_encryption_decode:TRUE"));
      line.addAll(List.of("-o", "esp.enable_authentication_check:TRUE"));
    }
    for (String key : keys) {
      line.addAll(List.of("-o", "uat:esp_sa:" + key));
    }
    if (!filter.isEmpty()) {
      line.addAll(List.of("-Y", filter));
    }
    line.addAll(List.of("-T", "fields"));
    for (String field : fields) {
      line.addAll(List.of("-e", field));
    }
    Exec.Result result = Exec.run(LIMIT, Map.of(), line);
    result.orFail();
    return result.out().lines().toList();
  }

  /**
   * The keys of one SA, as tshark wants them: with AES-GCM the length of the ICV in the name, and
   * "NULL" authentication.
   *
   * @param spi 8 hexadecimal digits
   * @param encryption transform id of the IKEv2 registry; the key is followed by the salt
   * @param integrity transform id of the IKEv2 registry
   */
  public static String esp(
      String source,
      String destination,
      String spi,
      int encryption,
      String encryptionKey,
      int integrity,
      String integrityKey) {
    return String.format(
        "\"%s\",\"%s\",\"%s\",\"0x%s\",\"%s\",\"0x%s\",\"%s\",\"0x%s\"",
        source.contains(":") ? "IPv6" : "IPv4",
        source,
        destination,
        spi,
        encryption == 20 ? "AES-GCM with 16 octet ICV [RFC4106]" : "AES-CBC [RFC3602]",
        encryptionKey,
        switch (integrity) {
          case 12 -> "HMAC-SHA-256-128 [RFC4868]";
          case 13 -> "HMAC-SHA-384-192 [RFC4868]";
          case 14 -> "HMAC-SHA-512-256 [RFC4868]";
          default -> "NULL";
        },
        integrityKey);
  }
}
