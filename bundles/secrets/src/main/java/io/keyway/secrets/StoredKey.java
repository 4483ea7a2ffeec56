package io.keyway.secrets;

import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * Octets on their way into the key store; unlike {@code SecretKeySpec} of JDK 17 it can be wiped.
 */
final class StoredKey implements SecretKey {
  private static final long serialVersionUID = 1L;

  private final transient byte[] octets;

  /** Takes the array itself; {@link #destroy()} zeroes it. */
  StoredKey(byte[] octets) {
    this.octets = octets;
  }

  /**
   * PKCS #12 stores an object identifier beside the key, so it must be an algorithm that has one.
   */
  @Override
  public String getAlgorithm() {
    return "AES";
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    return octets.clone();
  }

  @Override
  public void destroy() {
    Arrays.fill(octets, (byte) 0);
  }

  @Override
  public String toString() {
    return "StoredKey[" + octets.length + " octets]";
  }

  private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
    throw new java.io.NotSerializableException("secrets are not serialized");
  }
}
