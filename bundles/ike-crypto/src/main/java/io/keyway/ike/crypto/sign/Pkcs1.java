package io.keyway.ike.crypto.sign;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2.2) checked by writing down what the block must be and
 * comparing: nothing of the peer's padding is ever parsed, so nothing can hide in it.
 */
final class Pkcs1 {
  private Pkcs1() {}

  static boolean verify(RSAPublicKey key, HashId hash, byte[] signature, byte[]... parts) {
    int octets = (key.getModulus().bitLength() + 7) / 8;
    BigInteger number = new BigInteger(1, signature);
    if (signature.length != octets || number.compareTo(key.getModulus()) >= 0) {
      return false;
    }
    byte[] block = fixed(number.modPow(key.getPublicExponent(), key.getModulus()), octets);
    return MessageDigest.isEqual(block, expected(hash, octets, parts));
  }

  /** EMSA-PKCS1-v1_5 with the NULL that DigestInfo has since ever (RFC 8017 section 9.2). */
  private static byte[] expected(HashId hash, int octets, byte[]... parts) {
    byte[] prefix =
        HexFormat.of()
            .parseHex(
                switch (hash) {
                  case SHA1 -> "3021300906052b0e03021a05000414";
                  case SHA2_256 -> "3031300d060960864801650304020105000420";
                  case SHA2_384 -> "3041300d060960864801650304020205000430";
                  case SHA2_512 -> "3051300d060960864801650304020305000440";
                  case IDENTITY -> throw new IllegalArgumentException("RSA needs a hash");
                });
    byte[] digest = digest(hash, parts);
    byte[] block = new byte[octets];
    int content = octets - prefix.length - digest.length;
    block[1] = 1;
    Arrays.fill(block, 2, content - 1, (byte) 0xff);
    System.arraycopy(prefix, 0, block, content, prefix.length);
    System.arraycopy(digest, 0, block, content + prefix.length, digest.length);
    return block;
  }

  private static byte[] digest(HashId hash, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(hash.jcaName());
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + hash.jcaName(), e);
    }
  }

  private static byte[] fixed(BigInteger number, int octets) {
    byte[] minimal = number.toByteArray();
    byte[] result = new byte[octets];
    int length = Math.min(minimal.length, octets);
    System.arraycopy(minimal, minimal.length - length, result, octets - length, length);
    return result;
  }
}
