package io.keyway.ike.crypto;

import io.keyway.api.key.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The AUTH payload of shared-key authentication (RFC 7296 section 2.15). */
public final class PskAuth {
  // Without a terminating zero, as the RFC demands.
  private static final byte[] KEY_PAD = "Key Pad for IKEv2".getBytes(StandardCharsets.US_ASCII);

  private PskAuth() {}

  /**
   * The authentication data that one side sends.
   *
   * @param prf the function of the IKE SA
   * @param psk the pre-shared key, not empty; only looked at
   * @param skP SK_pi for the initiator's AUTH, SK_pr for the responder's; only looked at
   * @param message that side's whole IKE_SA_INIT message from the IKE header on, as sent (the
   *     initiator's last one, with cookie, if there were several)
   * @param peerNonce the nonce of the other side, without payload header
   * @param idBody that side's ID payload without its generic header: type, three reserved octets,
   *     data
   * @return as many octets as the function yields
   */
  public static byte[] compute(
      Prf prf, SecretBytes psk, SecretBytes skP, byte[] message, byte[] peerNonce, byte[] idBody) {
    return compute(prf, psk, SignedOctets.of(prf, skP, message, peerNonce, idBody));
  }

  /**
   * The same from octets that are put together already.
   *
   * @param psk not empty; only looked at
   */
  public static byte[] compute(Prf prf, SecretBytes psk, SignedOctets octets) {
    if (psk.length() == 0) {
      throw new IllegalArgumentException(
          "the pre-shared key is empty; store one of at least 16 random octets");
    }
    try (SecretBytes padded = prf.derive(psk, KEY_PAD)) {
      return prf.compute(padded, octets.parts());
    }
  }

  /** Compares the computed with the received data in a time that does not depend on them. */
  public static boolean matches(byte[] expected, byte[] received) {
    return MessageDigest.isEqual(expected, received);
  }
}
