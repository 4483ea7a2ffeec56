package io.keyway.ike.crypto;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The client puzzle of RFC 8019: four different keys of one length for which prf(key, string) ends
 * in enough zero bits. To find them takes four times two to the number of bits tries on average, to
 * check them four.
 */
public final class Puzzle {
  private static final int KEYS = 4;
  private static final int KEY_OCTETS = 4;

  private final Prf prf;
  private final byte[] string;
  private final int zeroBits;
  private final ByteBuffer found = ByteBuffer.allocate(KEYS * KEY_OCTETS);
  private int next;

  /**
   * A puzzle to solve.
   *
   * @param string what the responder gave: the cookie
   * @param zeroBits at the end of each result
   */
  public Puzzle(Prf prf, byte[] string, int zeroBits) {
    this.prf = prf;
    this.string = string.clone();
    this.zeroBits = zeroBits;
  }

  /**
   * Tries some more keys.
   *
   * @return whether the solution is complete
   */
  public boolean step(int tries) {
    for (int i = 0; i < tries && found.hasRemaining(); i++) {
      byte[] key = ByteBuffer.allocate(KEY_OCTETS).putInt(next++).array();
      if (fits(prf, key, string, zeroBits)) {
        found.put(key);
      }
    }
    return !found.hasRemaining();
  }

  /** The four keys, one behind the other, once {@link #step} said that they are there. */
  public byte[] solution() {
    if (found.hasRemaining()) {
      throw new IllegalStateException("the puzzle is not solved yet");
    }
    return found.array().clone();
  }

  /**
   * Whether four keys solve a puzzle.
   *
   * @param keys one behind the other; each 1 octet to the preferred key length of the function
   */
  public static boolean isSolved(Prf prf, byte[] keys, byte[] string, int zeroBits) {
    int length = keys.length / KEYS;
    if (length == 0 || keys.length % KEYS != 0 || length > prf.algorithm().octets()) {
      return false;
    }
    for (int i = 0; i < KEYS; i++) {
      byte[] key = Arrays.copyOfRange(keys, i * length, (i + 1) * length);
      for (int j = 0; j < i; j++) {
        if (Arrays.equals(key, 0, length, keys, j * length, (j + 1) * length)) {
          return false;
        }
      }
      if (!fits(prf, key, string, zeroBits)) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(Prf prf, byte[] key, byte[] string, int zeroBits) {
    byte[] result = prf.computeWithPublicKey(key, string);
    int left = zeroBits;
    for (int at = result.length - 1; left > 0; at--, left -= 8) {
      if (at < 0 || (result[at] & (left >= 8 ? 0xff : (1 << left) - 1)) != 0) {
        return false;
      }
    }
    return true;
  }
}
