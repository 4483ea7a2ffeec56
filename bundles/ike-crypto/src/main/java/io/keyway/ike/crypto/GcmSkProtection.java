package io.keyway.ike.crypto;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * AES-GCM with a 16-octet tag in the Encrypted payload (RFC 5282): the nonce is the 4-octet salt
 * and an 8-octet IV that counts up and is carried in front of the ciphertext; the prefix is the
 * associated data.
 */
final class GcmSkProtection implements SkProtection {
  private static final int SALT_OCTETS = 4;
  private static final int IV_OCTETS = 8;
  private static final int TAG_OCTETS = 16;

  private final CipherPool pool;
  private final RawKey key;
  private final byte[] salt;
  private volatile boolean closed;
  private long nextIv;
  private boolean exhausted;

  GcmSkProtection(
      CipherPool pool, EncryptionAlgorithm algorithm, SecretBytes keyAndSalt, long firstIv) {
    int keyOctets = algorithm.keyBits() / 8;
    if (keyAndSalt.length() != keyOctets + SALT_OCTETS) {
      throw new IllegalArgumentException(
          algorithm + " takes key and salt of " + (keyOctets + SALT_OCTETS) + " octets together");
    }
    this.pool = pool;
    this.key = new RawKey("AES", keyAndSalt.read(k -> Arrays.copyOf(k, keyOctets)));
    this.salt = keyAndSalt.read(k -> Arrays.copyOfRange(k, keyOctets, k.length));
    this.nextIv = firstIv;
  }

  @Override
  public int bodyOctets(int plaintextOctets) {
    return IV_OCTETS + plaintextOctets + 1 + TAG_OCTETS;
  }

  @Override
  public byte[] seal(byte[] prefix, byte[] plaintext) {
    requireOpen();
    long iv = takeIv();
    byte[] body = new byte[bodyOctets(plaintext.length)];
    ByteBuffer.wrap(body).putLong(iv);
    try {
      Cipher cipher = pool.get();
      cipher.init(Cipher.ENCRYPT_MODE, key, spec(iv));
      cipher.updateAAD(prefix);
      // No padding is needed, so the octet after the payloads is a pad length of 0.
      byte[] padded = Arrays.copyOf(plaintext, plaintext.length + 1);
      try {
        cipher.doFinal(padded, 0, padded.length, body, IV_OCTETS);
      } finally {
        Arrays.fill(padded, (byte) 0);
      }
      return body;
    } catch (GeneralSecurityException | RuntimeException e) {
      pool.discard();
      throw new IllegalStateException("AES-GCM failed to encrypt: " + e.getMessage(), e);
    }
  }

  @Override
  public SkOpenResult open(byte[] message, int bodyOffset) {
    requireOpen();
    int bodyOctets = message.length - bodyOffset;
    if (bodyOffset < 0 || bodyOctets < IV_OCTETS + 1 + TAG_OCTETS) {
      return new SkOpenResult.Rejected(SkOpenResult.Reason.BAD_LENGTH);
    }
    long iv = ByteBuffer.wrap(message, bodyOffset, IV_OCTETS).getLong();
    byte[] padded;
    try {
      Cipher cipher = pool.get();
      cipher.init(Cipher.DECRYPT_MODE, key, spec(iv));
      cipher.updateAAD(message, 0, bodyOffset);
      padded = cipher.doFinal(message, bodyOffset + IV_OCTETS, bodyOctets - IV_OCTETS);
    } catch (AEADBadTagException e) {
      return new SkOpenResult.Rejected(SkOpenResult.Reason.BAD_INTEGRITY);
    } catch (GeneralSecurityException | RuntimeException e) {
      pool.discard();
      throw new IllegalStateException("AES-GCM failed to decrypt: " + e.getMessage(), e);
    }
    return Padding.strip(padded);
  }

  private GCMParameterSpec spec(long iv) {
    byte[] nonce = ByteBuffer.allocate(SALT_OCTETS + IV_OCTETS).put(salt).putLong(iv).array();
    return new GCMParameterSpec(8 * TAG_OCTETS, nonce);
  }

  /** Each value once: a repeated nonce would give the authentication key away. */
  private synchronized long takeIv() {
    if (exhausted) {
      throw new IllegalStateException("all IVs of this IKE SA are used up; it must be rekeyed");
    }
    long iv = nextIv++;
    exhausted = nextIv == 0;
    return iv;
  }

  @Override
  public synchronized long nextIv() {
    return nextIv;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the keys of this IKE SA were wiped already");
    }
  }

  @Override
  public void close() {
    closed = true;
    key.destroy();
    Arrays.fill(salt, (byte) 0);
  }
}
