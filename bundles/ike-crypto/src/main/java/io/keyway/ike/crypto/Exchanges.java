package io.keyway.ike.crypto;

import io.keyway.api.crypto.KeyExchangeMethod;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Diffie-Hellman methods on the providers of a table. */
final class Exchanges {
  private final ProviderTable table;
  private final SecureRandom random;

  Exchanges(ProviderTable table, SecureRandom random) {
    this.table = table;
    this.random = random;
  }

  /** What the JCA must be told of a method. */
  private record Recipe(
      List<ProviderFamily> order,
      PublicValueFormat format,
      String keys,
      String agreement,
      Optional<AlgorithmParameterSpec> parameters) {}

  private static Recipe recipe(KeyExchangeMethod method) {
    return switch (method) {
      case ECP_256 -> ecp(method, "secp256r1");
      case ECP_384 -> ecp(method, "secp384r1");
      case ECP_521 -> ecp(method, "secp521r1");
      case X25519 -> montgomery(method, ProviderTable.X25519, "X25519");
      case X448 -> montgomery(method, ProviderTable.X448, "X448");
      case MODP_2048, MODP_3072, MODP_4096, MODP_6144, MODP_8192 -> {
        ModpFormat format = ModpFormat.of(method);
        yield new Recipe(ProviderTable.MODP, format, "DH", "DH", Optional.of(format.parameters()));
      }
      default -> throw new IllegalArgumentException(method + " is no Diffie-Hellman");
    };
  }

  private static Recipe ecp(KeyExchangeMethod method, String curve) {
    return new Recipe(
        ProviderTable.ECP,
        EncodedFormat.of(method),
        "EC",
        "ECDH",
        Optional.of(new ECGenParameterSpec(curve)));
  }

  private static Recipe montgomery(
      KeyExchangeMethod method, List<ProviderFamily> order, String name) {
    return new Recipe(order, EncodedFormat.of(method), name, name, Optional.empty());
  }

  /** The method on its best provider; empty when there is none. */
  Optional<KeyExchange> offer(KeyExchangeMethod method) {
    Recipe recipe = recipe(method);
    return table.offer(
        method.keyword(),
        "KeyAgreement",
        recipe.agreement(),
        recipe.order(),
        provider ->
            provider instanceof BouncyCastleProvider && MontgomeryExchange.computes(method)
                ? new MontgomeryExchange(method, random)
                : new JcaKeyExchange(
                    method,
                    recipe.format(),
                    provider,
                    recipe.keys(),
                    recipe.agreement(),
                    recipe.parameters(),
                    random),
        KnownAnswers::keyExchange,
        Exchanges::once);
  }

  /** The responder's half, to be measured. */
  static void once(KeyExchange exchange) throws GeneralSecurityException {
    try (KeyExchange.Initiation initiation = exchange.initiate()) {
      KnownAnswers.secret(exchange.respond(initiation.publicValue()));
    }
  }
}
