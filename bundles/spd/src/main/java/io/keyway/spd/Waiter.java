package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Somebody who waits for places to be written: the worst outcome of all is the answer. Guarded by
 * its {@link PlaneSpd}, except the answer itself.
 */
final class Waiter {

  final CompletableFuture<Outcome> answer = new CompletableFuture<>();

  /** Claims that go back to sleep where the write fails. */
  final List<Claim> waking;

  private final Set<Place> open;
  private Outcome worst = Outcome.same();
  Registration timer = () -> {};
  boolean over;

  Waiter(Collection<Place> places, List<Claim> waking) {
    this.open = new LinkedHashSet<>(places);
    this.waking = waking;
  }

  /** One place is written, or not; true when it was the last one. */
  boolean written(Place place, Outcome outcome) {
    if (over || !open.remove(place)) {
      return false;
    }
    worst = worse(worst, outcome);
    over = open.isEmpty();
    return over;
  }

  Outcome worst() {
    return worst;
  }

  Set<Place> open() {
    return open;
  }

  private static Outcome worse(Outcome a, Outcome b) {
    return weight(b) > weight(a) ? b : a;
  }

  /** How bad an outcome is. */
  static int weight(Outcome outcome) {
    return switch (outcome.kind()) {
      case SAME -> 0;
      case OK, ABSENT -> 1;
      case UNAVAILABLE -> 2;
      case FULL -> 3;
      case CONFLICT -> 4;
      case REFUSED -> 5;
      case UNKNOWN -> 6;
    };
  }
}
