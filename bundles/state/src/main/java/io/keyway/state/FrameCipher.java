package io.keyway.state;

import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts the frames of one file: AES-256-GCM under a key that belongs to this file alone, derived
 * from the master key and the file's salt (HKDF's expand step, RFC 5869 section 2.3, on a key that
 * is uniform already). The number of the frame is the nonce, so that a frame elsewhere than where
 * it was written does not open. No number is ever used twice under one key: a file is only appended
 * to by the process that made it, and not after a write that failed.
 */
final class FrameCipher {

  static final int TAG_OCTETS = 16;
  static final int CHECK_OCTETS = 16;
  private static final int IV_OCTETS = 12;

  private final SecretKeySpec key;
  private final byte[] check;

  FrameCipher(SecretBytes master, byte[] salt) {
    byte[] octets = expand(master, salt, "keyway state journal: frames");
    this.key = new SecretKeySpec(octets, "AES");
    Arrays.fill(octets, (byte) 0);
    this.check = Arrays.copyOf(expand(master, salt, "keyway state journal: check"), CHECK_OCTETS);
  }

  private static byte[] expand(SecretBytes master, byte[] salt, String purpose) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      SecretKeySpec key = master.read(octets -> new SecretKeySpec(octets, "HmacSHA256"));
      mac.init(key);
      mac.update(purpose.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      mac.update(salt);
      return mac.doFinal(new byte[] {1});
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA-256 is part of every Java", e);
    }
  }

  /** Tells whether a file was made with this master key. */
  byte[] check() {
    return check.clone();
  }

  byte[] seal(long number, byte[] plain) {
    try {
      return cipher(Cipher.ENCRYPT_MODE, number).doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is part of every Java", e);
    }
  }

  /** Empty when this is not what was sealed under this number. */
  Optional<byte[]> open(long number, byte[] sealed) {
    try {
      return Optional.of(cipher(Cipher.DECRYPT_MODE, number).doFinal(sealed));
    } catch (AEADBadTagException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is part of every Java", e);
    }
  }

  private Cipher cipher(int mode, long number) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    byte[] iv = ByteBuffer.allocate(IV_OCTETS).putInt(0).putLong(number).array();
    cipher.init(mode, key, new GCMParameterSpec(8 * TAG_OCTETS, iv));
    cipher.updateAAD(check);
    return cipher;
  }
}
