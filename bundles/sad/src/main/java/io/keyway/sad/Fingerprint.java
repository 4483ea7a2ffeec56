package io.keyway.sad;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * 128 bits that tell keys apart without telling anything about them: a cut HMAC-SHA-256 under the
 * salt of the journal file. A chance hit merely costs a negotiation.
 */
record Fingerprint(long high, long low) {

  static final int OCTETS = 16;

  static Fingerprint of(byte[] octets) {
    ByteBuffer buffer = ByteBuffer.wrap(octets);
    return new Fingerprint(buffer.getLong(), buffer.getLong());
  }

  static Fingerprint parse(String hex) {
    byte[] octets = HexFormat.of().parseHex(hex);
    if (octets.length != OCTETS) {
      throw new IllegalArgumentException("a fingerprint has 16 octets, not " + octets.length);
    }
    return of(octets);
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
