package io.keyway.plane.infrap4d.device;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.plane.infrap4d.settings.Quirks;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the SAD entry that infrap4d takes, protobuf text of {@code stratum.hal.IPsecSADBConfig},
 * octet by octet: a String with a key in it could never be wiped.
 */
final class SadText {

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private SadText() {}

  static boolean direction(Direction direction, Quirks quirks) {
    return (direction == Direction.INBOUND) == quirks.inboundDirection();
  }

  /**
   * The whole message; the caller wipes it. Every field is there, as the device has no defaults.
   */
  static byte[] write(SaInsert sa, Quirks quirks) {
    EncryptionAlgorithm algorithm = sa.algorithm();
    int counted =
        algorithm.keyBits() / 8 + (quirks.keyLengthWithSalt() ? algorithm.saltOctets() : 0);
    String head =
        "offload_id: "
            + sa.ref().index()
            + "\ndirection: "
            + direction(sa.ref().direction(), quirks)
            + "\nreq_id: "
            + quirks.reqId()
            + "\nspi: "
            + sa.spi()
            + "\next_seq_num: "
            + sa.esn()
            + "\nanti_replay_window_size: "
            + sa.replayWindow()
            + "\nprotocol_parameters: IPSEC_PROTOCOL_PARAMS_ESP\nmode: "
            + (quirks.realMode() && sa.mode() == IpsecMode.TUNNEL
                ? "IPSEC_MODE_TUNNEL"
                : "IPSEC_MODE_TRANSPORT")
            + "\nesp_payload {\n  encryption {\n    encryption_algorithm: "
            + quirks.algorithmNumbers().aesGcm16()
            + "\n    key: \"";
    String tail =
        "\"\n    key_len: "
            + counted
            + "\n  }\n}\nsa_hard_lifetime { bytes: "
            + sa.hardBytes()
            + " }\nsa_soft_lifetime { bytes: "
            + sa.softBytes()
            + " }\n";
    return sa.key()
        .read(
            key -> {
              byte[] before = head.getBytes(StandardCharsets.US_ASCII);
              byte[] after = tail.getBytes(StandardCharsets.US_ASCII);
              byte[] text =
                  Arrays.copyOf(before, before.length + 3 * key.length - 1 + after.length);
              int at = hex(key, text, before.length);
              System.arraycopy(after, 0, text, at, after.length);
              return text;
            });
  }

  /** Upper-case pairs joined by colons; returns where it ended. */
  private static int hex(byte[] key, byte[] text, int offset) {
    int at = offset;
    for (int i = 0; i < key.length; i++) {
      if (i > 0) {
        text[at++] = ':';
      }
      text[at++] = HEX[key[i] >> 4 & 0xF];
      text[at++] = HEX[key[i] & 0xF];
    }
    return at;
  }
}
