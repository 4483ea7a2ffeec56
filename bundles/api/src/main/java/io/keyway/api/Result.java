package io.keyway.api;

import java.util.Objects;
import java.util.Optional;

/**
 * An {@link Outcome} that carries a value when it is {@link Outcome#done()}.
 *
 * @param <T> what was asked for
 */
public record Result<T>(Outcome outcome, Optional<T> value) {

  public Result {
    Objects.requireNonNull(outcome, "outcome");
    if (outcome.done() != value.isPresent()) {
      throw new IllegalArgumentException("a value goes with OK and SAME, and only with them");
    }
  }

  public static <T> Result<T> ok(T value) {
    return new Result<>(Outcome.ok(), Optional.of(value));
  }

  /** A failure; {@code outcome} is neither OK nor SAME. */
  public static <T> Result<T> failed(Outcome outcome) {
    return new Result<>(outcome, Optional.empty());
  }

  public boolean done() {
    return outcome.done();
  }
}
