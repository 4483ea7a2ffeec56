package io.keyway.ike.engine.eap;

import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import java.util.concurrent.CompletableFuture;

/** Passwords of the secret store. */
public interface EapPasswords {

  /**
   * A copy that the caller owns, in UTF-8; ABSENT when there is none of that name.
   *
   * @param name in the secret store
   */
  CompletableFuture<Result<SecretBytes>> password(String name);
}
