package io.keyway.ike.crypto;

import io.keyway.api.key.SecretBytes;

/**
 * The seven keys of an IKE SA (RFC 7296 section 2.14). Whoever holds the object owns the keys and
 * closes it. The integrity keys are empty with an AEAD; the encryption keys include the salt.
 *
 * @param skD derives the keys of children and of the next IKE SA
 * @param skAi integrity, initiator to responder
 * @param skAr integrity, responder to initiator
 * @param skEi encryption, initiator to responder
 * @param skEr encryption, responder to initiator
 * @param skPi the initiator's part of AUTH
 * @param skPr the responder's part of AUTH
 */
public record IkeSaKeys(
    SecretBytes skD,
    SecretBytes skAi,
    SecretBytes skAr,
    SecretBytes skEi,
    SecretBytes skEr,
    SecretBytes skPi,
    SecretBytes skPr)
    implements AutoCloseable {

  /** Wipes all seven. */
  @Override
  public void close() {
    skD.close();
    skAi.close();
    skAr.close();
    skEi.close();
    skEr.close();
    skPi.close();
    skPr.close();
  }

  /** Never the content. */
  @Override
  public String toString() {
    return "IkeSaKeys[" + skD.length() + "-octet SK_d]";
  }
}
