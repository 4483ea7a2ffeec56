package io.keyway.ike.crypto;

import io.keyway.api.key.SecretBytes;

/**
 * The keys of a CHILD_SA pair (RFC 7296 section 2.17). "Initiator" is who sent the request that
 * made the pair, which in a rekey need not be the initiator of the IKE SA. Encryption keys include
 * the salt; integrity keys are empty with an AEAD. Whoever holds the object owns the keys.
 *
 * @param initiatorEncryption for packets of the initiator
 * @param initiatorIntegrity for packets of the initiator
 * @param responderEncryption for packets of the responder
 * @param responderIntegrity for packets of the responder
 */
public record ChildSaKeys(
    SecretBytes initiatorEncryption,
    SecretBytes initiatorIntegrity,
    SecretBytes responderEncryption,
    SecretBytes responderIntegrity)
    implements AutoCloseable {

  /** Wipes all four. */
  @Override
  public void close() {
    initiatorEncryption.close();
    initiatorIntegrity.close();
    responderEncryption.close();
    responderIntegrity.close();
  }

  /** Never the content. */
  @Override
  public String toString() {
    return "ChildSaKeys[" + initiatorEncryption.length() + "-octet encryption keys]";
  }
}
