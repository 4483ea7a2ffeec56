package io.keyway.ike.engine.sa;

import io.keyway.ike.message.Octets;

/**
 * A rekey that the peer started while ours of the same SA was under way.
 *
 * @param successor what the peer's exchange makes; null until it is there
 * @param lowestNonce the lower of that exchange's two nonces: of two exchanges the one with the
 *     lowest nonce of all four loses (RFC 7296 section 2.8.1)
 */
record PeerRekey<T>(T successor, Octets lowestNonce) {

  /** The lower one by unsigned comparison, octet by octet, a prefix being lower. */
  static Octets lower(byte[] a, byte[] b) {
    return java.util.Arrays.compareUnsigned(a, b) <= 0 ? Octets.copyOf(a) : Octets.copyOf(b);
  }

  /** Whether an exchange of ours with this lowest nonce loses against the peer's. */
  boolean beats(Octets ourLowestNonce) {
    return ourLowestNonce.compareUnsigned(lowestNonce) < 0;
  }
}
