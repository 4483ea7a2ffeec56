package io.keyway.ike.engine.eap;

import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What EAP-TLS puts behind its type (RFC 5216 section 3): an octet of flags, with the flag L four
 * octets of length of the whole message, and a piece of it.
 *
 * @param start the server begins
 * @param more another piece follows
 * @param length of the whole message; absent: it is not told
 */
record EapTlsData(boolean start, boolean more, Optional<Integer> length, byte[] piece) {
  private static final int LENGTH_INCLUDED = 0x80;
  private static final int MORE = 0x40;
  private static final int START = 0x20;

  /** No flight is longer; certificates of RSA 4096 with long chains fit. */
  static final int LONGEST = 32 * 1024;

  /** A packet with this goes into an IP packet of 1280 octets, inside IKE_AUTH. */
  static final int PIECE = 1000;

  static final Octets BEGIN = Octets.copyOf(new byte[] {START});
  static final Octets EMPTY = Octets.copyOf(new byte[] {0});

  /** Empty for octets that are none, and for lengths that nobody would send. */
  static Optional<EapTlsData> decode(Octets data) {
    byte[] all = data.toArray();
    if (all.length == 0) {
      return Optional.empty();
    }
    int flags = all[0] & 0xff;
    boolean told = (flags & LENGTH_INCLUDED) != 0;
    int header = told ? 5 : 1;
    if (all.length < header) {
      return Optional.empty();
    }
    Optional<Integer> length =
        told ? Optional.of(ByteBuffer.wrap(all, 1, 4).getInt()) : Optional.empty();
    if (length.filter(l -> l < 0 || l > LONGEST).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(
        new EapTlsData(
            (flags & START) != 0,
            (flags & MORE) != 0,
            length,
            Arrays.copyOfRange(all, header, all.length)));
  }

  /** A piece of a message; the first of several tells the length of the whole. */
  static Octets piece(byte[] message, int from) {
    int octets = Math.min(PIECE, message.length - from);
    boolean more = from + octets < message.length;
    boolean tell = from == 0 && more;
    ByteBuffer data = ByteBuffer.allocate((tell ? 5 : 1) + octets);
    data.put((byte) ((tell ? LENGTH_INCLUDED : 0) | (more ? MORE : 0)));
    if (tell) {
      data.putInt(message.length);
    }
    return Octets.copyOf(data.put(message, from, octets).array());
  }

  boolean isEmpty() {
    return piece.length == 0 && !more;
  }
}
