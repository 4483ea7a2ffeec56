package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Elliptic-curve values. Every provider reads and writes a SubjectPublicKeyInfo whose last octets
 * are the public value, behind a prefix that is fixed per curve: converting through it costs
 * nothing and is the same for all.
 */
final class EncodedFormat implements PublicValueFormat {
  private final byte[] prefix;
  private final int publicOctets;
  private final int secretOctets;
  private final Optional<PrimeCurve> curve;

  private EncodedFormat(
      String prefix, int publicOctets, int secretOctets, Optional<PrimeCurve> curve) {
    this.prefix = HexFormat.of().parseHex(prefix);
    this.publicOctets = publicOctets;
    this.secretOctets = secretOctets;
    this.curve = curve;
  }

  /** RFC 5903 (x, then y; the secret is x) and RFC 8031. */
  static EncodedFormat of(KeyExchangeMethod method) {
    return switch (method) {
      case ECP_256 ->
          new EncodedFormat(
              "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
              64,
              32,
              Optional.of(PrimeCurve.P256));
      case ECP_384 ->
          new EncodedFormat(
              "3076301006072a8648ce3d020106052b8104002203620004",
              96,
              48,
              Optional.of(PrimeCurve.P384));
      case ECP_521 ->
          new EncodedFormat(
              "30819b301006072a8648ce3d020106052b8104002303818600" + "04",
              132,
              66,
              Optional.of(PrimeCurve.P521));
      case X25519 -> new EncodedFormat("302a300506032b656e032100", 32, 32, Optional.empty());
      case X448 -> new EncodedFormat("3042300506032b656f033900", 56, 56, Optional.empty());
      default -> throw new IllegalArgumentException(method + " is not on an elliptic curve");
    };
  }

  @Override
  public Optional<String> flaw(byte[] publicValue) {
    // Every string of that length is a valid X25519 or X448 value; a bad one shows in the secret.
    return curve.flatMap(c -> c.flaw(publicValue));
  }

  @Override
  public PublicKey decode(KeyFactory factory, byte[] publicValue) throws GeneralSecurityException {
    byte[] encoded =
        ByteBuffer.allocate(prefix.length + publicOctets).put(prefix).put(publicValue).array();
    return factory.generatePublic(new X509EncodedKeySpec(encoded));
  }

  @Override
  public byte[] encode(PublicKey key) {
    byte[] encoded = key.getEncoded();
    int length = prefix.length + publicOctets;
    if (encoded.length != length
        || !Arrays.equals(encoded, 0, prefix.length, prefix, 0, prefix.length)) {
      throw new IllegalStateException("the provider encodes its public keys in an unknown way");
    }
    return Arrays.copyOfRange(encoded, prefix.length, length);
  }

  @Override
  public int secretOctets() {
    return secretOctets;
  }

  @Override
  public boolean refusesZeroSecret() {
    return curve.isEmpty();
  }
}
