package io.keyway.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.Cipher;

/**
 * One {@code Cipher} per thread and transformation, because creating one costs more than a message.
 * A cipher keeps the schedule of its last key until its next use; the keys themselves are wiped
 * with their IKE SA.
 */
final class CipherPool {
  private final String transformation;
  private final Provider provider;
  // An instance field: when the bundle goes, its entries in living threads are collected.
  private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(this::newCipher);

  CipherPool(String transformation, Provider provider) throws GeneralSecurityException {
    this.transformation = transformation;
    this.provider = provider;
    Cipher.getInstance(transformation, provider);
  }

  private Cipher newCipher() {
    try {
      return Cipher.getInstance(transformation, provider);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(provider.getName() + " lost " + transformation, e);
    }
  }

  Cipher get() {
    return ciphers.get();
  }

  /** A cipher without a past. */
  Cipher fresh() {
    return newCipher();
  }

  /** After a failure the state of a provider's cipher is its own affair: start afresh. */
  void discard() {
    ciphers.remove();
  }
}
