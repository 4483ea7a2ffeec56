package io.keyway.plane.vrouter.message;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import java.util.Optional;

/** Pairs of selectors. A pair of the agent has one protocol, as a packet has. */
public final class Selectors {

  private Selectors() {}

  /**
   * The pair as the agent has it.
   *
   * @return REFUSED when no packet can match both sides
   */
  public static Result<io.keyway.protocol.vrouter.v1.SelectorPair> message(SelectorPair pair) {
    int local = pair.local().protocol();
    int remote = pair.remote().protocol();
    if (local != remote && !pair.local().isAnyProtocol() && !pair.remote().isAnyProtocol()) {
      return Result.failed(
          Outcome.refused(
              "selectors "
                  + pair
                  + " name two protocols, and no packet has both; give both sides the same"));
    }
    return Result.ok(
        io.keyway.protocol.vrouter.v1.SelectorPair.newBuilder()
            .setLocal(Addresses.selector(pair.local()))
            .setRemote(Addresses.selector(pair.remote()))
            .setProtocol(pair.local().isAnyProtocol() ? remote : local)
            .build());
  }

  /** Empty when the agent said something that cannot be. */
  public static Optional<SelectorPair> pair(io.keyway.protocol.vrouter.v1.SelectorPair message) {
    Optional<TrafficSelector> local = Addresses.selector(message.getLocal(), message.getProtocol());
    Optional<TrafficSelector> remote =
        Addresses.selector(message.getRemote(), message.getProtocol());
    if (local.isEmpty() || remote.isEmpty() || local.get().isIpv4() != remote.get().isIpv4()) {
      return Optional.empty();
    }
    return Optional.of(new SelectorPair(local.get(), remote.get()));
  }

  /** REFUSED when the selectors cannot be a place. */
  public static Result<PolicyPlace> place(Direction direction, SelectorPair pair) {
    Result<io.keyway.protocol.vrouter.v1.SelectorPair> selectors = message(pair);
    return selectors.done()
        ? Result.ok(
            PolicyPlace.newBuilder()
                .setDirection(SaMessages.direction(direction))
                .setSelectors(selectors.value().orElseThrow())
                .build())
        : Result.failed(selectors.outcome());
  }

  /** For people. */
  public static String text(io.keyway.protocol.vrouter.v1.SelectorPair message) {
    return pair(message).map(SelectorPair::toString).orElse("selectors that cannot be read");
  }
}
