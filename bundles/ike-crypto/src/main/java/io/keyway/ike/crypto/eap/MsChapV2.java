package io.keyway.ike.crypto.eap;

import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.MD4Digest;

/**
 * Microsoft's challenge handshake, version 2 (RFC 2759), and the key that EAP makes of it (RFC 3079
 * section 3). MD4 and DES are what the protocol is made of: who sees a handshake in clear can
 * search for the password, which is why it only goes where something else hides it.
 */
public final class MsChapV2 {
  private static final byte[] MAGIC_1 = ascii("Magic server to client signing constant");
  private static final byte[] MAGIC_2 = ascii("Pad to make it do more than one iteration");
  private static final byte[] MASTER = ascii("This is the MPPE Master Key");
  private static final byte[] FROM_PEER =
      ascii("On the client side, this is the send key; on the server side, it is the receive key.");
  private static final byte[] FROM_SERVER =
      ascii("On the client side, this is the receive key; on the server side, it is the send key.");
  private static final byte[] PAD_1 = new byte[40];
  private static final byte[] PAD_2 = new byte[40];
  private static final int HASH = 16;
  private static final int KEY = 16;

  /** What EAP demands at least (RFC 3748 section 7.10). */
  private static final int MSK = 64;

  static {
    Arrays.fill(PAD_2, (byte) 0xf2);
  }

  private MsChapV2() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * NtPasswordHash: MD4 over the password in UTF-16, the lower octet first.
   *
   * @param password UTF-8; only looked at
   * @return 16 octets, which are as good as the password; the caller owns them
   */
  public static SecretBytes passwordHash(SecretBytes password) {
    byte[] wide = password.read(MsChapV2::utf16);
    try {
      return SecretBytes.wrap(md4(wide));
    } finally {
      Arrays.fill(wide, (byte) 0);
    }
  }

  private static byte[] utf16(byte[] utf8) {
    CharBuffer chars = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(utf8));
    byte[] wide = new byte[2 * chars.remaining()];
    for (int i = 0; i < wide.length; i += 2) {
      char one = chars.get(i / 2);
      wide[i] = (byte) one;
      wide[i + 1] = (byte) (one >> 8);
    }
    Arrays.fill(chars.array(), '\0');
    return wide;
  }

  private static byte[] md4(byte[] octets) {
    MD4Digest md4 = new MD4Digest();
    md4.update(octets, 0, octets.length);
    byte[] hash = new byte[HASH];
    md4.doFinal(hash, 0);
    return hash;
  }

  /**
   * GenerateNTResponse: what the peer proves the password with.
   *
   * @param passwordHash only looked at
   * @param server its challenge, 16 octets
   * @param peer its challenge, 16 octets
   * @param user the name without a domain
   * @return 24 octets
   */
  public static byte[] ntResponse(
      SecretBytes passwordHash, byte[] server, byte[] peer, byte[] user) {
    byte[] challenge = challengeHash(server, peer, user);
    return passwordHash.read(
        hash -> {
          // Three DES keys of seven octets each; of the last five are zero.
          byte[] keys = Arrays.copyOf(hash, 21);
          byte[] response = new byte[24];
          for (int i = 0; i < 3; i++) {
            System.arraycopy(des(keys, 7 * i, challenge), 0, response, 8 * i, 8);
          }
          Arrays.fill(keys, (byte) 0);
          return response;
        });
  }

  private static byte[] challengeHash(byte[] server, byte[] peer, byte[] user) {
    return Arrays.copyOf(sha1(peer, server, user), 8);
  }

  /** Seven octets make a DES key: seven bits go into each octet, the last one is parity. */
  private static byte[] des(byte[] keys, int at, byte[] clear) {
    byte[] key = new byte[8];
    for (int bit = 0; bit < 56; bit++) {
      int set = keys[at + bit / 8] >> 7 - bit % 8 & 1;
      key[bit / 7] |= (byte) (set << 7 - bit % 7);
    }
    try {
      Cipher des = Cipher.getInstance("DES/ECB/NoPadding");
      des.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
      return des.doFinal(clear);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no DES, which MSCHAPv2 is made of", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /**
   * GenerateAuthenticatorResponse: what the server proves the password with.
   *
   * @param passwordHash only looked at
   * @return 20 octets, which go over the wire in hexadecimal digits
   */
  public static byte[] authenticatorResponse(
      SecretBytes passwordHash, byte[] ntResponse, byte[] server, byte[] peer, byte[] user) {
    byte[] twice = passwordHash.read(MsChapV2::md4);
    byte[] digest = sha1(twice, ntResponse, MAGIC_1);
    Arrays.fill(twice, (byte) 0);
    return sha1(digest, challengeHash(server, peer, user), MAGIC_2);
  }

  /**
   * The MSK: the key from peer to server, the one from server to peer, 32 zeros.
   *
   * @param passwordHash only looked at
   * @return 64 octets; the caller owns them
   */
  public static SecretBytes masterSessionKey(SecretBytes passwordHash, byte[] ntResponse) {
    byte[] twice = passwordHash.read(MsChapV2::md4);
    byte[] hashed = sha1(twice, ntResponse, MASTER);
    byte[] master = Arrays.copyOf(hashed, KEY);
    byte[] toServer = sha1(master, PAD_1, FROM_PEER, PAD_2);
    byte[] toPeer = sha1(master, PAD_1, FROM_SERVER, PAD_2);
    byte[] key = new byte[MSK];
    System.arraycopy(toServer, 0, key, 0, KEY);
    System.arraycopy(toPeer, 0, key, KEY, KEY);
    for (byte[] secret : new byte[][] {twice, hashed, master, toServer, toPeer}) {
      Arrays.fill(secret, (byte) 0);
    }
    return SecretBytes.wrap(key);
  }

  private static byte[] sha1(byte[]... parts) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      for (byte[] part : parts) {
        sha1.update(part);
      }
      return sha1.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-1", e);
    }
  }
}
