package io.keyway.it.interop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A second judge of ESP: tshark with the keys of a peer. */
final class Tshark {

  private Tshark() {}

  /**
   * Reads fields of every packet of a capture.
   *
   * @param sas keys to decrypt with
   * @param filter display filter
   * @return one line for each packet, fields divided by tabs
   */
  static List<String> fields(Path pcap, List<SaKeys> sas, String filter, String... fields) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "/usr/bin/tshark",
                "-r",
                pcap.toString(),
                "-Q",
                "-o",
                "esp.enable_encryption_decode:TRUE",
                "-o",
                "esp.enable_authentication_check:TRUE"));
    for (SaKeys sa : sas) {
      line.add("-o");
      line.add("uat:esp_sa:" + uat(sa));
    }
    line.addAll(List.of("-Y", filter, "-T", "fields"));
    for (String field : fields) {
      line.addAll(List.of("-e", field));
    }
    return Exec.run(Exec.DEADLINE, Map.of(), line)
        .orFail()
        .lines()
        .filter(l -> !l.startsWith("Running as user"))
        .toList();
  }

  /** With AES-GCM tshark wants the length of the ICV in the name, and "NULL" authentication. */
  private static String uat(SaKeys sa) {
    String encryption =
        sa.encryption() == 20 ? "AES-GCM with 16 octet ICV [RFC4106]" : "AES-CBC [RFC3602]";
    String integrity =
        switch (sa.integrity()) {
          case 12 -> "HMAC-SHA-256-128 [RFC4868]";
          case 13 -> "HMAC-SHA-384-192 [RFC4868]";
          case 14 -> "HMAC-SHA-512-256 [RFC4868]";
          default -> "NULL";
        };
    return String.format(
        "\"IPv4\",\"%s\",\"%s\",\"0x%s\",\"%s\",\"0x%s\",\"%s\",\"0x%s\"",
        sa.src(), sa.dst(), sa.spi(), encryption, sa.encryptionKey(), integrity, sa.integrityKey());
  }
}
