package io.keyway.ike.crypto;

import java.util.Arrays;
import javax.crypto.SecretKey;

/**
 * A key as the JCA wants it, but wipeable: {@code SecretKeySpec} of JDK 17 is not. Short-lived, or
 * owned by an object that wipes it.
 */
final class RawKey implements SecretKey {
  private static final long serialVersionUID = 1L;

  /** Put into a reused {@code Mac} after use, so that it does not hold the last real key. */
  static final RawKey BLANK = new RawKey("HMAC", new byte[1]);

  private final String algorithm;
  private final transient byte[] octets;
  private transient boolean destroyed;

  /** Takes the array itself; {@link #destroy()} zeroes it. */
  RawKey(String algorithm, byte[] octets) {
    this.algorithm = algorithm;
    this.octets = octets;
  }

  @Override
  public String getAlgorithm() {
    return algorithm;
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  /**
   * A copy, because providers zero what they are given. Refuses after {@link #destroy()}: a race
   * between a use and a wipe must not end in a key of zeros.
   */
  @Override
  public synchronized byte[] getEncoded() {
    if (destroyed) {
      throw new IllegalStateException("the key was wiped already");
    }
    return octets.clone();
  }

  @Override
  public synchronized void destroy() {
    destroyed = true;
    Arrays.fill(octets, (byte) 0);
  }

  @Override
  public synchronized boolean isDestroyed() {
    return destroyed;
  }

  @Override
  public String toString() {
    return "RawKey[" + algorithm + "]";
  }

  private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
    throw new java.io.NotSerializableException("keys are not serialized");
  }
}
