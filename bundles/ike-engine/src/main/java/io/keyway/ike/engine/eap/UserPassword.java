package io.keyway.ike.engine.eap;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.key.SecretBytes;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The password of a user who wants in. For one that we do not know a random one is made, with which
 * everything goes the same way at about the same cost: nobody finds out who is a user here.
 */
final class UserPassword {
  private static final int OCTETS = 16;

  /** Names no secret, and is looked for all the same. */
  private static final String NOBODY = "no such user";

  private final EapPasswords passwords;
  private final EapSettings settings;
  private final EapName user;
  private final SecureRandom random;

  UserPassword(EapPasswords passwords, EapSettings settings, EapName user, SecureRandom random) {
    this.passwords = passwords;
    this.settings = settings;
    this.user = user;
    this.random = random;
  }

  EapName user() {
    return user;
  }

  /**
   * What was found.
   *
   * @param password whom it is compared with; owned by who asked
   * @param problem why nobody can have this password; for the log only
   */
  record Found(SecretBytes password, Optional<String> problem) {}

  /** Fails only when the store cannot be asked. */
  CompletableFuture<Result<Found>> find() {
    String secret = settings.users().get(user.text());
    return passwords
        .password(secret == null ? NOBODY : secret)
        .thenApply(
            result -> {
              byte[] decoy = new byte[OCTETS];
              random.nextBytes(decoy);
              SecretBytes nobody = SecretBytes.wrap(decoy);
              if (result.done()) {
                nobody.close();
                return Result.ok(new Found(result.value().get(), Optional.empty()));
              }
              Outcome outcome = result.outcome();
              if (outcome.kind() == Outcome.Kind.UNAVAILABLE) {
                nobody.close();
                return Result.failed(outcome);
              }
              String problem =
                  secret == null
                      ? "there is no EAP user '" + user + "'; add it under eap-user"
                      : outcome.reason();
              return Result.ok(new Found(nobody, Optional.of(problem)));
            });
  }

  /** In words for the log, when what the peer sent does not fit. */
  String wrong(Found found) {
    return "authentication failed: "
        + found
            .problem()
            .orElse("EAP user '" + user + "' gave a wrong password; check it on both ends");
  }
}
