package io.keyway.ike.crypto;

import io.keyway.api.key.SecretBytes;

/**
 * What one side's AUTH covers (RFC 7296 section 2.15): its first message, the other's nonce, and
 * its identity under SK_p. Nothing of it is secret any more, so it may leave the IKE SA's worker.
 */
public final class SignedOctets {
  private final byte[] message;
  private final byte[] peerNonce;
  private final byte[] maccedId;
  private final byte[] intermediate;

  private SignedOctets(byte[] message, byte[] peerNonce, byte[] maccedId, byte[] intermediate) {
    this.message = message;
    this.peerNonce = peerNonce;
    this.maccedId = maccedId;
    this.intermediate = intermediate;
  }

  /**
   * The octets of one side.
   *
   * @param skP SK_pi for the initiator's AUTH, SK_pr for the responder's; only looked at
   * @param message that side's whole IKE_SA_INIT message from the IKE header on, as sent (the
   *     initiator's last one, with cookie, if there were several)
   * @param peerNonce the nonce of the other side, without payload header
   * @param idBody that side's ID payload without its generic header
   */
  public static SignedOctets of(
      Prf prf, SecretBytes skP, byte[] message, byte[] peerNonce, byte[] idBody) {
    return new SignedOctets(message, peerNonce, prf.compute(skP, idBody), new byte[0]);
  }

  /**
   * The same behind IKE_INTERMEDIATE exchanges.
   *
   * @param intAuth IntAuth of RFC 9242 section 3.3.1, the same for both sides; empty where there
   *     were none
   */
  public SignedOctets and(byte[] intAuth) {
    return new SignedOctets(message, peerNonce, maccedId, intAuth);
  }

  /** In their order; not to be changed. */
  public byte[][] parts() {
    return new byte[][] {message, peerNonce, maccedId, intermediate};
  }
}
