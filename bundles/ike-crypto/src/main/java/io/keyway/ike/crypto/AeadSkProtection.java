package io.keyway.ike.crypto;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * An AEAD in the Encrypted payload (RFC 5282 for GCM and CCM, RFC 7634 for ChaCha20-Poly1305): the
 * nonce is the salt and an 8-octet IV that counts up and is carried in front of the ciphertext; the
 * prefix is the associated data.
 */
final class AeadSkProtection implements SkProtection {
  private static final int IV_OCTETS = 8;

  private final AeadKind kind;
  private final CipherPool pool;
  private final EncryptionAlgorithm algorithm;
  private final int tagOctets;
  private final RawKey key;
  private final byte[] salt;
  private volatile boolean closed;
  private long nextIv;
  private boolean exhausted;

  AeadSkProtection(
      AeadKind kind,
      CipherPool pool,
      EncryptionAlgorithm algorithm,
      SecretBytes keyAndSalt,
      long firstIv) {
    int keyOctets = algorithm.keyBits() / 8;
    if (keyAndSalt.length() != algorithm.keyMaterialOctets()) {
      throw new IllegalArgumentException(
          algorithm
              + " takes key and salt of "
              + algorithm.keyMaterialOctets()
              + " octets together");
    }
    this.kind = kind;
    this.pool = pool;
    this.algorithm = algorithm;
    this.tagOctets = algorithm.tagOctets();
    this.key = new RawKey(kind.keyName(), keyAndSalt.read(k -> Arrays.copyOf(k, keyOctets)));
    this.salt = keyAndSalt.read(k -> Arrays.copyOfRange(k, keyOctets, k.length));
    this.nextIv = firstIv;
  }

  @Override
  public int bodyOctets(int plaintextOctets) {
    return IV_OCTETS + plaintextOctets + 1 + tagOctets;
  }

  @Override
  public byte[] seal(byte[] prefix, byte[] plaintext) {
    requireOpen();
    long iv = takeIv();
    byte[] body = new byte[bodyOctets(plaintext.length)];
    ByteBuffer.wrap(body).putLong(iv);
    try {
      Cipher cipher = kind.cipher(pool);
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
      throw new IllegalStateException(algorithm + " failed to encrypt: " + e.getMessage(), e);
    }
  }

  @Override
  public SkOpenResult open(byte[] message, int bodyOffset) {
    requireOpen();
    int bodyOctets = message.length - bodyOffset;
    if (bodyOffset < 0 || bodyOctets < IV_OCTETS + 1 + tagOctets) {
      return new SkOpenResult.Rejected(SkOpenResult.Reason.BAD_LENGTH);
    }
    long iv = ByteBuffer.wrap(message, bodyOffset, IV_OCTETS).getLong();
    byte[] padded;
    try {
      Cipher cipher = kind.cipher(pool);
      cipher.init(Cipher.DECRYPT_MODE, key, spec(iv));
      cipher.updateAAD(message, 0, bodyOffset);
      padded = cipher.doFinal(message, bodyOffset + IV_OCTETS, bodyOctets - IV_OCTETS);
    } catch (AEADBadTagException e) {
      return new SkOpenResult.Rejected(SkOpenResult.Reason.BAD_INTEGRITY);
    } catch (GeneralSecurityException | RuntimeException e) {
      pool.discard();
      throw new IllegalStateException(algorithm + " failed to decrypt: " + e.getMessage(), e);
    }
    return Padding.strip(padded);
  }

  private AlgorithmParameterSpec spec(long iv) {
    byte[] nonce = ByteBuffer.allocate(salt.length + IV_OCTETS).put(salt).putLong(iv).array();
    return kind.spec(8 * tagOctets, nonce);
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
