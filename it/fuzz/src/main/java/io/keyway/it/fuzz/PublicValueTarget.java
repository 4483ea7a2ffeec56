package io.keyway.it.fuzz;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import java.util.Arrays;

/**
 * A public value of a peer, for the method that the first octet names, as responder and as
 * initiator: it ends in a secret or in a refusal. Values of the right length are the interesting
 * ones, so what is missing is filled up.
 */
public final class PublicValueTarget {
  private static final KeyExchangeMethod[] METHODS = KeyExchangeMethod.values();

  private PublicValueTarget() {}

  /** Providers take seconds to load under a fuzzer; that is no slow input. */
  public static void fuzzerInitialize() {
    Wire.require(!TestKeys.CRYPTO.allChoices().isEmpty(), "no algorithms");
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 2) {
      return;
    }
    KeyExchangeMethod method = METHODS[(data[0] & 0xff) % METHODS.length];
    byte[] value = Arrays.copyOfRange(data, 2, data.length);
    KeyExchange exchange = TestKeys.CRYPTO.keyExchange(method);
    boolean fill = (data[1] & 1) != 0;
    check(
        exchange.respond(fill ? Arrays.copyOf(value, method.initiatorOctets()) : value),
        method,
        value);
    try (KeyExchange.Initiation initiation = exchange.initiate()) {
      check(initiation.complete(value), method, value);
    }
  }

  private static void check(KeyAgreementResult result, KeyExchangeMethod method, byte[] value) {
    if (result instanceof KeyAgreementResult.Agreed agreed) {
      agreed.sharedSecret().close();
    } else if (result instanceof KeyAgreementResult.Refused refused) {
      Wire.require(!refused.reason().isBlank(), "a refusal without a reason for " + method);
    }
  }
}
