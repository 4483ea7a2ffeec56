package io.keyway.ike.crypto;

import io.keyway.api.key.SecretBytes;

/**
 * The AUTH payload of an IKE SA that resumes another (RFC 5723 section 5.1): AUTH = prf(SK_px,
 * octets). Who can make it knows SK_d of the IKE SA before, and that is all the proof there is.
 */
public final class ResumeAuth {
  private ResumeAuth() {}

  /**
   * The authentication data that one side sends.
   *
   * @param prf the function of the IKE SA
   * @param skP SK_pi for the initiator's AUTH, SK_pr for the responder's; only looked at
   * @param octets that side's message of IKE_SESSION_RESUME, the other's nonce, its identity
   */
  public static byte[] compute(Prf prf, SecretBytes skP, SignedOctets octets) {
    return prf.compute(skP, octets.parts());
  }
}
