package io.keyway.ike.crypto;

import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.util.Arrays;

/**
 * A pseudo-random function of IKEv2 and its stretched form prf+ (RFC 7296 section 2.13). Safe for
 * many threads.
 */
public final class Prf {
  private final PrfAlgorithm algorithm;
  private final Hmac hmac;

  Prf(PrfAlgorithm algorithm, Hmac hmac) {
    this.algorithm = algorithm;
    this.hmac = hmac;
  }

  /** Which function this is. */
  public PrfAlgorithm algorithm() {
    return algorithm;
  }

  /** prf(key, parts concatenated) for a result that goes on the wire; {@code octets()} long. */
  public byte[] compute(SecretBytes key, byte[]... parts) {
    return key.read(k -> hmac.compute(k, parts));
  }

  /** prf(key, parts concatenated) for a result that is secret; the caller owns it. */
  public SecretBytes derive(SecretBytes key, byte[]... parts) {
    return SecretBytes.wrap(compute(key, parts));
  }

  /** prf(key, data) for a key that is public, as the keys of a puzzle are. */
  byte[] computeWithPublicKey(byte[] key, byte[] data) {
    return hmac.compute(key, data);
  }

  /** As {@link #derive}, for a key that is public, as nonces are in SKEYSEED. */
  SecretBytes deriveFromPublicKey(byte[] key, byte[]... parts) {
    return SecretBytes.wrap(hmac.compute(key, parts));
  }

  /**
   * prf+(key, seed concatenated), cut to {@code octets}; the caller owns the result.
   *
   * @throws IllegalArgumentException beyond 255 times the output length, where the one-octet
   *     counter ends
   */
  public SecretBytes expand(SecretBytes key, int octets, byte[]... seed) {
    int block = algorithm.octets();
    if (octets < 0 || octets > 255 * block) {
      throw new IllegalArgumentException(
          "prf+ yields 0 to " + 255 * block + " octets, not " + octets);
    }
    byte[] result = new byte[octets];
    byte[][] parts = new byte[seed.length + 2][];
    System.arraycopy(seed, 0, parts, 1, seed.length);
    byte[] previous = new byte[0];
    for (int done = 0, counter = 1; done < octets; counter++) {
      parts[0] = previous;
      parts[parts.length - 1] = new byte[] {(byte) counter};
      byte[] current = compute(key, parts);
      int take = Math.min(block, octets - done);
      System.arraycopy(current, 0, result, done, take);
      done += take;
      Arrays.fill(previous, (byte) 0);
      previous = current;
    }
    Arrays.fill(previous, (byte) 0);
    return SecretBytes.wrap(result);
  }
}
