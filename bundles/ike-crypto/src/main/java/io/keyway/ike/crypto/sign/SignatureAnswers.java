package io.keyway.ike.crypto.sign;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Properties;

/**
 * Asks a provider for known answers before it is trusted with signatures. Keys come to it as they
 * do later: RSA from the JDK, the others by its own factory.
 */
public final class SignatureAnswers {
  private static final Properties ANSWERS = answers();
  private static final String PSS = "RSASSA-PSS";

  private final String name;
  private final Provider provider;
  private final byte[] message;
  private final byte[] known;
  private final PublicKey publicKey;
  private final PrivateKey privateKey;

  /**
   * Reads the keys.
   *
   * @param name in the JCA, such as {@code SHA256withECDSA}
   */
  public SignatureAnswers(String name, Provider provider) throws GeneralSecurityException {
    this.name = name;
    this.provider = provider;
    boolean rsa = name.endsWith("RSA") || name.equals(PSS);
    message = (name.equals("Ed25519") ? "" : "sample").getBytes(StandardCharsets.US_ASCII);
    known = octets(name + ".signature");
    String keys = rsa ? "RSA" : name;
    KeyFactory factory =
        rsa
            ? KeyFactory.getInstance("RSA")
            : Signatures.keyFactory(name.endsWith("ECDSA") ? "EC" : "Ed25519", provider);
    publicKey = factory.generatePublic(new X509EncodedKeySpec(octets(keys + ".public")));
    privateKey = factory.generatePrivate(new PKCS8EncodedKeySpec(octets(keys + ".private")));
  }

  /** The provider that is asked. */
  public Provider provider() {
    return provider;
  }

  /** Throws, with the reason, when the provider is wrong. */
  public void check() throws GeneralSecurityException {
    byte[] other = Arrays.copyOf(message, message.length + 1);
    require(verifies(message, known), "a known signature is refused");
    require(!verifies(other, known), "a signature of another message is taken");
    byte[] made = sign();
    boolean random = name.endsWith("ECDSA") || name.equals(PSS);
    require(random || Arrays.equals(made, known), "it signs otherwise than everybody else");
    require(verifies(message, made), "its own signature is refused");
    require(!verifies(other, made), "its own signature of another message is taken");
  }

  /** One signature made and one checked, as each side of an IKE_AUTH does. */
  public void once() throws GeneralSecurityException {
    sign();
    verifies(message, known);
  }

  private byte[] sign() throws GeneralSecurityException {
    Signature signer = Signature.getInstance(name, provider);
    signer.initSign(privateKey);
    parameters(signer);
    signer.update(message);
    return signer.sign();
  }

  private boolean verifies(byte[] content, byte[] signature) throws GeneralSecurityException {
    Signature verifier = Signature.getInstance(name, provider);
    verifier.initVerify(publicKey);
    parameters(verifier);
    verifier.update(content);
    return verifier.verify(signature);
  }

  private void parameters(Signature signature) throws GeneralSecurityException {
    if (name.equals(PSS)) {
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
  }

  private void require(boolean holds, String otherwise) throws GeneralSecurityException {
    if (!holds) {
      throw new GeneralSecurityException("wrong answer for " + name + ": " + otherwise);
    }
  }

  private static byte[] octets(String entry) throws GeneralSecurityException {
    String digits = ANSWERS.getProperty(entry);
    if (digits == null) {
      throw new GeneralSecurityException("there is no known answer " + entry);
    }
    return HexFormat.of().parseHex(digits);
  }

  private static Properties answers() {
    try (InputStream in =
        SignatureAnswers.class.getResourceAsStream("signature-answers.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
