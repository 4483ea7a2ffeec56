package io.keyway.esp;

import io.keyway.api.sa.SaKeys;
import java.security.SecureRandom;

/**
 * Protects and verifies the body of one SA's packets. Knows nothing of windows, counters or IP; not
 * thread-safe, the SA that owns it guards it.
 *
 * <p>A packet is SPI (4), sequence number (4), IV, body, ICV. The body is payload, padding, pad
 * length and next header, encrypted in place.
 */
interface PacketCipher {
  /** Octets of SPI and sequence number. */
  int HEADER = 8;

  /**
   * Writes IV, encrypted body and ICV behind the header that {@code packet} already carries.
   *
   * @param packet header set, body in the clear at {@code HEADER + ivOctets}, room for the ICV
   * @param sequence the full sequence number, also the counter from which AEAD nonces are made
   */
  void seal(byte[] packet, long sequence);

  /**
   * Verifies, then decrypts.
   *
   * @return the body in the clear, or null when the ICV does not match
   */
  byte[] open(byte[] packet, long sequence);

  /**
   * The cipher of a suite.
   *
   * @param extended whether the ICV covers the high half of the sequence number (RFC 4303 section
   *     2.2.1)
   */
  static PacketCipher of(EspSuite suite, SaKeys keys, boolean extended, SecureRandom random) {
    if (keys.encryption().length() != suite.encryptionOctets()
        || keys.integrity().length() != suite.integrityOctets()) {
      throw new IllegalArgumentException(
          suite
              + " takes "
              + suite.encryptionOctets()
              + " octets of encryption key (salt included) and "
              + suite.integrityOctets()
              + " of integrity key, not "
              + keys.encryption().length()
              + " and "
              + keys.integrity().length());
    }
    return switch (suite.construction()) {
      case GCM, GMAC, CHACHA20_POLY1305 -> new AeadCipher(suite, keys, extended);
      case NULL_HMAC -> new NullHmacCipher(suite, keys, extended);
      case CBC_HMAC -> new CbcHmacCipher(suite, keys, extended, random);
    };
  }

  /** Writes a 32-bit number in network order. */
  static void putInt(byte[] target, int offset, int value) {
    target[offset] = (byte) (value >>> 24);
    target[offset + 1] = (byte) (value >>> 16);
    target[offset + 2] = (byte) (value >>> 8);
    target[offset + 3] = (byte) value;
  }

  /** Reads a 32-bit number in network order. */
  static int getInt(byte[] source, int offset) {
    return (source[offset] & 0xFF) << 24
        | (source[offset + 1] & 0xFF) << 16
        | (source[offset + 2] & 0xFF) << 8
        | source[offset + 3] & 0xFF;
  }
}
