package io.keyway.it.container;

/** Looks for octets in octets. */
final class Octets {
  private Octets() {}

  static boolean contains(byte[] where, byte[] what) {
    for (int i = 0; i + what.length <= where.length; i++) {
      int j = 0;
      while (j < what.length && where[i + j] == what[j]) {
        j++;
      }
      if (j == what.length) {
        return true;
      }
    }
    return false;
  }
}
