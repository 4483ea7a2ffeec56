package io.keyway.ike.engine.eap;

import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Our password as peer. */
record OwnPassword(EapPasswords passwords, String secret) {

  /** A step that needs the password, which is wiped afterwards. */
  CompletableFuture<EapStep> with(Function<SecretBytes, EapStep> step) {
    if (secret.isEmpty()) {
      return CompletableFuture.completedFuture(
          new EapStep.Failed("eap-secret is missing, which names our password", false));
    }
    return passwords.password(secret).thenApply(result -> apply(result, step));
  }

  private static EapStep apply(Result<SecretBytes> result, Function<SecretBytes, EapStep> step) {
    if (!result.done()) {
      return new EapStep.Failed(result.outcome().reason(), false);
    }
    try (SecretBytes password = result.value().get()) {
      return step.apply(password);
    }
  }
}
