package io.keyway.it.demo;

import java.util.HexFormat;

/** Octets for the eye. */
final class Hex {

  private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

  private Hex() {}

  /** At most {@code length} octets from {@code offset}. */
  static String of(byte[] octets, int offset, int length) {
    int end = Math.min(octets.length, offset + length);
    return offset >= end ? "" : SPACED.formatHex(octets, offset, end);
  }
}
