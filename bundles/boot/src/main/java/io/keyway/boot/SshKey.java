package io.keyway.boot;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;

/**
 * The key by which the console logs in, so that no password stands in a command line. RSA, because
 * Karaf's login module reads the coordinates of EC keys as signed numbers and refuses three of four
 * such keys.
 */
record SshKey(byte[] pem, String publicKey) {
  static SshKey generate(SecureRandom random, int bits)
      throws GeneralSecurityException, IOException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(bits, random);
    KeyPair pair = generator.generateKeyPair();
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    ByteArrayOutputStream pem = new ByteArrayOutputStream();
    pem.write("-----BEGIN PRIVATE KEY-----\n".getBytes(StandardCharsets.US_ASCII));
    pem.write(lines.encode(pair.getPrivate().getEncoded()));
    pem.write("\n-----END PRIVATE KEY-----\n".getBytes(StandardCharsets.US_ASCII));
    return new SshKey(pem.toByteArray(), authorized((RSAPublicKey) pair.getPublic()));
  }

  /** RFC 4253 section 6.6: string "ssh-rsa", mpint e, mpint n. */
  private static String authorized(RSAPublicKey key) throws IOException {
    ByteArrayOutputStream blob = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(blob);
    write(out, "ssh-rsa".getBytes(StandardCharsets.US_ASCII));
    write(out, mpint(key.getPublicExponent()));
    write(out, mpint(key.getModulus()));
    return Base64.getEncoder().encodeToString(blob.toByteArray());
  }

  private static byte[] mpint(BigInteger value) {
    return value.toByteArray();
  }

  private static void write(DataOutputStream out, byte[] value) throws IOException {
    out.writeInt(value.length);
    out.write(value);
  }

  @Override
  public String toString() {
    return "SshKey[" + publicKey + "]";
  }
}
