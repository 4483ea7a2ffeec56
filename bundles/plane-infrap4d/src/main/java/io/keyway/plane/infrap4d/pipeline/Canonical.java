package io.keyway.plane.infrap4d.pipeline;

import com.google.protobuf.ByteString;

/**
 * Numbers as P4Runtime writes them: big-endian, no leading zero octets, at least one octet.
 *
 * <p>infrap4d pads what it sends to the field's width, so reading takes any number of leading
 * zeros.
 */
final class Canonical {

  private Canonical() {}

  static ByteString write(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    int octets = Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 7) / 8);
    byte[] bytes = new byte[octets];
    for (int i = 0; i < octets; i++) {
      bytes[i] = (byte) (value >>> 8 * (octets - 1 - i));
    }
    return ByteString.copyFrom(bytes);
  }

  /** Empty counts as 0; more than 63 significant bits cannot be a value of ours. */
  static long read(ByteString bytes) {
    long value = 0;
    for (int i = 0; i < bytes.size(); i++) {
      if (value >>> 55 != 0) {
        return -1;
      }
      value = value << 8 | bytes.byteAt(i) & 0xFF;
    }
    return value;
  }
}
