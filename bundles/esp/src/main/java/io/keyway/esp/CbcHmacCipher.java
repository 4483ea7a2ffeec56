package io.keyway.esp;

import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.sa.SaKeys;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-CBC (RFC 3602) with HMAC-SHA-2 (RFC 4868): encrypt, then authenticate. */
final class CbcHmacCipher implements PacketCipher {
  private static final int IV = 16;

  private final SecretKey key;
  private final Cipher cipher;
  private final Mac mac;
  private final int icv;
  private final boolean extended;
  private final SecureRandom random;

  CbcHmacCipher(EspSuite suite, SaKeys keys, boolean extended, SecureRandom random) {
    this.extended = extended;
    this.random = random;
    this.icv = suite.icvOctets();
    this.key = keys.encryption().read(k -> new SecretKeySpec(k, "AES"));
    try {
      this.cipher = Cipher.getInstance("AES/CBC/NoPadding", FastProviders.cbc());
      this.mac = Mac.getInstance(hmacName(suite.integrity()));
      mac.init(keys.integrity().read(k -> new SecretKeySpec(k, "HMAC")));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-CBC with HMAC is not available: " + suite, e);
    }
  }

  static String hmacName(IntegrityAlgorithm integrity) {
    return switch (integrity) {
      case HMAC_SHA2_256_128 -> "HmacSHA256";
      case HMAC_SHA2_384_192 -> "HmacSHA384";
      case HMAC_SHA2_512_256 -> "HmacSHA512";
      case NONE -> throw new IllegalArgumentException("HMAC needs a hash");
    };
  }

  @Override
  public void seal(byte[] packet, long sequence) {
    // CBC wants an unpredictable IV (RFC 3602 section 3), so no counter here.
    byte[] iv = new byte[IV];
    random.nextBytes(iv);
    System.arraycopy(iv, 0, packet, HEADER, IV);
    int body = HEADER + IV;
    int length = packet.length - icv - body;
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
      cipher.doFinal(packet, body, length, packet, body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-CBC refused to encrypt", e);
    }
    System.arraycopy(icvOf(packet, sequence), 0, packet, body + length, icv);
  }

  @Override
  public byte[] open(byte[] packet, long sequence) {
    byte[] claimed = Arrays.copyOfRange(packet, packet.length - icv, packet.length);
    if (!MessageDigest.isEqual(Arrays.copyOf(icvOf(packet, sequence), icv), claimed)) {
      return null;
    }
    int body = HEADER + IV;
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(packet, HEADER, IV));
      return cipher.doFinal(packet, body, packet.length - icv - body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-CBC refused to decrypt", e);
    }
  }

  /** Over header, IV and body, then the unsent high half with ESN (RFC 4303 section 2.2.1). */
  private byte[] icvOf(byte[] packet, long sequence) {
    mac.update(packet, 0, packet.length - icv);
    if (extended) {
      byte[] high = new byte[4];
      PacketCipher.putInt(high, 0, (int) (sequence >>> 32));
      mac.update(high);
    }
    return mac.doFinal();
  }
}
