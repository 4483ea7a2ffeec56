package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Algorithms that a machine may lack, or that take long to test: each is tested when it is first
 * asked for, which is when a configuration names it or an operator looks, and never on behalf of a
 * peer.
 */
final class OptionalAlgorithms {
  private final ProviderTable table;
  private final SecureRandom random;
  private final Exchanges exchanges;
  private final Map<KeyExchangeMethod, Optional<KeyExchange>> methods =
      new EnumMap<>(KeyExchangeMethod.class);
  private final Map<AeadKind, Optional<CipherPool>> ciphers = new EnumMap<>(AeadKind.class);

  OptionalAlgorithms(ProviderTable table, SecureRandom random, Exchanges exchanges) {
    this.table = table;
    this.random = random;
    this.exchanges = exchanges;
  }

  static boolean isOptional(KeyExchangeMethod method) {
    return switch (method) {
      case MODP_4096, MODP_6144, MODP_8192, X448, ML_KEM_512, ML_KEM_768, ML_KEM_1024 -> true;
      default -> false;
    };
  }

  synchronized Optional<KeyExchange> keyExchange(KeyExchangeMethod method) {
    return methods.computeIfAbsent(method, m -> m.postQuantum() ? kem(m) : exchanges.offer(m));
  }

  synchronized Optional<CipherPool> aead(AeadKind kind) {
    return ciphers.computeIfAbsent(
        kind,
        k ->
            table.offer(
                k.transformation(),
                "Cipher",
                k.transformation(),
                k.order(),
                provider -> new CipherPool(k.transformation(), provider),
                k == AeadKind.CCM ? AeadAnswers::ccm : AeadAnswers::chacha20Poly1305,
                pool -> AeadAnswers.seal(k, pool)));
  }

  /** Bouncy Castle's own interface: its JCA one differs between versions of Java. */
  private Optional<KeyExchange> kem(KeyExchangeMethod method) {
    return table
        .offer(
            method.keyword(),
            "Provider",
            BouncyCastleProvider.PROVIDER_NAME,
            ProviderTable.PORTABLE,
            provider -> new MlKemExchange(method, random),
            KemAnswers::mlKem,
            Exchanges::once)
        .map(KeyExchange.class::cast);
  }
}
