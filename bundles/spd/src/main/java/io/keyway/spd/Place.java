package io.keyway.spd;

import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** One place of a plane, with everybody who claims it. Guarded by its {@link PlaneSpd}. */
final class Place {

  private static final Comparator<Claim> HIGHEST_FIRST =
      Comparator.comparing(Claim::counts)
          .thenComparingInt(Claim::rank)
          .thenComparingLong(claim -> claim.order)
          .reversed();

  /** Identity of a place on its plane. */
  record Key(Direction direction, String place) {}

  final Key key;
  final List<Claim> claims = new ArrayList<>(2);

  /** What was confirmed last; null when that is nothing. */
  Programmed programmed;

  /** False while the device may do something else than {@link #programmed}. */
  boolean certain = true;

  /** A write is on its way. */
  boolean inFlight;

  /** What is on its way; null for a removal. */
  Programmed flying;

  /** Selectors that lead to this place, for its removal. */
  SelectorPair last;

  /** Tried and refused: not tried again before something changes. */
  boolean refused;

  String problem = "";

  /** Wait for the next write. */
  List<Waiter> waiters = new ArrayList<>(1);

  /** Wait for the write that is on its way. */
  List<Waiter> flyingWaiters = List.of();

  Place(Key key) {
    this.key = key;
  }

  List<Claim> stack() {
    return claims.stream().sorted(HIGHEST_FIRST).toList();
  }

  Optional<Claim> top() {
    return claims.stream().filter(Claim::counts).min(HIGHEST_FIRST);
  }

  Optional<Programmed> desired() {
    return top().map(Claim::wish);
  }

  /** Nothing needs to be written. */
  boolean settled() {
    return certain && desired().equals(Optional.ofNullable(programmed));
  }

  boolean unused() {
    return claims.isEmpty() && programmed == null && certain && !inFlight;
  }
}
