package io.keyway.emulator.infrap4d;

import java.util.Random;

/** SAD messages in the form that the documentation shows. */
final class SaText {
  private SaText() {}

  static String key(long seed, int octets) {
    byte[] key = new byte[octets];
    new Random(seed).nextBytes(key);
    StringBuilder text = new StringBuilder();
    for (byte octet : key) {
      text.append(text.isEmpty() ? "" : ":").append("%02X".formatted(octet & 0xFF));
    }
    return text.toString();
  }

  static String of(int id, boolean inbound, int spi, String key) {
    return of(id, inbound, spi, key, "");
  }

  static String of(int id, boolean inbound, int spi, String key, String more) {
    return """
        # one SA, one direction
        offload_id: %d, direction: %d,
        req_id: 2, spi: %s; %s
        anti_replay_window_size: 64
        protocol_parameters: 0 mode: 0
        esp_payload {
          encryption { encryption_algorithm: 0, key: "%s", key_len: %d }
        }
        %s
        """
        .formatted(
            id,
            inbound ? 1 : 0,
            Integer.toUnsignedString(spi),
            more.contains("ext_seq_num") ? "" : "ext_seq_num: 1",
            key,
            (key.length() + 1) / 3,
            more);
  }
}
