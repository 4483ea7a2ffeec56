package io.keyway.ike.engine.eap;

import io.keyway.ike.message.Octets;

/** What a side of an EAP conversation says to a packet. */
public sealed interface EapAnswer {

  /** It goes on. */
  record Packet(Octets octets) implements EapAnswer {}

  /** The peer got it wrong and may try again; not to be hurried. */
  record Retry(Octets octets, String reason) implements EapAnswer {}

  /**
   * It succeeded.
   *
   * @param octets what the server tells the peer; empty at the peer
   */
  record Success(Octets octets) implements EapAnswer {}

  /**
   * It failed.
   *
   * @param octets what the server tells the peer; empty at the peer
   * @param reason cause and cure
   * @param guess whether a secret may be being guessed, so that the answer is not hurried
   */
  record Failure(Octets octets, String reason, boolean guess) implements EapAnswer {}
}
