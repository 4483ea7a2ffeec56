package io.keyway.ike.engine;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.engine.sa.Connection;
import io.keyway.ike.engine.sa.Control;
import io.keyway.ike.engine.sa.EngineContext;
import io.keyway.ike.engine.sa.IkeSa;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Ends and rekeys what a selection names, and answers in time. */
final class Operations {
  private final EngineContext ctx;
  private final Connections connections;

  Operations(EngineContext ctx, Connections connections) {
    this.ctx = ctx;
    this.connections = connections;
  }

  CompletableFuture<ChildResult> terminate(Selection selection, Duration timeout) {
    String reason = "terminated on request";
    if (selection instanceof Selection.ChildUid uid) {
      return limited(
          timeout, Control.terminateChild(ctx.directory(), uid.uid(), reason), "the child's end");
    }
    if (selection instanceof Selection.Child named) {
      List<CompletableFuture<ChildResult>> parts = new ArrayList<>();
      for (IkeSa sa : sasOf(named.connection())) {
        parts.add(
            limited(timeout, Control.terminateChild(sa, named.child(), reason), "the child's end"));
      }
      if (ctx.leftovers().names().contains(named.child())) {
        parts.add(
            limited(
                timeout,
                ctx.leftovers().remove(named.child()).thenApply(n -> ChildResult.of(Outcome.ok())),
                "the child's end"));
      }
      return merged(parts, "no child '" + named.child() + "' is up");
    }
    List<CompletableFuture<ChildResult>> parts = new ArrayList<>();
    for (IkeSa sa : ikeSas(selection)) {
      parts.add(within(sa, timeout, Control.terminateIke(sa, reason), reason));
    }
    for (String left : leftoversOf(selection)) {
      parts.add(
          limited(
              timeout,
              ctx.leftovers().remove(left).thenApply(n -> ChildResult.of(Outcome.ok())),
              "the child's end"));
    }
    return merged(parts, "there is no such IKE SA");
  }

  CompletableFuture<ChildResult> rekey(Selection selection, Duration timeout) {
    if (selection instanceof Selection.ChildUid uid) {
      return limited(timeout, Control.rekeyChild(ctx.directory(), uid.uid()), "the rekey");
    }
    List<CompletableFuture<ChildResult>> parts = new ArrayList<>();
    if (selection instanceof Selection.Child named) {
      for (IkeSa sa : sasOf(named.connection())) {
        parts.add(limited(timeout, Control.rekeyChild(sa, named.child()), "the rekey"));
      }
      return merged(parts, "no child '" + named.child() + "' is up");
    }
    for (IkeSa sa : ikeSas(selection)) {
      parts.add(limited(timeout, Control.rekeyIke(sa), "the rekey"));
    }
    return merged(parts, "there is no such IKE SA");
  }

  /** Where to look for what a selection names, without going through all there is. */
  Stream<IkeSa> named(Selection selection) {
    if (selection instanceof Selection.ChildUid uid) {
      return ctx.directory().carrierOf(uid.uid()).stream();
    }
    return selection instanceof Selection.Child named
        ? sasOf(named.connection()).stream()
        : ikeSas(selection).stream();
  }

  CompletableFuture<ChildResult> redirect(Selection selection, String to, Duration timeout) {
    if (!RedirectNotify.isGateway(to)) {
      return CompletableFuture.completedFuture(
          ChildResult.of(Outcome.refused("'" + to + "' is neither an address nor a domain name")));
    }
    List<CompletableFuture<ChildResult>> parts = new ArrayList<>();
    for (IkeSa sa : ikeSas(selection)) {
      parts.add(limited(timeout, Control.redirect(sa, to), "the redirection"));
    }
    return merged(parts, "there is no such IKE SA");
  }

  /** Children of a connection that an earlier life of the engine left in the plane. */
  private List<String> leftoversOf(Selection selection) {
    if (!(selection instanceof Selection.Connection named)) {
      return List.of();
    }
    Set<String> left = ctx.leftovers().names();
    return connections.get(named.connection()).stream()
        .flatMap(connection -> connection.config().children().stream())
        .map(ChildConfig::name)
        .filter(left::contains)
        .toList();
  }

  private Collection<IkeSa> sasOf(String connection) {
    return connections.get(connection).map(Connection::sas).orElse(List.of());
  }

  private Collection<IkeSa> ikeSas(Selection selection) {
    if (selection instanceof Selection.IkeUid uid) {
      return ctx.directory().byUid(uid.uid()).map(List::of).orElse(List.of());
    }
    return selection instanceof Selection.Connection named ? sasOf(named.connection()) : List.of();
  }

  /** At the timeout the SA ends without the peer's word. */
  CompletableFuture<ChildResult> within(
      IkeSa sa, Duration timeout, CompletableFuture<ChildResult> end, String reason) {
    Worker.Timer timer =
        ctx.workers().forStripe(0).after(timeout, () -> Control.forceEnd(sa, reason));
    end.whenComplete((value, error) -> timer.cancel());
    return end;
  }

  private CompletableFuture<ChildResult> limited(
      Duration timeout, CompletableFuture<ChildResult> work, String what) {
    Worker.Timer timer =
        ctx.workers()
            .forStripe(0)
            .after(
                timeout,
                () ->
                    work.complete(
                        ChildResult.of(
                            Outcome.unavailable(
                                what
                                    + " goes on, but was not confirmed within "
                                    + timeout.toMillis()
                                    + " ms"))));
    work.whenComplete((value, error) -> timer.cancel());
    return work;
  }

  private static CompletableFuture<ChildResult> merged(
      List<CompletableFuture<ChildResult>> parts, String nothing) {
    if (parts.isEmpty()) {
      return absent(nothing);
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(n -> Control.merge(parts.stream().map(CompletableFuture::join).toList()));
  }

  static CompletableFuture<ChildResult> absent(String reason) {
    return CompletableFuture.completedFuture(ChildResult.of(Outcome.absent(reason)));
  }
}
