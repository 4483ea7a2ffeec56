package io.keyway.it.fuzz;

import java.util.Arrays;

/** Reads what the fuzzer wrote; at its end there are only zeros. */
final class Input {
  private final byte[] data;
  private int at;

  Input(byte[] data) {
    this.data = data;
  }

  boolean more() {
    return at < data.length;
  }

  int octet() {
    return more() ? data[at++] & 0xff : 0;
  }

  int number() {
    return octet() << 8 | octet();
  }

  /** Octets behind their number in two octets, as far as they are there. */
  byte[] chunk() {
    int length = Math.min(number(), data.length - at);
    at += length;
    return Arrays.copyOfRange(data, at - length, at);
  }

  /** Changes octets: how many, then each with its position and what is added to it. */
  byte[] patched(byte[] honest) {
    byte[] patched = honest.clone();
    for (int patches = octet() % 8; patches > 0; patches--) {
      int position = number();
      byte change = (byte) octet();
      if (patched.length > 0) {
        patched[position % patched.length] ^= change;
      }
    }
    return patched;
  }
}
