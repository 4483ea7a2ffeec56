package io.keyway.ike.crypto;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/**
 * AES-CBC (RFC 3602) with a truncated HMAC (RFC 4868) in the Encrypted payload: a random IV, then
 * whole blocks, then the check value over everything before it. The check comes before any
 * decryption, so padding tells an attacker nothing.
 */
final class CbcSkProtection implements SkProtection {
  private static final int BLOCK = 16;

  private final CipherPool pool;
  private final Hmac hmac;
  private final SecureRandom random;
  private final int icvOctets;
  private final RawKey key;
  private final SecretBytes integrityKey;
  private volatile boolean closed;

  CbcSkProtection(
      CipherPool pool,
      EncryptionAlgorithm encryption,
      SecretBytes encryptionKey,
      Hmac hmac,
      IntegrityAlgorithm integrity,
      SecretBytes integrityKey,
      SecureRandom random) {
    if (encryptionKey.length() != encryption.keyMaterialOctets()) {
      throw new IllegalArgumentException(
          encryption + " takes a key of " + encryption.keyMaterialOctets() + " octets");
    }
    if (integrityKey.length() != integrity.keyOctets()) {
      throw new IllegalArgumentException(
          integrity + " takes a key of " + integrity.keyOctets() + " octets");
    }
    this.pool = pool;
    this.hmac = hmac;
    this.random = random;
    this.icvOctets = integrity.icvOctets();
    this.key = new RawKey("AES", encryptionKey.read(byte[]::clone));
    this.integrityKey = integrityKey.copy();
  }

  private static int paddedOctets(int plaintextOctets) {
    return (plaintextOctets + 1 + BLOCK - 1) / BLOCK * BLOCK;
  }

  @Override
  public int bodyOctets(int plaintextOctets) {
    return BLOCK + paddedOctets(plaintextOctets) + icvOctets;
  }

  @Override
  public byte[] seal(byte[] prefix, byte[] plaintext) {
    requireOpen();
    byte[] iv = new byte[BLOCK];
    random.nextBytes(iv);
    byte[] padded = Arrays.copyOf(plaintext, paddedOctets(plaintext.length));
    padded[padded.length - 1] = (byte) (padded.length - plaintext.length - 1);
    byte[] body = new byte[bodyOctets(plaintext.length)];
    System.arraycopy(iv, 0, body, 0, BLOCK);
    try {
      Cipher cipher = pool.get();
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
      cipher.doFinal(padded, 0, padded.length, body, BLOCK);
    } catch (GeneralSecurityException | RuntimeException e) {
      pool.discard();
      throw new IllegalStateException("AES-CBC failed to encrypt: " + e.getMessage(), e);
    } finally {
      Arrays.fill(padded, (byte) 0);
    }
    int covered = body.length - icvOctets;
    byte[] icv = integrityKey.read(k -> hmac.compute(k, prefix, body, 0, covered));
    System.arraycopy(icv, 0, body, covered, icvOctets);
    return body;
  }

  @Override
  public SkOpenResult open(byte[] message, int bodyOffset) {
    requireOpen();
    int ciphertextOctets = message.length - bodyOffset - BLOCK - icvOctets;
    if (bodyOffset < 0 || ciphertextOctets < BLOCK || ciphertextOctets % BLOCK != 0) {
      return new SkOpenResult.Rejected(SkOpenResult.Reason.BAD_LENGTH);
    }
    int covered = message.length - icvOctets;
    byte[] whole = integrityKey.read(k -> hmac.compute(k, new byte[0], message, 0, covered));
    byte[] expected = Arrays.copyOf(whole, icvOctets);
    byte[] received = Arrays.copyOfRange(message, covered, message.length);
    if (!MessageDigest.isEqual(expected, received)) {
      return new SkOpenResult.Rejected(SkOpenResult.Reason.BAD_INTEGRITY);
    }
    try {
      Cipher cipher = pool.get();
      cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(message, bodyOffset, BLOCK));
      return Padding.strip(cipher.doFinal(message, bodyOffset + BLOCK, ciphertextOctets));
    } catch (GeneralSecurityException | RuntimeException e) {
      pool.discard();
      throw new IllegalStateException("AES-CBC failed to decrypt: " + e.getMessage(), e);
    }
  }

  @Override
  public long nextIv() {
    return 0;
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
    integrityKey.close();
  }
}
