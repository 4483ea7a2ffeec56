package io.keyway.esp;

import io.keyway.api.sa.SaKeys;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM (RFC 4106), ChaCha20-Poly1305 (RFC 7634) and, with the body authenticated but not
 * encrypted, AES-GMAC (RFC 4543).
 *
 * <p>The explicit IV is the full sequence number: a counter, which RFC 4106 section 3.1 names as a
 * way to make it unique, and one that cannot repeat because the sender never lets it cycle.
 */
final class AeadCipher implements PacketCipher {
  private static final int IV = 8;
  private static final int ICV = 16;
  private static final int SALT = 4;

  private final SecretKey key;
  private final byte[] salt;
  private final boolean extended;
  private final boolean authenticateOnly;
  private final boolean chacha;
  private Cipher cipher;

  AeadCipher(EspSuite suite, SaKeys keys, boolean extended) {
    this.extended = extended;
    this.authenticateOnly = suite.construction() == EspSuite.Construction.GMAC;
    this.chacha = suite.construction() == EspSuite.Construction.CHACHA20_POLY1305;
    String name = chacha ? "ChaCha20" : "AES";
    this.key = keys.encryption().read(k -> new SecretKeySpec(k, 0, suite.keyOctets(), name));
    this.salt = keys.encryption().read(k -> Arrays.copyOfRange(k, k.length - SALT, k.length));
    try {
      this.cipher = fresh();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(suite + " vanished from its provider", e);
    }
  }

  private Cipher fresh() throws GeneralSecurityException {
    return chacha
        ? Cipher.getInstance("ChaCha20-Poly1305", FastProviders.chacha())
        : Cipher.getInstance("AES/GCM/NoPadding", FastProviders.gcm());
  }

  @Override
  public void seal(byte[] packet, long sequence) {
    PacketCipher.putInt(packet, HEADER, (int) (sequence >>> 32));
    PacketCipher.putInt(packet, HEADER + 4, (int) sequence);
    int body = HEADER + IV;
    int length = packet.length - ICV - body;
    try {
      start(Cipher.ENCRYPT_MODE, packet, sequence);
      if (authenticateOnly) {
        cipher.updateAAD(packet, HEADER, IV + length);
        cipher.doFinal(packet, body + length);
      } else {
        cipher.doFinal(packet, body, length, packet, body);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the AEAD refused to encrypt", e);
    }
  }

  @Override
  public byte[] open(byte[] packet, long sequence) {
    int body = HEADER + IV;
    int length = packet.length - ICV - body;
    try {
      start(Cipher.DECRYPT_MODE, packet, sequence);
      if (authenticateOnly) {
        cipher.updateAAD(packet, HEADER, IV + length);
        cipher.doFinal(packet, body + length, ICV);
        return Arrays.copyOfRange(packet, body, body + length);
      }
      return cipher.doFinal(packet, body, length + ICV);
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the AEAD refused to decrypt", e);
    }
  }

  /** Nonce of RFC 4106 section 4 and additional data of its section 5. */
  private void start(int mode, byte[] packet, long sequence) throws GeneralSecurityException {
    byte[] nonce = new byte[SALT + IV];
    System.arraycopy(salt, 0, nonce, 0, SALT);
    System.arraycopy(packet, HEADER, nonce, SALT, IV);
    if (chacha) {
      // The JDK's refuses a nonce that it just had, and a packet may come twice.
      cipher = fresh();
      cipher.init(mode, key, new IvParameterSpec(nonce));
    } else {
      cipher.init(mode, key, new GCMParameterSpec(ICV * 8, nonce));
    }
    if (extended) {
      byte[] aad = new byte[12];
      System.arraycopy(packet, 0, aad, 0, 4);
      PacketCipher.putInt(aad, 4, (int) (sequence >>> 32));
      System.arraycopy(packet, 4, aad, 8, 4);
      cipher.updateAAD(aad);
    } else {
      cipher.updateAAD(packet, 0, HEADER);
    }
  }
}
