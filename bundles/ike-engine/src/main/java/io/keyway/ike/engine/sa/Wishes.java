package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ts.SelectorPair;
import io.keyway.ike.engine.log.IkeLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The children that somebody wants on one IKE SA and that are not there yet, in order. */
final class Wishes {
  private static final int MAX_ATTEMPTS = 4;

  private final IkeSa sa;
  private final Map<String, ChildWish> byName = new LinkedHashMap<>();

  Wishes(IkeSa sa) {
    this.sa = sa;
  }

  /** Brings a child up, unless it is up or on its way. */
  void want(
      ChildConfig config, Optional<SelectorPair> packet, CompletableFuture<ChildResult> waiter) {
    Optional<ChildSa> up = sa.children().up(config.name());
    if (up.isPresent()) {
      waiter.complete(new ChildResult(Outcome.same(), List.of(up.get().status())));
      return;
    }
    ChildWish wish = byName.get(config.name());
    if (wish != null) {
      wish.await(waiter);
      return;
    }
    wish = new ChildWish(config, packet);
    wish.await(waiter);
    byName.put(config.name(), wish);
    if (sa.state().isEstablished()) {
      ask(wish);
    }
  }

  /** As {@link #want}, with nobody waiting. */
  void want(ChildConfig config) {
    want(config, Optional.empty(), new CompletableFuture<>());
  }

  /**
   * The peer ended a child that fulfilled a wish while our own request for it is still out: perhaps
   * as the superfluous one of two, so what the answer makes is wanted after all. A peer that wants
   * neither ends that one, too.
   */
  void isWantedAgain(ChildConfig config) {
    if (sa.requests().isAskingFor(config.name()) && !byName.containsKey(config.name())) {
      byName.put(config.name(), new ChildWish(config, Optional.empty()));
    }
  }

  private void ask(ChildWish wish) {
    wish.attempt();
    sa.requests().enqueue(Exchange.createChildSa(new ChildCreateTask(wish.config(), null)));
  }

  /** The wish that IKE_AUTH takes along. */
  Optional<ChildConfig> first() {
    return byName.values().stream().findFirst().map(ChildWish::config);
  }

  /** IKE_AUTH is over: asks for everything that it did not take along. */
  void askForTheRest(String taken) {
    for (ChildWish wish : List.copyOf(byName.values())) {
      if (!wish.config().name().equals(taken)) {
        ask(wish);
      }
    }
  }

  /** Tries again after something that passes. */
  void retry(ChildConfig config, String reason) {
    ChildWish wish = byName.get(config.name());
    if (wish == null) {
      return;
    }
    if (wish.attempt() > MAX_ATTEMPTS) {
      fail(config.name(), Outcome.unavailable(reason));
      return;
    }
    IkeLog.CHD.info(sa, "child {} is tried again: {}", config.name(), reason);
    sa.after(
        sa.ctx().settings().retransmitFirst(),
        () -> {
          IkeSa now = sa.successorOrSelf();
          if (now.state().isEstablished() && now.wishes().isWished(config.name())) {
            now.requests().enqueue(Exchange.createChildSa(new ChildCreateTask(config, null)));
          }
        });
  }

  /** Takes everything away, for another IKE SA. */
  List<ChildWish> take() {
    List<ChildWish> all = List.copyOf(byName.values());
    byName.clear();
    return all;
  }

  /** Takes over what another IKE SA cannot fulfil; nothing is asked for yet. */
  void adopt(List<ChildWish> wishes) {
    wishes.forEach(wish -> byName.put(wish.config().name(), wish));
  }

  void fail(String name, Outcome why) {
    ChildWish wish = byName.remove(name);
    if (wish != null && !sa.handshake().answers.goesOnWithout(sa)) {
      failed(wish, why);
    }
  }

  /** A wish that is in nobody's list any more. */
  void failed(ChildWish wish, Outcome why) {
    String name = wish.config().name();
    IkeLog.CHD.info(sa, "child {} was not made: {}", name, why.reason());
    sa.ctx().counters().count("child-failures");
    wish.complete(ChildResult.of(why));
    sa.ctx()
        .events()
        .publish(new EngineEvent.ChildDown(sa.connection().name(), name, "", why.reason()));
  }

  /**
   * Whether a wish still stands when its turn comes. One that the peer fulfilled meanwhile is done.
   */
  boolean stillWanted(String name) {
    Optional<ChildSa> up = sa.children().up(name);
    if (up.isPresent() && byName.containsKey(name)) {
      byName.remove(name).complete(new ChildResult(Outcome.same(), List.of(up.get().status())));
    }
    return byName.containsKey(name);
  }

  /** The packet that a child is wanted for. */
  Optional<SelectorPair> packet(String name) {
    return Optional.ofNullable(byName.get(name)).flatMap(ChildWish::packet);
  }

  boolean isWished(String name) {
    return byName.containsKey(name);
  }

  /** The child is up. */
  void fulfilled(String name, ChildResult result) {
    ChildWish wish = byName.remove(name);
    if (wish != null) {
      wish.complete(result);
    }
  }

  void failAll(Outcome why) {
    for (String name : List.copyOf(byName.keySet())) {
      fail(name, why);
    }
  }

  /** The same for another attempt at the same peer; whichever comes first fulfils them. */
  void share(Wishes other) {
    byName.forEach((name, wish) -> other.byName.put(name, wish.copy()));
  }

  /** Hands everything to the SA's successor. */
  void moveTo(Wishes successor) {
    successor.byName.putAll(byName);
    byName.clear();
  }
}
