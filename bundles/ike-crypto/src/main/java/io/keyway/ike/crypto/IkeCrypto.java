package io.keyway.ike.crypto;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.sign.SignatureAnswers;
import io.keyway.ike.crypto.sign.Signatures;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All algorithms of IKEv2 that Keyway speaks, each on the fastest provider that is present and
 * passed its known-answer test. Create one per engine (a fraction of a second); it is immutable and
 * safe for many threads.
 */
public final class IkeCrypto {
  private final SecureRandom random;
  private final Map<PrfAlgorithm, Prf> prfs = new EnumMap<>(PrfAlgorithm.class);
  private final Map<IntegrityAlgorithm, Hmac> macs = new EnumMap<>(IntegrityAlgorithm.class);
  private final Map<KeyExchangeMethod, KeyExchange> exchanges =
      new EnumMap<>(KeyExchangeMethod.class);
  private final CipherPool gcm;
  private final CipherPool cbc;
  private final Signatures signatures;
  private final List<ProviderChoice> choices;

  private IkeCrypto(SecureRandom random, ProviderTable table) {
    this.random = random;
    Map<String, Hmac> hmacs = new HashMap<>();
    for (String name : List.of("HmacSHA256", "HmacSHA384", "HmacSHA512")) {
      hmacs.put(
          name,
          table.choose(
              name,
              "Mac",
              name,
              ProviderTable.SYMMETRIC,
              provider -> new Hmac(name, provider),
              hmac -> KnownAnswers.hmac(name, hmac)));
    }
    for (PrfAlgorithm algorithm : PrfAlgorithm.values()) {
      prfs.put(algorithm, new Prf(algorithm, hmacs.get(hashOf(algorithm))));
    }
    for (IntegrityAlgorithm algorithm : IntegrityAlgorithm.values()) {
      if (algorithm != IntegrityAlgorithm.NONE) {
        macs.put(algorithm, hmacs.get(hashOf(algorithm)));
      }
    }
    gcm = cipher(table, "AES/GCM/NoPadding", KnownAnswers::gcm);
    cbc = cipher(table, "AES/CBC/NoPadding", KnownAnswers::cbc);
    for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
      exchanges.put(method, exchange(table, method));
    }
    signatures = new Signatures(name -> signature(table, name));
    choices = table.choices();
  }

  /**
   * With every provider that is there.
   *
   * @throws CryptoUnavailableException when an algorithm is computed correctly by none
   */
  public static IkeCrypto create(SecureRandom random) {
    return new IkeCrypto(random, ProviderTable.ofAll());
  }

  static IkeCrypto create(SecureRandom random, ProviderTable table) {
    return new IkeCrypto(random, table);
  }

  private static Provider signature(ProviderTable table, String name) {
    return table.choose(
        name,
        "Signature",
        name,
        name.endsWith("ECDSA") ? ProviderTable.ECP : ProviderTable.SIGNATURE,
        provider -> provider,
        provider -> SignatureAnswers.check(name, provider));
  }

  private static CipherPool cipher(
      ProviderTable table, String transformation, ProviderTable.KnownAnswerTest<CipherPool> test) {
    return table.choose(
        transformation,
        "Cipher",
        transformation,
        ProviderTable.SYMMETRIC,
        provider -> new CipherPool(transformation, provider),
        test);
  }

  private KeyExchange exchange(ProviderTable table, KeyExchangeMethod method) {
    return switch (method) {
      case ECP_256 -> ecp(table, method, "secp256r1");
      case ECP_384 -> ecp(table, method, "secp384r1");
      case ECP_521 -> ecp(table, method, "secp521r1");
      case X25519 ->
          jca(
              table,
              method,
              ProviderTable.X25519,
              EncodedFormat.of(method),
              "X25519",
              "X25519",
              Optional.empty());
      case MODP_2048, MODP_3072 -> {
        ModpFormat format = ModpFormat.of(method);
        yield jca(
            table,
            method,
            ProviderTable.MODP,
            format,
            "DH",
            "DH",
            Optional.of(format.parameters()));
      }
    };
  }

  private KeyExchange ecp(ProviderTable table, KeyExchangeMethod method, String curve) {
    return jca(
        table,
        method,
        ProviderTable.ECP,
        EncodedFormat.of(method),
        "EC",
        "ECDH",
        Optional.of(new ECGenParameterSpec(curve)));
  }

  private KeyExchange jca(
      ProviderTable table,
      KeyExchangeMethod method,
      List<ProviderFamily> order,
      PublicValueFormat format,
      String keyAlgorithm,
      String agreementAlgorithm,
      Optional<AlgorithmParameterSpec> parameters) {
    return table.choose(
        method.keyword(),
        "KeyAgreement",
        agreementAlgorithm,
        order,
        provider ->
            new JcaKeyExchange(
                method, format, provider, keyAlgorithm, agreementAlgorithm, parameters, random),
        KnownAnswers::keyExchange);
  }

  private static String hashOf(PrfAlgorithm algorithm) {
    return switch (algorithm) {
      case PRF_HMAC_SHA2_256 -> "HmacSHA256";
      case PRF_HMAC_SHA2_384 -> "HmacSHA384";
      case PRF_HMAC_SHA2_512 -> "HmacSHA512";
    };
  }

  private static String hashOf(IntegrityAlgorithm algorithm) {
    return switch (algorithm) {
      case HMAC_SHA2_256_128 -> "HmacSHA256";
      case HMAC_SHA2_384_192 -> "HmacSHA384";
      case HMAC_SHA2_512_256 -> "HmacSHA512";
      case NONE -> throw new IllegalArgumentException("no integrity algorithm has no hash");
    };
  }

  /** The pseudo-random function. */
  public Prf prf(PrfAlgorithm algorithm) {
    return prfs.get(algorithm);
  }

  /** Signatures of every scheme. */
  public Signatures signatures() {
    return signatures;
  }

  /** The key exchange method. */
  public KeyExchange keyExchange(KeyExchangeMethod method) {
    return exchanges.get(method);
  }

  /**
   * Protection of one direction of an IKE SA whose keys were never used before.
   *
   * @param encryptionKey SK_ei or SK_er, with salt; copied
   * @param integrityKey SK_ai or SK_ar, empty with an AEAD; copied
   */
  public SkProtection skProtection(
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes encryptionKey,
      SecretBytes integrityKey) {
    return skProtection(encryption, integrity, encryptionKey, integrityKey, 0);
  }

  /**
   * Protection of one direction of an IKE SA that is taken over.
   *
   * @param firstIv a value from which on no IV was ever used with this key; ignored where IVs are
   *     random
   */
  public SkProtection skProtection(
      EncryptionAlgorithm encryption,
      IntegrityAlgorithm integrity,
      SecretBytes encryptionKey,
      SecretBytes integrityKey,
      long firstIv) {
    if (encryption.aead() != (integrity == IntegrityAlgorithm.NONE)) {
      throw new IllegalArgumentException(encryption + " and " + integrity + " do not go together");
    }
    return encryption.aead()
        ? new GcmSkProtection(gcm, encryption, encryptionKey, firstIv)
        : new CbcSkProtection(
            cbc, encryption, encryptionKey, macs.get(integrity), integrity, integrityKey, random);
  }

  /** Which provider serves each algorithm, for the log and the status. */
  public List<ProviderChoice> choices() {
    return choices;
  }
}
