package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ts.SelectorPair;
import io.keyway.ike.engine.base.Worker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Brings one child up on whatever IKE SA a connection has, or on a new one. */
public final class Initiation {
  private static final int MAX_MOVES = 5;

  private final EngineContext ctx;
  private final Connection connection;
  private final ChildConfig child;
  private final Optional<SelectorPair> packet;
  private final CompletableFuture<ChildResult> result = new CompletableFuture<>();
  private int moves;

  private Initiation(
      EngineContext ctx, Connection connection, ChildConfig child, Optional<SelectorPair> packet) {
    this.ctx = ctx;
    this.connection = connection;
    this.child = child;
    this.packet = packet;
  }

  /**
   * From any thread; the future completes within the timeout.
   *
   * @param packet that the child is wanted for, if one is known
   */
  public static CompletableFuture<ChildResult> start(
      EngineContext ctx,
      Connection connection,
      ChildConfig child,
      Optional<SelectorPair> packet,
      Duration timeout) {
    Optional<String> missing = ctx.services().missing();
    if (missing.isPresent()) {
      return failed(Outcome.unavailable(missing.get()));
    }
    if (connection.config().remoteAddress().isEmpty() && connection.usable().isEmpty()) {
      return failed(
          Outcome.refused(
              "connection '"
                  + connection.name()
                  + "' has no remote address, so only the peer can initiate; set remote-address or"
                  + " wait for the peer"));
    }
    Optional<String> never = Rounds.onlyResponds(connection.config());
    if (never.isPresent() && connection.usable().isEmpty()) {
      return failed(Outcome.refused(never.get()));
    }
    Initiation initiation = new Initiation(ctx, connection, child, packet);
    initiation.place(timeout);
    return initiation.result;
  }

  private static CompletableFuture<ChildResult> failed(Outcome outcome) {
    return CompletableFuture.completedFuture(ChildResult.of(outcome));
  }

  private void place(Duration timeout) {
    if (moves++ == MAX_MOVES) {
      result.complete(
          ChildResult.of(Outcome.unavailable("the IKE SAs of the connection end as they come")));
      return;
    }
    Optional<IkeSa> usable =
        connection.config().remoteAddress().isPresent()
            ? Optional.of(connection.usableOr(() -> newSa(ctx, connection)))
            : connection.usable();
    if (usable.isEmpty()) {
      result.complete(ChildResult.of(Outcome.unavailable("the peer's IKE SA just ended")));
      return;
    }
    IkeSa sa = usable.get();
    if (moves == 1) {
      Worker.Timer timer = sa.after(timeout, () -> giveUp(sa, timeout));
      result.whenComplete((value, error) -> timer.cancel());
    }
    place(sa, child, packet, result, () -> place(timeout));
  }

  /** The same for no packet. */
  static void place(
      IkeSa sa, ChildConfig child, CompletableFuture<ChildResult> waiter, Runnable elsewhere) {
    place(sa, child, Optional.empty(), waiter, elsewhere);
  }

  /**
   * Brings a child up on this IKE SA, from any thread; starts the SA if it is new.
   *
   * @param elsewhere runs if this SA cannot take it any more
   */
  static void place(
      IkeSa sa,
      ChildConfig child,
      Optional<SelectorPair> packet,
      CompletableFuture<ChildResult> waiter,
      Runnable elsewhere) {
    sa.execute(
        () -> {
          IkeSa now = sa.successorOrSelf();
          boolean starting = now.state() == IkeSa.State.CONNECTING && now.isInitiator();
          if (!starting && !now.state().isEstablished()) {
            elsewhere.run();
            return;
          }
          now.wishes().want(child, packet, waiter);
          if (starting && now.requests().isIdle()) {
            now.requests().enqueue(ResumeAttempt.first(now));
          }
        });
  }

  /** A new IKE SA as initiator; nothing is sent yet. */
  static IkeSa newSa(EngineContext ctx, Connection connection) {
    ConnectionConfig config = connection.config();
    return newSa(
        ctx, connection, PathPairs.first(ctx, config), config.remoteAddress().orElseThrow());
  }

  /** The same between other addresses than the configured ones. */
  static IkeSa newSa(
      EngineContext ctx, Connection connection, InetAddress local, InetAddress remote) {
    ConnectionConfig config = connection.config();
    long spi = ctx.newSpi();
    Path path =
        new Path(
            new InetSocketAddress(local, config.localPort()),
            new InetSocketAddress(remote, config.remotePort()),
            false);
    return new IkeSa(ctx, ctx.newUid(), spi, true, spi, 0, path, connection);
  }

  /** The negotiation goes on; only the caller waits no longer. */
  private void giveUp(IkeSa sa, Duration timeout) {
    String progress = sa.successorOrSelf().requests().progress();
    result.complete(
        ChildResult.of(
            Outcome.unavailable(
                "not up within "
                    + timeout.toMillis()
                    + " ms"
                    + (progress.isEmpty()
                        ? ""
                        : ": " + progress + " to " + sa.path().peer() + ", no answer yet"))));
  }
}
