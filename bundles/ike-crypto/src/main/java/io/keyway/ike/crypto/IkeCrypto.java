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
  private final OptionalAlgorithms optional;
  private final ProviderTable table;

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
              hmac -> KnownAnswers.hmac(name, hmac),
              hmac -> hmac.compute(new byte[64], new byte[512])));
    }
    for (PrfAlgorithm algorithm : PrfAlgorithm.values()) {
      prfs.put(algorithm, new Prf(algorithm, hmacs.get(hashOf(algorithm))));
    }
    for (IntegrityAlgorithm algorithm : IntegrityAlgorithm.values()) {
      if (algorithm != IntegrityAlgorithm.NONE) {
        macs.put(algorithm, hmacs.get(hashOf(algorithm)));
      }
    }
    gcm =
        cipher(
            table,
            "AES/GCM/NoPadding",
            KnownAnswers::gcm,
            pool -> AeadAnswers.seal(AeadKind.GCM, pool));
    cbc = cipher(table, "AES/CBC/NoPadding", KnownAnswers::cbc, KnownAnswers::cbc);
    Exchanges jca = new Exchanges(table, random);
    for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
      if (!OptionalAlgorithms.isOptional(method)) {
        exchanges.put(method, jca.offer(method).orElseThrow(table::lastMissing));
      }
    }
    signatures = new Signatures(name -> signature(table, name));
    optional = new OptionalAlgorithms(table, random, jca);
    this.table = table;
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
    return table
        .choose(
            name,
            "Signature",
            name,
            switch (name) {
              case "SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA" -> ProviderTable.ECP;
              case "Ed25519" -> ProviderTable.ED25519;
              default -> ProviderTable.RSA;
            },
            provider -> new SignatureAnswers(name, provider),
            SignatureAnswers::check,
            SignatureAnswers::once)
        .provider();
  }

  private static CipherPool cipher(
      ProviderTable table,
      String transformation,
      ProviderTable.KnownAnswerTest<CipherPool> test,
      ProviderTable.Operation<CipherPool> operation) {
    return table.choose(
        transformation,
        "Cipher",
        transformation,
        ProviderTable.SYMMETRIC,
        provider -> new CipherPool(transformation, provider),
        test,
        operation);
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

  /**
   * The key exchange method.
   *
   * @throws CryptoUnavailableException when it {@linkplain #flaw(KeyExchangeMethod) is not offered}
   */
  public KeyExchange keyExchange(KeyExchangeMethod method) {
    KeyExchange exchange = exchanges.get(method);
    return exchange != null
        ? exchange
        : optional
            .keyExchange(method)
            .orElseThrow(() -> new CryptoUnavailableException(missing(method.keyword())));
  }

  /** Why a method is not offered on this machine; the first call tests it and may take a while. */
  public Optional<String> flaw(KeyExchangeMethod method) {
    return exchanges.containsKey(method) || optional.keyExchange(method).isPresent()
        ? Optional.empty()
        : Optional.of(missing(method.keyword()));
  }

  /** Why an algorithm cannot protect IKE messages on this machine. */
  public Optional<String> flaw(EncryptionAlgorithm algorithm) {
    if (!algorithm.forIke()) {
      return Optional.of(algorithm.modelName() + " protects no IKE messages");
    }
    return !algorithm.aead() || aead(AeadKind.of(algorithm)).isPresent()
        ? Optional.empty()
        : Optional.of(missing(algorithm.modelName()));
  }

  private static String missing(String name) {
    return "no provider of this machine computes "
        + name
        + "; add the bundle bcprov, or choose another algorithm";
  }

  private Optional<CipherPool> aead(AeadKind kind) {
    return kind == AeadKind.GCM ? Optional.of(gcm) : optional.aead(kind);
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
    if (!encryption.forIke()) {
      throw new IllegalArgumentException(encryption + " protects no IKE messages");
    }
    if (!encryption.aead()) {
      return new CbcSkProtection(
          cbc, encryption, encryptionKey, macs.get(integrity), integrity, integrityKey, random);
    }
    AeadKind kind = AeadKind.of(encryption);
    CipherPool pool =
        aead(kind)
            .orElseThrow(() -> new CryptoUnavailableException(missing(encryption.modelName())));
    return new AeadSkProtection(kind, pool, encryption, encryptionKey, firstIv);
  }

  /** Which provider serves each algorithm that was asked for so far, for the log and the status. */
  public List<ProviderChoice> choices() {
    return table.choices();
  }

  /** The same for all algorithms; tests what was not asked for yet, which may take a second. */
  public List<ProviderChoice> allChoices() {
    for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
      flaw(method);
    }
    for (AeadKind kind : AeadKind.values()) {
      aead(kind);
    }
    return table.choices();
  }
}
