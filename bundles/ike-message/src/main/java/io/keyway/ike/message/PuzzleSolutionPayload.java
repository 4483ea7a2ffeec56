package io.keyway.ike.message;

/**
 * Puzzle Solution (RFC 8019 section 8.2): four keys of one length, one behind the other.
 *
 * @param keys not empty, a multiple of four octets
 */
public record PuzzleSolutionPayload(Octets keys) implements Payload {
  public static final int KEYS = 4;

  @Override
  public int payloadType() {
    return PayloadType.PUZZLE_SOLUTION;
  }

  /** The octets of one of the four keys. */
  public byte[] key(int index) {
    int length = keys.length() / KEYS;
    return java.util.Arrays.copyOfRange(keys.toArray(), index * length, (index + 1) * length);
  }
}
