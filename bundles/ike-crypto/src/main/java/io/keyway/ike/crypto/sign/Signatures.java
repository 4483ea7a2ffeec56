package io.keyway.ike.crypto.sign;

import io.keyway.ike.crypto.sign.SignatureScheme.KeyKind;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.Function;

/** Makes and checks signatures, each scheme on the provider that was chosen for it. */
public final class Signatures {
  private final Map<SignatureScheme, Provider> providers = new EnumMap<>(SignatureScheme.class);

  /**
   * Our own keys in the provider's form, as long as the original is in use: making it costs more
   * than a signature, and with it go tables of multiples that the provider keeps.
   */
  private final Map<PrivateKey, Map<Provider, PrivateKey>> own = new WeakHashMap<>();

  /** With the provider for each name of a signature in the JCA. */
  public Signatures(Function<String, Provider> choice) {
    Map<String, Provider> chosen = new java.util.HashMap<>();
    for (SignatureScheme scheme : SignatureScheme.values()) {
      providers.put(scheme, chosen.computeIfAbsent(scheme.jcaName(), choice));
    }
  }

  /**
   * Signs the concatenation of parts; ECDSA comes as DER.
   *
   * @throws InvalidKeyException when the key does not go with the scheme
   */
  public byte[] sign(SignatureScheme scheme, PrivateKey key, byte[]... parts)
      throws GeneralSecurityException {
    Signature signature = instance(scheme);
    signature.initSign(ours(scheme, key));
    // The JDK takes the parameters after the key, since a key may bring its own.
    parameters(scheme, scheme.hash().octets(), signature);
    update(signature, parts);
    return signature.sign();
  }

  /**
   * The form of RFC 4754 for methods 9 to 11.
   *
   * @param curve of the key
   */
  public byte[] signRaw(Curve curve, PrivateKey key, byte[]... parts)
      throws GeneralSecurityException {
    return EcdsaForm.derToRaw(curve, sign(curve.scheme(), key, parts))
        .orElseThrow(() -> new GeneralSecurityException("the provider made no ECDSA signature"));
  }

  /** Whether this is the key's signature of the concatenation of parts (RFC 7427). */
  public boolean verify(DigitalSignature given, PublicKey key, byte[]... parts) {
    return verify(given.scheme(), given.saltLength(), key, given.signature(), parts);
  }

  /** RSA PKCS #1 v1.5 as in method 1, where the hash is not named beside the signature. */
  public boolean verifyPkcs1(HashId hash, PublicKey key, byte[] signature, byte[]... parts) {
    return key instanceof RSAPublicKey rsa
        && KeyRules.problem(key).isEmpty()
        && Pkcs1.verify(rsa, hash, signature, parts);
  }

  /** The form of RFC 4754; the key must lie on the curve of the method. */
  public boolean verifyRaw(Curve curve, PublicKey key, byte[] signature, byte[]... parts) {
    return key instanceof ECPublicKey ec
        && Curve.of(ec.getParams()).filter(curve::equals).isPresent()
        && EcdsaForm.rawToDer(curve, signature)
            .filter(der -> verify(curve.scheme(), 0, key, der, parts))
            .isPresent();
  }

  private boolean verify(
      SignatureScheme scheme, int salt, PublicKey key, byte[] signature, byte[]... parts) {
    if (KeyKind.of(key).filter(scheme.kind()::equals).isEmpty()
        || KeyRules.problem(key).isPresent()) {
      return false;
    }
    if (scheme.kind() == KeyKind.RSA && !scheme.pss()) {
      return key instanceof RSAPublicKey rsa && Pkcs1.verify(rsa, scheme.hash(), signature, parts);
    }
    if (key instanceof ECPublicKey ec
        && Curve.of(ec.getParams())
            .flatMap(curve -> EcdsaForm.derToRaw(curve, signature))
            .isEmpty()) {
      return false;
    }
    try {
      Signature verifier = instance(scheme);
      verifier.initVerify(theirs(scheme, key));
      parameters(scheme, salt, verifier);
      update(verifier, parts);
      return verifier.verify(signature);
    } catch (GeneralSecurityException | RuntimeException e) {
      // Providers throw for signatures of a wrong length, and Bouncy Castle for points off curve.
      return false;
    }
  }

  private Signature instance(SignatureScheme scheme) throws GeneralSecurityException {
    return Signature.getInstance(scheme.jcaName(), providers.get(scheme));
  }

  private static void parameters(SignatureScheme scheme, int salt, Signature signature)
      throws GeneralSecurityException {
    if (scheme.pss()) {
      String hash = scheme.hash().jcaName();
      signature.setParameter(
          new PSSParameterSpec(
              hash, "MGF1", new MGF1ParameterSpec(hash), salt, PSSParameterSpec.TRAILER_FIELD_BC));
    }
  }

  private static void update(Signature signature, byte[]... parts) throws GeneralSecurityException {
    for (byte[] part : parts) {
      signature.update(part);
    }
  }

  private PrivateKey ours(SignatureScheme scheme, PrivateKey key) throws GeneralSecurityException {
    if (isTakenAsItIs(scheme, key)) {
      return key;
    }
    Provider provider = providers.get(scheme);
    synchronized (own) {
      Map<Provider, PrivateKey> known = own.computeIfAbsent(key, k -> new IdentityHashMap<>());
      PrivateKey translated = known.get(provider);
      if (translated == null) {
        byte[] encoded = key.getEncoded();
        try {
          translated = factory(scheme).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } finally {
          Arrays.fill(encoded, (byte) 0);
        }
        known.put(provider, translated);
      }
      return translated;
    }
  }

  private PublicKey theirs(SignatureScheme scheme, PublicKey key) throws GeneralSecurityException {
    return isTakenAsItIs(scheme, key)
        ? key
        : factory(scheme).generatePublic(new X509EncodedKeySpec(key.getEncoded()));
  }

  /** Providers do not all take each other's keys. */
  private static boolean isTakenAsItIs(SignatureScheme scheme, Key key) {
    return scheme.kind() == KeyKind.RSA || key.getEncoded() == null;
  }

  private KeyFactory factory(SignatureScheme scheme) throws GeneralSecurityException {
    return keyFactory(scheme.kind() == KeyKind.EC ? "EC" : "Ed25519", providers.get(scheme));
  }

  /** The provider's own, or the JDK's where it signs with that one's keys. */
  static KeyFactory keyFactory(String algorithm, Provider provider)
      throws GeneralSecurityException {
    return provider.getService("KeyFactory", algorithm) == null
        ? KeyFactory.getInstance(algorithm)
        : KeyFactory.getInstance(algorithm, provider);
  }

  /** Whether this is the key's signature of a certificate; by the provider of the scheme. */
  public boolean verify(SignatureScheme scheme, PublicKey key, byte[] signature, byte[] signed) {
    return !scheme.pss() && verify(scheme, 0, key, signature, signed);
  }

  /** The curve of an EC key. */
  public static Optional<Curve> curve(PublicKey key) {
    return key instanceof ECPublicKey ec ? Curve.of(ec.getParams()) : Optional.empty();
  }
}
