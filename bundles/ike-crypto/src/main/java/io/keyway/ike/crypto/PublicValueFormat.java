package io.keyway.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.util.Optional;

/** How a method's public values look on the wire, and which of them are valid. */
interface PublicValueFormat {

  /** What is wrong with a peer's value of the right length; empty when it is valid. */
  Optional<String> flaw(byte[] publicValue);

  /** From the KE payload to a key object. */
  PublicKey decode(KeyFactory factory, byte[] publicValue) throws GeneralSecurityException;

  /** From a key object to the KE payload. */
  byte[] encode(PublicKey key);

  /** Length of the shared secret in octets. */
  int secretOctets();

  /** Whether a secret of zeros means a malicious peer (RFC 8031 section 2.4). */
  boolean refusesZeroSecret();
}
