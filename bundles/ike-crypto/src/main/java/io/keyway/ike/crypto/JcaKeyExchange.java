package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.KeyAgreement;

/** A Diffie-Hellman exchange, over numbers or curves, on one JCA provider. */
final class JcaKeyExchange implements KeyExchange {
  private final KeyExchangeMethod method;
  private final PublicValueFormat format;
  private final Provider provider;
  private final String keyAlgorithm;
  private final String agreementAlgorithm;
  private final Optional<AlgorithmParameterSpec> parameters;
  private final SecureRandom random;
  // Generators hold no keys. An instance field, so that it goes with the bundle.
  private final ThreadLocal<KeyPairGenerator> generators =
      ThreadLocal.withInitial(this::newGenerator);

  JcaKeyExchange(
      KeyExchangeMethod method,
      PublicValueFormat format,
      Provider provider,
      String keyAlgorithm,
      String agreementAlgorithm,
      Optional<AlgorithmParameterSpec> parameters,
      SecureRandom random) {
    this.method = method;
    this.format = format;
    this.provider = provider;
    this.keyAlgorithm = keyAlgorithm;
    this.agreementAlgorithm = agreementAlgorithm;
    this.parameters = parameters;
    this.random = random;
  }

  private KeyPairGenerator newGenerator() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(keyAlgorithm, provider);
      if (parameters.isPresent()) {
        generator.initialize(parameters.get(), random);
      }
      return generator;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          provider.getName() + " makes no key pairs for " + method.keyword(), e);
    }
  }

  @Override
  public KeyExchangeMethod method() {
    return method;
  }

  KeyFactory keyFactory() throws GeneralSecurityException {
    return KeyFactory.getInstance(keyAlgorithm, provider);
  }

  @Override
  public Initiation initiate() {
    return new JcaInitiation(generators.get().generateKeyPair());
  }

  @Override
  public KeyAgreementResult respond(byte[] initiatorPublicValue) {
    // Checked first: a bad value must not cost us a key pair.
    Optional<String> flaw = flaw(initiatorPublicValue);
    if (flaw.isPresent()) {
      return new KeyAgreementResult.Refused(flaw.get());
    }
    try (Initiation ours = initiate()) {
      return ours.complete(initiatorPublicValue);
    }
  }

  /** Of Diffie-Hellman values; both directions are alike. */
  private Optional<String> flaw(byte[] publicValue) {
    Optional<String> length = lengthFlaw(method, publicValue, method.initiatorOctets());
    return length.isPresent() ? length : format.flaw(publicValue);
  }

  /** What is wrong with the length of a public value. */
  static Optional<String> lengthFlaw(KeyExchangeMethod method, byte[] publicValue, int wanted) {
    return publicValue.length == wanted
        ? Optional.empty()
        : Optional.of(
            "the public value has "
                + publicValue.length
                + " octets; "
                + method.keyword()
                + " takes "
                + wanted);
  }

  KeyAgreementResult agree(PrivateKey privateKey, byte[] ours, byte[] theirs) {
    Optional<String> flaw = flaw(theirs);
    if (flaw.isPresent()) {
      return new KeyAgreementResult.Refused(flaw.get());
    }
    byte[] secret;
    try {
      KeyAgreement agreement = KeyAgreement.getInstance(agreementAlgorithm, provider);
      agreement.init(privateKey);
      agreement.doPhase(format.decode(keyFactory(), theirs), true);
      secret = agreement.generateSecret();
    } catch (InvalidKeyException | java.security.spec.InvalidKeySpecException e) {
      return new KeyAgreementResult.Refused(
          "the public value is not usable with " + method.keyword());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          provider.getName() + " failed at " + method.keyword() + ": " + e.getMessage(), e);
    } catch (IllegalStateException e) {
      // How some providers report a secret of zeros.
      return new KeyAgreementResult.Refused("the public value gives no secret");
    }
    try {
      return finish(ours, secret);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private KeyAgreementResult finish(byte[] ours, byte[] secret) {
    int width = format.secretOctets();
    byte[] padded = new byte[width];
    int take = Math.min(secret.length, width);
    System.arraycopy(secret, secret.length - take, padded, width - take, take);
    if (format.refusesZeroSecret() && isZero(padded)) {
      return new KeyAgreementResult.Refused("the public value gives a secret of zeros");
    }
    return new KeyAgreementResult.Agreed(ours.clone(), SecretBytes.wrap(padded));
  }

  /** Looks at every octet, whatever they are. */
  private static boolean isZero(byte[] octets) {
    int seen = 0;
    for (byte octet : octets) {
      seen |= octet;
    }
    return seen == 0;
  }

  private final class JcaInitiation implements Initiation {
    private final byte[] publicValue;
    private volatile PrivateKey privateKey;

    JcaInitiation(KeyPair pair) {
      this.publicValue = format.encode(pair.getPublic());
      this.privateKey = pair.getPrivate();
    }

    @Override
    public byte[] publicValue() {
      return publicValue.clone();
    }

    @Override
    public KeyAgreementResult complete(byte[] responderPublicValue) {
      PrivateKey key = privateKey;
      if (key == null) {
        throw new IllegalStateException("this key exchange was closed already");
      }
      return agree(key, publicValue, responderPublicValue);
    }

    @Override
    public void close() {
      // No provider of JDK 17 can wipe a private key; dropping it is all there is.
      privateKey = null;
    }
  }
}
