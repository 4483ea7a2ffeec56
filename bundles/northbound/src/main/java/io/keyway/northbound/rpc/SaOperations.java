package io.keyway.northbound.rpc;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.northbound.Services;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Initiate, terminate, rekey and reconcile. Every answer comes within the caller's time. */
public final class SaOperations {

  /** What a service gets to notice its own deadline before we answer in its place. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final ChildResult NO_TUNNELS =
      ChildResult.of(
          Outcome.unavailable(
              "the tunnels service is not there; is the bundle keyway-tunnels started?"));

  private final Services services;

  public SaOperations(Services services) {
    this.services = services;
  }

  public CompletionStage<ChildResult> initiate(String tunnel, Duration timeout) {
    Optional<TunnelService> tunnels = services.tunnels.get();
    return tunnels.isEmpty()
        ? CompletableFuture.completedFuture(NO_TUNNELS)
        : bounded(tunnels.get().initiate(tunnel, timeout), timeout);
  }

  public CompletionStage<ChildResult> terminate(Target target, Duration timeout) {
    return run(
        target,
        timeout,
        (tunnels, name) -> tunnels.terminate(name, timeout),
        (engine, selection) -> engine.terminate(selection, timeout));
  }

  public CompletionStage<ChildResult> rekey(Target target, Duration timeout) {
    return run(
        target,
        timeout,
        (tunnels, name) -> tunnels.rekey(name, timeout),
        (engine, selection) -> engine.rekey(selection, timeout));
  }

  /**
   * Sends peers to another gateway.
   *
   * @param selection a connection, or one IKE SA
   */
  public CompletionStage<ChildResult> redirect(Selection selection, String to, Duration timeout) {
    for (IkeEngine engine : services.engines()) {
      if (!engine.snapshot(selection).isEmpty()) {
        return bounded(engine.redirect(selection, to, timeout), timeout);
      }
    }
    return CompletableFuture.completedFuture(
        ChildResult.of(Outcome.absent("no engine has such an IKE SA; the state tree lists them")));
  }

  /**
   * Moves the IKE SAs of a gateway to another of our addresses.
   *
   * @param local empty: back to the configured order
   */
  public CompletionStage<Outcome> move(
      String gateway, Optional<InetAddress> local, Duration timeout) {
    Selection selection = new Selection.Connection(gateway);
    for (IkeEngine engine : services.engines()) {
      if (!engine.snapshot(selection).isEmpty()) {
        return bounded(engine.move(gateway, local, timeout), Function.identity(), timeout);
      }
    }
    return CompletableFuture.completedFuture(
        Outcome.absent(
            "no engine has an IKE SA of gateway '"
                + gateway
                + "'; the state tree lists those there are"));
  }

  /**
   * @param mode as {@code DataPlane.reconcile} has it
   */
  public CompletionStage<Outcome> reconcile(String plane, String mode, Duration timeout) {
    return services
        .plane(plane)
        .map(found -> bounded(found.reconcile(mode, timeout), Function.identity(), timeout))
        .orElseGet(
            () ->
                CompletableFuture.completedFuture(
                    Outcome.absent(
                        "no service runs data plane '"
                            + plane
                            + "'; is it configured, and is the bundle of its type started?")));
  }

  private interface OnTunnel {
    CompletionStage<ChildResult> run(TunnelService tunnels, String name);
  }

  private interface OnEngine {
    CompletionStage<ChildResult> run(IkeEngine engine, Selection selection);
  }

  private CompletionStage<ChildResult> run(
      Target target, Duration timeout, OnTunnel onTunnel, OnEngine onEngine) {
    if (target instanceof Target.Tunnel tunnel) {
      Optional<TunnelService> tunnels = services.tunnels.get();
      return tunnels.isEmpty()
          ? CompletableFuture.completedFuture(NO_TUNNELS)
          : bounded(onTunnel.run(tunnels.get(), tunnel.name()), timeout);
    }
    String uid = target instanceof Target.IkeSa ike ? ike.uid() : ((Target.ChildSa) target).uid();
    Selection selection =
        target instanceof Target.IkeSa ? new Selection.IkeUid(uid) : new Selection.ChildUid(uid);
    for (IkeEngine engine : services.engines()) {
      if (!engine.snapshot(selection).isEmpty()) {
        return bounded(onEngine.run(engine, selection), timeout);
      }
    }
    return CompletableFuture.completedFuture(
        ChildResult.of(
            Outcome.absent(
                "no engine has an SA with uid '"
                    + uid
                    + "'; the state tree lists those there are")));
  }

  private static CompletionStage<ChildResult> bounded(
      CompletionStage<ChildResult> stage, Duration timeout) {
    return bounded(stage, ChildResult::of, timeout);
  }

  private static <T> CompletionStage<T> bounded(
      CompletionStage<T> stage, Function<Outcome, T> answer, Duration timeout) {
    return stage
        .toCompletableFuture()
        .completeOnTimeout(answer.apply(late(timeout)), limit(timeout), TimeUnit.MILLISECONDS);
  }

  private static long limit(Duration timeout) {
    return timeout.plus(GRACE).toMillis();
  }

  private static Outcome late(Duration timeout) {
    return Outcome.unknown(
        "no answer within " + timeout.toSeconds() + " s; the state tree shows what became of it");
  }
}
