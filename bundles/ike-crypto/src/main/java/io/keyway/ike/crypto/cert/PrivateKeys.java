package io.keyway.ike.crypto.cert;

import io.keyway.api.key.SecretBytes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * Reads private keys as tools write them: PKCS #8, PKCS #1 for RSA (RFC 8017) and SEC 1 for EC (RFC
 * 5915), each in DER or PEM, without a passphrase.
 */
public final class PrivateKeys {
  private static final String EXPECTED =
      "a private key is expected in PKCS #8, PKCS #1 or SEC 1, as PEM or DER, without a passphrase";

  private PrivateKeys() {}

  /** A private key; the secret is only looked at. */
  public static PrivateKey read(SecretBytes secret) throws UnusableException {
    byte[] file = secret.read(byte[]::clone);
    byte[] der = {};
    try {
      der = file.length > 0 && file[0] == 0x30 ? file : fromPem(file);
      return key(der);
    } finally {
      Arrays.fill(der, (byte) 0);
      Arrays.fill(file, (byte) 0);
    }
  }

  private static byte[] fromPem(byte[] file) throws UnusableException {
    List<Pem.Block> blocks = Pem.blocks(new String(file, StandardCharsets.ISO_8859_1));
    for (Pem.Block block : blocks) {
      if (block.label().equals("ENCRYPTED PRIVATE KEY")) {
        throw new UnusableException(
            "the key is encrypted; store it without a passphrase (openssl pkcs8 -topk8 -nocrypt)");
      }
      if (block.label().endsWith("PRIVATE KEY")) {
        return block.octets();
      }
    }
    throw new UnusableException("there is no private key in it; " + EXPECTED);
  }

  private static PrivateKey key(byte[] der) throws UnusableException {
    try {
      PrivateKeyInfo info = info(ASN1Sequence.getInstance(ASN1Primitive.fromByteArray(der)));
      byte[] pkcs8 = info.getEncoded();
      try {
        return KeyFactory.getInstance(algorithm(info))
            .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      } finally {
        Arrays.fill(pkcs8, (byte) 0);
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // The cause may quote the key, so it goes no further.
      throw new UnusableException(EXPECTED);
    }
  }

  private static PrivateKeyInfo info(ASN1Sequence sequence) throws IOException {
    if (sequence.getObjectAt(1) instanceof ASN1Sequence) {
      return PrivateKeyInfo.getInstance(sequence);
    }
    if (sequence.size() >= 9) {
      return new PrivateKeyInfo(
          new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
          RSAPrivateKey.getInstance(sequence));
    }
    ECPrivateKey ec = ECPrivateKey.getInstance(sequence);
    BigInteger number = ec.getKey();
    if (number.signum() <= 0 || ec.getParametersObject() == null) {
      throw new IOException("no EC key with its curve");
    }
    return new PrivateKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, ec.getParametersObject()), ec);
  }

  private static String algorithm(PrivateKeyInfo info) throws UnusableException {
    var oid = info.getPrivateKeyAlgorithm().getAlgorithm();
    if (oid.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      return "RSA";
    }
    if (oid.equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
      return "RSASSA-PSS";
    }
    if (oid.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return "EC";
    }
    if (oid.equals(EdECObjectIdentifiers.id_Ed25519)) {
      return "Ed25519";
    }
    throw new UnusableException(
        "keys of type " + oid + " are not supported; use RSA, EC or Ed25519");
  }
}
