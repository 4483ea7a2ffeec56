package io.keyway.ike.crypto;

import java.util.Arrays;

/** The trailer of an Encrypted payload: padding octets of any value, then their number. */
final class Padding {
  private Padding() {}

  /** Zeroes {@code padded} and returns what precedes the trailer. */
  static SkOpenResult strip(byte[] padded) {
    try {
      int trailer = 1 + (padded[padded.length - 1] & 0xff);
      if (trailer > padded.length) {
        return new SkOpenResult.Rejected(SkOpenResult.Reason.BAD_PADDING);
      }
      return new SkOpenResult.Opened(Arrays.copyOf(padded, padded.length - trailer));
    } finally {
      Arrays.fill(padded, (byte) 0);
    }
  }
}
