package io.keyway.ike.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import javax.crypto.Mac;

/**
 * HMAC (RFC 2104) with one {@code Mac} object per thread, because creating one costs more than
 * using it. The object forgets its key before it is put back.
 */
final class Hmac {
  private final String algorithm;
  private final Provider provider;
  // An instance field: when the bundle goes, its entries in living threads are collected.
  private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(this::newMac);

  Hmac(String algorithm, Provider provider) throws GeneralSecurityException {
    this.algorithm = algorithm;
    this.provider = provider;
    Mac.getInstance(algorithm, provider);
  }

  private Mac newMac() {
    try {
      return Mac.getInstance(algorithm, provider);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(provider.getName() + " lost " + algorithm, e);
    }
  }

  /** The whole output over the concatenation of {@code parts}. */
  byte[] compute(byte[] key, byte[]... parts) {
    RawKey rawKey = new RawKey(algorithm, key.clone());
    Mac mac = macs.get();
    try {
      mac.init(rawKey);
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (InvalidKeyException e) {
      throw new IllegalStateException(algorithm + " refused a key of its own kind", e);
    } finally {
      rawKey.destroy();
      forget(mac);
    }
  }

  /** The whole output over {@code length} octets of {@code data}, after {@code prefix}. */
  byte[] compute(byte[] key, byte[] prefix, byte[] data, int offset, int length) {
    RawKey rawKey = new RawKey(algorithm, key.clone());
    Mac mac = macs.get();
    try {
      mac.init(rawKey);
      mac.update(prefix);
      mac.update(data, offset, length);
      return mac.doFinal();
    } catch (InvalidKeyException e) {
      throw new IllegalStateException(algorithm + " refused a key of its own kind", e);
    } finally {
      rawKey.destroy();
      forget(mac);
    }
  }

  private void forget(Mac mac) {
    try {
      mac.init(RawKey.BLANK);
    } catch (InvalidKeyException e) {
      macs.remove();
    }
  }
}
