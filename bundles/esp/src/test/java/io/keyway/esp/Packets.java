package io.keyway.esp;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.SaKeys;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Packets, keys and suites that several tests share. */
final class Packets {
  private static final HexFormat HEX = HexFormat.of();

  private Packets() {}

  static byte[] hex(String text) {
    return HEX.parseHex(text.replace(" ", ""));
  }

  static String hex(byte[] octets) {
    return HEX.formatHex(octets);
  }

  static byte[] random(long seed, int length) {
    byte[] octets = new byte[length];
    new Random(seed).nextBytes(octets);
    return octets;
  }

  static SaKeys keys(EspSuite suite, long seed) {
    return new SaKeys(
        SecretBytes.wrap(random(seed, suite.encryptionOctets())),
        SecretBytes.wrap(random(seed + 1, suite.integrityOctets())));
  }

  /** An IPv4 packet of the given protocol (no upper-layer meaning). */
  static byte[] ipv4(int protocol, int tos, byte[] payload) {
    return IpPacket.ofV4(hex("c0a80a01"), hex("c0a81402"), protocol, tos, 63, false, payload)
        .toBytes();
  }

  static byte[] ipv6(int nextHeader, byte[] payload) {
    return IpPacket.ofV6(
            hex("20010db8000000000000000000000001"),
            hex("20010db8000000000000000000000002"),
            nextHeader,
            0,
            60,
            payload)
        .toBytes();
  }

  /** Every combination of algorithms that can be negotiated, save AES-CCM. */
  static Stream<EspSuite> suites() {
    List<EspSuite> all = new ArrayList<>();
    for (EncryptionAlgorithm encryption : EncryptionAlgorithm.values()) {
      for (IntegrityAlgorithm integrity : IntegrityAlgorithm.values()) {
        if (encryption.aead() == (integrity == IntegrityAlgorithm.NONE)
            && !encryption.name().startsWith("AES_CCM")) {
          all.add(EspSuite.of(encryption, integrity));
        }
      }
    }
    return all.stream();
  }
}
