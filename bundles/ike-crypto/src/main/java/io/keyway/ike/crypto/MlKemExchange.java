package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import java.security.SecureRandom;
import java.util.Optional;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.SecretWithEncapsulation;
import org.bouncycastle.pqc.crypto.mlkem.MLKEMExtractor;
import org.bouncycastle.pqc.crypto.mlkem.MLKEMGenerator;
import org.bouncycastle.pqc.crypto.mlkem.MLKEMKeyGenerationParameters;
import org.bouncycastle.pqc.crypto.mlkem.MLKEMKeyPairGenerator;
import org.bouncycastle.pqc.crypto.mlkem.MLKEMParameters;
import org.bouncycastle.pqc.crypto.mlkem.MLKEMPrivateKeyParameters;
import org.bouncycastle.pqc.crypto.mlkem.MLKEMPublicKeyParameters;

/**
 * ML-KEM (FIPS 203) as draft-ietf-ipsecme-ikev2-mlkem uses it: the initiator's KE payload carries
 * the encapsulation key, the responder's the ciphertext, and the secret of 32 octets takes the
 * place of g^ir.
 *
 * <p>A ciphertext of the right length never fails: one that was changed gives another secret
 * (implicit rejection), which shows when the keys do not agree.
 */
final class MlKemExchange implements KeyExchange {
  private static final int POLYNOMIAL_OCTETS = 384;
  private static final int MODULUS = 3329;
  private static final int SEED_OF_MATRIX = 32;

  private final KeyExchangeMethod method;
  private final MLKEMParameters parameters;
  private final SecureRandom random;

  MlKemExchange(KeyExchangeMethod method, SecureRandom random) {
    this.method = method;
    this.random = random;
    this.parameters =
        switch (method) {
          case ML_KEM_512 -> MLKEMParameters.ml_kem_512;
          case ML_KEM_768 -> MLKEMParameters.ml_kem_768;
          case ML_KEM_1024 -> MLKEMParameters.ml_kem_1024;
          default -> throw new IllegalArgumentException(method + " is no ML-KEM");
        };
  }

  @Override
  public KeyExchangeMethod method() {
    return method;
  }

  @Override
  public Initiation initiate() {
    MLKEMKeyPairGenerator generator = new MLKEMKeyPairGenerator();
    generator.init(new MLKEMKeyGenerationParameters(random, parameters));
    AsymmetricCipherKeyPair pair = generator.generateKeyPair();
    return new MlKemInitiation((MLKEMPrivateKeyParameters) pair.getPrivate());
  }

  @Override
  public KeyAgreementResult respond(byte[] initiatorPublicValue) {
    byte[] message = new byte[32];
    random.nextBytes(message);
    return respond(initiatorPublicValue, message);
  }

  /** With the randomness of the encapsulation given, which is for known answers alone. */
  KeyAgreementResult respond(byte[] encapsulationKey, byte[] message) {
    Optional<String> flaw =
        JcaKeyExchange.lengthFlaw(method, encapsulationKey, method.initiatorOctets());
    if (flaw.isEmpty()) {
      flaw = flaw(encapsulationKey);
    }
    if (flaw.isPresent()) {
      return new KeyAgreementResult.Refused(flaw.get());
    }
    MLKEMPublicKeyParameters key = new MLKEMPublicKeyParameters(parameters, encapsulationKey);
    SecretWithEncapsulation made =
        new MLKEMGenerator(random).internalGenerateEncapsulated(key, message);
    return new KeyAgreementResult.Agreed(
        made.getEncapsulation(), SecretBytes.wrap(made.getSecret()));
  }

  /** The modulus check of FIPS 203 section 7.2: every coefficient is reduced. */
  private static Optional<String> flaw(byte[] key) {
    int end = key.length - SEED_OF_MATRIX;
    for (int i = 0; i + 2 < end; i += 3) {
      int low = key[i] & 0xff | (key[i + 1] & 0x0f) << 8;
      int high = (key[i + 1] & 0xf0) >> 4 | (key[i + 2] & 0xff) << 4;
      if (low >= MODULUS || high >= MODULUS) {
        return Optional.of(
            "polynomial " + i / POLYNOMIAL_OCTETS + " of the public value is not reduced");
      }
    }
    return Optional.empty();
  }

  /** The initiator's half for a seed d || z, which is for known answers alone. */
  Initiation initiate(byte[] seed) {
    return new MlKemInitiation(new MLKEMPrivateKeyParameters(parameters, seed));
  }

  private final class MlKemInitiation implements Initiation {
    private final byte[] publicValue;
    private volatile MLKEMPrivateKeyParameters privateKey;

    MlKemInitiation(MLKEMPrivateKeyParameters privateKey) {
      this.publicValue = privateKey.getPublicKey();
      this.privateKey = privateKey;
    }

    @Override
    public byte[] publicValue() {
      return publicValue.clone();
    }

    @Override
    public KeyAgreementResult complete(byte[] ciphertext) {
      MLKEMPrivateKeyParameters key = privateKey;
      if (key == null) {
        throw new IllegalStateException("this key exchange was closed already");
      }
      Optional<String> flaw =
          JcaKeyExchange.lengthFlaw(method, ciphertext, method.responderOctets());
      if (flaw.isPresent()) {
        return new KeyAgreementResult.Refused(flaw.get());
      }
      byte[] secret = new MLKEMExtractor(key).extractSecret(ciphertext);
      return new KeyAgreementResult.Agreed(publicValue.clone(), SecretBytes.wrap(secret));
    }

    @Override
    public void close() {
      // Bouncy Castle cannot wipe it; dropping it is all there is.
      privateKey = null;
    }
  }
}
