package io.keyway.ike.crypto.sign;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * Authentication data of method 14 (RFC 7427 section 3): the length of an AlgorithmIdentifier in
 * one octet, its DER, the signature.
 */
public record DigitalSignature(SignatureScheme scheme, int saltLength, byte[] signature) {
  private static final BigInteger LONGEST_SALT = BigInteger.valueOf(64);

  /** The data of an AUTH payload for our own signature. */
  public static byte[] encode(SignatureScheme scheme, byte[] signature) {
    byte[] algorithm = scheme.algorithmIdentifier();
    byte[] data = new byte[1 + algorithm.length + signature.length];
    data[0] = (byte) algorithm.length;
    System.arraycopy(algorithm, 0, data, 1, algorithm.length);
    System.arraycopy(signature, 0, data, 1 + algorithm.length, signature.length);
    return data;
  }

  /** What the data of a peer's AUTH payload says; empty when it is malformed or not known here. */
  public static Optional<DigitalSignature> decode(byte[] data) {
    if (data.length < 2 || (data[0] & 0xff) > data.length - 2) {
      return Optional.empty();
    }
    int length = data[0] & 0xff;
    byte[] algorithm = Arrays.copyOfRange(data, 1, 1 + length);
    byte[] signature = Arrays.copyOfRange(data, 1 + length, data.length);
    for (SignatureScheme scheme : SignatureScheme.values()) {
      if (Arrays.equals(scheme.algorithmIdentifier(), algorithm)) {
        return Optional.of(new DigitalSignature(scheme, scheme.hash().octets(), signature));
      }
    }
    return otherForm(algorithm, signature);
  }

  /** The same algorithms as others write them: without NULL, with defaults, with another salt. */
  private static Optional<DigitalSignature> otherForm(byte[] algorithm, byte[] signature) {
    try {
      AlgorithmIdentifier id =
          AlgorithmIdentifier.getInstance(ASN1Primitive.fromByteArray(algorithm));
      if (id == null || !Arrays.equals(id.getEncoded(ASN1Encoding.DL), algorithm)) {
        return Optional.empty();
      }
      if (id.getAlgorithm().equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
        return pss(id, signature);
      }
      boolean bare = id.getParameters() == null || id.getParameters().equals(DERNull.INSTANCE);
      for (SignatureScheme scheme : SignatureScheme.values()) {
        AlgorithmIdentifier known = AlgorithmIdentifier.getInstance(scheme.algorithmIdentifier());
        if (bare && known.getAlgorithm().equals(id.getAlgorithm())) {
          return Optional.of(new DigitalSignature(scheme, scheme.hash().octets(), signature));
        }
      }
    } catch (IOException | RuntimeException e) {
      // Not an AlgorithmIdentifier at all.
    }
    return Optional.empty();
  }

  private static Optional<DigitalSignature> pss(AlgorithmIdentifier id, byte[] signature) {
    RSASSAPSSparams given = RSASSAPSSparams.getInstance(id.getParameters());
    if (given == null || !BigInteger.ONE.equals(given.getTrailerField())) {
      return Optional.empty();
    }
    AlgorithmIdentifier mask =
        AlgorithmIdentifier.getInstance(given.getMaskGenAlgorithm().getParameters());
    for (SignatureScheme scheme : SignatureScheme.values()) {
      if (!scheme.pss()) {
        continue;
      }
      RSASSAPSSparams ours =
          RSASSAPSSparams.getInstance(
              AlgorithmIdentifier.getInstance(scheme.algorithmIdentifier()).getParameters());
      var hash = ours.getHashAlgorithm().getAlgorithm();
      // A number of the wire is looked at as it is, never calculated with.
      BigInteger salt = given.getSaltLength();
      if (hash.equals(given.getHashAlgorithm().getAlgorithm())
          && PKCSObjectIdentifiers.id_mgf1.equals(given.getMaskGenAlgorithm().getAlgorithm())
          && hash.equals(mask.getAlgorithm())
          && salt.signum() >= 0
          && salt.compareTo(LONGEST_SALT) <= 0) {
        return Optional.of(new DigitalSignature(scheme, salt.intValueExact(), signature));
      }
    }
    return Optional.empty();
  }
}
