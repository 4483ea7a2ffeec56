package io.keyway.plane.vrouter.message;

import io.keyway.api.Outcome;
import io.keyway.protocol.vrouter.v1.Result;

/** The agent's answers to items. */
public final class Results {

  private Results() {}

  /** An answer that nobody can read leaves it open what was done. */
  public static Outcome outcome(Result result) {
    return switch (result.getCode()) {
      case OK -> Outcome.ok();
      case SAME -> Outcome.same();
      case CONFLICT -> Outcome.conflict(result.getReason());
      case ABSENT -> Outcome.absent(result.getReason());
      case FULL -> Outcome.full(result.getReason());
      case REFUSED -> Outcome.refused(result.getReason());
      case UNAVAILABLE -> Outcome.unavailable(result.getReason());
      case RESULT_UNSPECIFIED, UNRECOGNIZED ->
          Outcome.unknown(
              "the vRouter's agent gave an answer without a known code ("
                  + result.getReason()
                  + "); update it");
    };
  }
}
