package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc7748.X448;

/**
 * X25519 and X448 (RFC 7748, RFC 8031) on Bouncy Castle's own interface: its JCA one computes the
 * public value of a fresh key twice, and hides private keys that can be wiped here. Both functions
 * take the same time whatever the private key is.
 */
final class MontgomeryExchange implements KeyExchange {
  private final KeyExchangeMethod method;
  private final int octets;
  private final SecureRandom random;

  MontgomeryExchange(KeyExchangeMethod method, SecureRandom random) {
    this.method = method;
    this.random = random;
    this.octets =
        switch (method) {
          case X25519 -> X25519.POINT_SIZE;
          case X448 -> X448.POINT_SIZE;
          default -> throw new IllegalArgumentException(method + " is not of RFC 7748");
        };
  }

  /** Which of the two methods these are. */
  static boolean computes(KeyExchangeMethod method) {
    return method == KeyExchangeMethod.X25519 || method == KeyExchangeMethod.X448;
  }

  @Override
  public KeyExchangeMethod method() {
    return method;
  }

  @Override
  public Initiation initiate() {
    byte[] key = new byte[octets];
    byte[] publicValue = new byte[octets];
    if (method == KeyExchangeMethod.X25519) {
      X25519.generatePrivateKey(random, key);
      X25519.generatePublicKey(key, 0, publicValue, 0);
    } else {
      X448.generatePrivateKey(random, key);
      X448.generatePublicKey(key, 0, publicValue, 0);
    }
    return new MontgomeryInitiation(SecretBytes.wrap(key), publicValue);
  }

  @Override
  public KeyAgreementResult respond(byte[] initiatorPublicValue) {
    // Checked first: a bad value must not cost us a key pair.
    Optional<String> flaw = JcaKeyExchange.lengthFlaw(method, initiatorPublicValue, octets);
    if (flaw.isPresent()) {
      return new KeyAgreementResult.Refused(flaw.get());
    }
    try (Initiation ours = initiate()) {
      return ours.complete(initiatorPublicValue);
    }
  }

  /** The same as {@link JcaKeyExchange#agree} with a key in octets; it is only looked at. */
  KeyAgreementResult agree(byte[] privateKey, byte[] ours, byte[] theirs) {
    Optional<String> flaw = JcaKeyExchange.lengthFlaw(method, theirs, octets);
    if (flaw.isPresent()) {
      return new KeyAgreementResult.Refused(flaw.get());
    }
    byte[] secret = new byte[octets];
    boolean agreed =
        method == KeyExchangeMethod.X25519
            ? X25519.calculateAgreement(privateKey, 0, theirs, 0, secret, 0)
            : X448.calculateAgreement(privateKey, 0, theirs, 0, secret, 0);
    if (!agreed) {
      // Every string of that length is a valid value; a point of small order shows here.
      Arrays.fill(secret, (byte) 0);
      return new KeyAgreementResult.Refused("the public value gives a secret of zeros");
    }
    return new KeyAgreementResult.Agreed(ours.clone(), SecretBytes.wrap(secret));
  }

  private final class MontgomeryInitiation implements Initiation {
    private final SecretBytes privateKey;
    private final byte[] publicValue;

    MontgomeryInitiation(SecretBytes privateKey, byte[] publicValue) {
      this.privateKey = privateKey;
      this.publicValue = publicValue;
    }

    @Override
    public byte[] publicValue() {
      return publicValue.clone();
    }

    @Override
    public KeyAgreementResult complete(byte[] responderPublicValue) {
      if (privateKey.isWiped()) {
        throw new IllegalStateException("this key exchange was closed already");
      }
      return privateKey.read(key -> agree(key, publicValue, responderPublicValue));
    }

    @Override
    public void close() {
      privateKey.close();
    }
  }
}
