package io.keyway.ike.crypto;

import io.keyway.api.key.SecretBytes;

/** What became of a key exchange with a peer's public value. */
public sealed interface KeyAgreementResult {

  /**
   * Both sides now have the same secret, if the peer is honest.
   *
   * @param publicValue our side's data for the KE payload
   * @param sharedSecret g^ir in its fixed width; the receiver owns it
   */
  record Agreed(byte[] publicValue, SecretBytes sharedSecret) implements KeyAgreementResult {
    /** Never the secret. */
    @Override
    public String toString() {
      return "Agreed[" + publicValue.length + "-octet public value]";
    }
  }

  /**
   * The peer's public value must not be used; the exchange fails with INVALID_SYNTAX.
   *
   * @param reason what is wrong with it, fit for a log
   */
  record Refused(String reason) implements KeyAgreementResult {}
}
