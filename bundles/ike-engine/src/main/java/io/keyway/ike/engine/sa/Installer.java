package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SadService.Purpose;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.ike.crypto.ChildSaKeys;
import io.keyway.ike.engine.base.Home;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries children into SAD and SPD and out of them, in the order that never lets a packet out
 * unprotected: inbound SA, outbound SA, policies asleep, then one switch. All stages complete on
 * the IKE SA's worker, normally, with an outcome.
 */
final class Installer {
  private static final Logger LOG = LoggerFactory.getLogger(Installer.class);

  private final IkeSa sa;
  private final EngineContext ctx;

  Installer(IkeSa sa) {
    this.sa = sa;
    this.ctx = sa.ctx();
  }

  /** Gets an inbound SPI; one that comes too late is given back. */
  CompletableFuture<Result<SpiLease>> reserve(String plane, Purpose purpose) {
    Optional<SadService> sad = ctx.services().sad();
    if (sad.isEmpty()) {
      return CompletableFuture.completedFuture(
          Result.failed(Outcome.unavailable("waiting for service sad")));
    }
    SadService service = sad.get();
    CompletableFuture<Result<SpiLease>> result = new CompletableFuture<>();
    Home.bring(
            sa.worker(),
            attempt(() -> service.reserve(plane, purpose, timeout())),
            timeout().plusSeconds(2),
            problem ->
                Result.failed(
                    Outcome.unavailable("data plane '" + plane + "' gave no SPI: " + problem)),
            late -> late.value().ifPresent(service::release))
        // Through home(), so that what follows runs guarded.
        .thenAccept(
            value ->
                sa.home(CompletableFuture.completedFuture(value), p -> value)
                    .thenAccept(result::complete));
    return result;
  }

  /** Gives back a lease that no SA came to use. */
  void release(SpiLease lease) {
    ctx.services().sad().ifPresent(sad -> sad.release(lease));
  }

  /**
   * Installs both SAs and puts the policies; on failure nothing stays behind.
   *
   * @param keys ownership passes
   * @param weInitiated the exchange that made the child
   * @param select turn traffic to the child as the last step
   */
  CompletableFuture<Outcome> install(
      ChildSa child, ChildSaKeys keys, boolean weInitiated, boolean select) {
    SaKeys in =
        weInitiated
            ? keys(keys.responderEncryption(), keys.responderIntegrity())
            : keys(keys.initiatorEncryption(), keys.initiatorIntegrity());
    SaKeys out =
        weInitiated
            ? keys(keys.initiatorEncryption(), keys.initiatorIntegrity())
            : keys(keys.responderEncryption(), keys.responderIntegrity());
    Lifetime lifetime = ChildTimers.spread(ctx, child.config().lifetime());
    List<Supplier<CompletableFuture<Outcome>>> steps = new ArrayList<>();
    steps.add(() -> add(child, child.inboundId(), in, lifetime, "inbound"));
    steps.add(() -> add(child, child.outboundId(), out, lifetime, "outbound"));
    for (SelectorPair pair : child.pairs()) {
      steps.add(() -> put(child, Direction.INBOUND, pair));
      steps.add(() -> put(child, Direction.OUTBOUND, pair));
    }
    if (select) {
      steps.add(() -> select(child));
    }
    return inOrder(steps, 0)
        .thenCompose(
            outcome -> {
              // Closing twice does no harm; a step that was never reached left its keys here.
              in.close();
              out.close();
              return outcome.done()
                  ? CompletableFuture.completedFuture(outcome)
                  : remove(child, false).thenApply(nothing -> outcome);
            });
  }

  /** Turns traffic to a child: the switch of a rekey. */
  CompletableFuture<Outcome> select(ChildSa child) {
    Optional<SpdService> spd = ctx.services().spd();
    if (spd.isEmpty()) {
      return unavailable("waiting for service spd");
    }
    return sa.home(attempt(() -> spd.get().select(child.id(), timeout())), Outcome::unknown)
        .thenApply(
            o ->
                explain(
                    o,
                    () ->
                        "turning traffic to the new SA of "
                            + child.name()
                            + " on data plane '"
                            + child.lease().plane()
                            + "'"));
  }

  /** Gives both SAs other endpoints: first the one that sends, which is lost meanwhile. */
  CompletableFuture<Outcome> move(ChildSa child, Endpoints now) {
    return move(child, child.outboundId(), now)
        .thenCompose(
            outcome ->
                outcome.done()
                    ? move(child, child.inboundId(), now)
                    : CompletableFuture.completedFuture(outcome));
  }

  private CompletableFuture<Outcome> move(ChildSa child, SaId id, Endpoints now) {
    Optional<SadService> sad = ctx.services().sad();
    if (sad.isEmpty()) {
      return unavailable("waiting for service sad");
    }
    return sa.home(attempt(() -> sad.get().move(id, now, timeout())), Outcome::unknown)
        .thenApply(o -> explain(o, () -> "moving " + id + " of " + child.name()));
  }

  /**
   * Takes a child out: policies first, so that its traffic is held, then the outbound SA, then the
   * inbound one.
   *
   * @param linger let the inbound SA stay for packets that are under way
   */
  CompletableFuture<Void> remove(ChildSa child, boolean linger) {
    return removeClaims(child)
        .thenCompose(o -> removeSa(child, child.outboundId()))
        .thenCompose(
            o -> {
              if (!linger) {
                return removeSa(child, child.inboundId());
              }
              sa.after(ctx.settings().oldInboundLinger(), () -> removeSa(child, child.inboundId()));
              return CompletableFuture.completedFuture(o);
            })
        .thenAccept(o -> {});
  }

  private CompletableFuture<Outcome> removeClaims(ChildSa child) {
    Optional<SpdService> spd = ctx.services().spd();
    if (spd.isEmpty()) {
      ctx.leftovers().owe(child.id());
      return unavailable("waiting for service spd");
    }
    return sa.home(attempt(() -> spd.get().remove(child.id(), timeout())), Outcome::unknown)
        .thenApply(o -> logged(o, () -> "policies of " + child));
  }

  private CompletableFuture<Outcome> removeSa(ChildSa child, SaId id) {
    Optional<SadService> sad = ctx.services().sad();
    if (sad.isEmpty()) {
      ctx.leftovers().owe(id);
      return unavailable("waiting for service sad");
    }
    return sa.home(attempt(() -> sad.get().remove(id, timeout())), Outcome::unknown)
        .thenApply(o -> logged(o, () -> id + " of " + child));
  }

  private CompletableFuture<Outcome> add(
      ChildSa child, SaId id, SaKeys keys, Lifetime lifetime, String which) {
    Optional<SadService> sad = ctx.services().sad();
    if (sad.isEmpty()) {
      keys.close();
      return unavailable("waiting for service sad");
    }
    SecurityAssociation association =
        new SecurityAssociation(
            id,
            child.id(),
            child.lease(),
            child.proposal().encryption(),
            child.proposal().integrity(),
            child.proposal().esn(),
            child.config().replayWindow(),
            child.mode(),
            child.endpoints(),
            child.pairs(),
            lifetime);
    return sa.home(attempt(() -> sad.get().add(association, keys, timeout())), Outcome::unknown)
        .thenApply(
            o -> {
              if (id.direction() == Direction.INBOUND) {
                child.leaseUsed = o.done() || o.kind() == Outcome.Kind.UNKNOWN;
              }
              return explain(
                  o,
                  () ->
                      "installing the "
                          + which
                          + " SA of "
                          + child.name()
                          + " on data plane '"
                          + id.plane()
                          + "'");
            });
  }

  private CompletableFuture<Outcome> put(ChildSa child, Direction direction, SelectorPair pair) {
    Optional<SpdService> spd = ctx.services().spd();
    if (spd.isEmpty()) {
      return unavailable("waiting for service spd");
    }
    SaId id = direction == Direction.INBOUND ? child.inboundId() : child.outboundId();
    Policy policy =
        new Policy(
            child.id(),
            id.plane(),
            direction,
            pair,
            Policy.Priorities.PROTECT,
            new PolicyAction.Protect(id, child.mode(), child.endpoints()));
    return sa.home(attempt(() -> spd.get().put(policy, timeout())), Outcome::unknown)
        .thenApply(
            o ->
                explain(
                    o, () -> "putting the policy " + pair + " on data plane '" + id.plane() + "'"));
  }

  private static CompletableFuture<Outcome> inOrder(
      List<Supplier<CompletableFuture<Outcome>>> steps, int index) {
    if (index == steps.size()) {
      return CompletableFuture.completedFuture(Outcome.ok());
    }
    return steps
        .get(index)
        .get()
        .thenCompose(
            outcome ->
                outcome.done()
                    ? inOrder(steps, index + 1)
                    : CompletableFuture.completedFuture(outcome));
  }

  /** A service that is just going may throw; that is an answer like others. */
  static <T> CompletionStage<T> attempt(Supplier<CompletionStage<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static SaKeys keys(SecretBytes encryption, SecretBytes integrity) {
    return new SaKeys(encryption, integrity);
  }

  /** Words are made when there is something to say; nearly always there is not. */
  private static Outcome explain(Outcome outcome, Supplier<String> doing) {
    return outcome.done()
        ? outcome
        : new Outcome(outcome.kind(), doing.get() + ": " + describe(outcome));
  }

  private static String describe(Outcome outcome) {
    return outcome.reason().isEmpty() ? outcome.kind().name() : outcome.reason();
  }

  private static Outcome logged(Outcome outcome, Supplier<String> what) {
    if (!outcome.gone()) {
      LOG.warn("removing {}: {}", what.get(), describe(outcome));
    }
    return outcome;
  }

  private static CompletableFuture<Outcome> unavailable(String reason) {
    return CompletableFuture.completedFuture(Outcome.unavailable(reason));
  }

  private Duration timeout() {
    return ctx.settings().planeTimeout();
  }
}
