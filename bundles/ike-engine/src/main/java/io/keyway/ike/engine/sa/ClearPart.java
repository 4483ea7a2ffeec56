package io.keyway.ike.engine.sa;

import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.PayloadType;
import java.util.Arrays;

/**
 * What stands in clear between the header and SK of a message: nothing, or the solution of a puzzle
 * (RFC 8019 section 7.2.2). The integrity check of SK covers it, and so does IntAuth (RFC 9242
 * section 3.3.1).
 *
 * @param first type of the first of these payloads, or SK if there are none
 * @param octets of them, the last one followed by SK
 */
record ClearPart(int first, byte[] octets) {
  static final ClearPart NONE = new ClearPart(PayloadType.SK, new byte[0]);

  private static final int GENERIC_HEADER = 4;

  /**
   * As if the message were not cut into fragments: followed by SK, not SKF.
   *
   * @param message whose payloads up to there were read and found well-formed
   * @param end of these payloads, from the start of the message
   */
  static ClearPart of(byte[] message, int end) {
    if (end <= IkeHeader.LENGTH) {
      return NONE;
    }
    byte[] octets = Arrays.copyOfRange(message, IkeHeader.LENGTH, end);
    int last = 0;
    for (int at = 0; at < octets.length; at += length(octets, at)) {
      last = at;
    }
    octets[last] = PayloadType.SK;
    return new ClearPart(message[16] & 0xff, octets);
  }

  private static int length(byte[] octets, int at) {
    int length = (octets[at + 2] & 0xff) << 8 | octets[at + 3] & 0xff;
    return Math.max(GENERIC_HEADER, length);
  }

  @Override
  public String toString() {
    return "ClearPart[" + octets.length + " octets]";
  }
}
