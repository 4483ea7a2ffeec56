package io.keyway.emulator.infrap4d.program;

import com.google.protobuf.ByteString;

/** Byte strings as the device keeps them: padded to the width of their field. */
public final class Values {
  private Values() {}

  /**
   * Fits a value into a field as the real server does: shorter values are padded on the left,
   * longer ones lose their leading octets without a word.
   */
  public static ByteString fit(ByteString value, int bits) {
    int octets = (bits + 7) / 8;
    byte[] fitted = new byte[octets];
    int copied = Math.min(octets, value.size());
    System.arraycopy(value.toByteArray(), value.size() - copied, fitted, octets - copied, copied);
    if (bits % 8 != 0) {
      fitted[0] &= (byte) ((1 << bits % 8) - 1);
    }
    return ByteString.copyFrom(fitted);
  }

  /** The same value without leading zero octets, of which one stays for zero itself. */
  public static ByteString canonical(ByteString value) {
    int from = 0;
    while (from < value.size() - 1 && value.byteAt(from) == 0) {
      from++;
    }
    return value.substring(from);
  }

  /** A number at the width of a field. */
  public static ByteString of(long number, int bits) {
    byte[] octets = new byte[8];
    for (int i = 0; i < 8; i++) {
      octets[i] = (byte) (number >>> 56 - 8 * i);
    }
    return fit(ByteString.copyFrom(octets), bits);
  }

  /** The unsigned number that up to eight octets stand for. */
  public static long number(ByteString value) {
    long number = 0;
    for (int i = 0; i < value.size(); i++) {
      number = number << 8 | value.byteAt(i) & 0xFF;
    }
    return number;
  }
}
