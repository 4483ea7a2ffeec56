package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.sa.SadEvent;
import io.keyway.ike.engine.negotiate.IkeProposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What others may ask of a living IKE SA, from any thread: each call hops to its worker. */
public final class Control {
  private Control() {}

  /** Ends every child of a name, and stops bringing it up. */
  public static CompletableFuture<ChildResult> terminateChild(
      IkeSa sa, String child, String reason) {
    CompletableFuture<ChildResult> result = new CompletableFuture<>();
    sa.execute(
        () -> {
          IkeSa now = sa.successorOrSelf();
          Children children = now.children();
          boolean wished = now.wishes().isWished(child);
          now.wishes().fail(child, Outcome.unavailable(reason));
          List<CompletableFuture<ChildResult>> ends = new ArrayList<>();
          for (ChildSa each : children.named(child)) {
            CompletableFuture<ChildResult> end = new CompletableFuture<>();
            ends.add(end);
            children.delete(each, reason, Optional.of(end));
          }
          together(ends, wished, result);
        });
    return result;
  }

  /** Ends one child. */
  public static CompletableFuture<ChildResult> terminateChild(
      SaDirectory directory, String uid, String reason) {
    return withChild(
        directory, uid, (sa, child, end) -> sa.children().delete(child, reason, Optional.of(end)));
  }

  /** Rekeys one child. */
  public static CompletableFuture<ChildResult> rekeyChild(SaDirectory directory, String uid) {
    return withChild(
        directory, uid, (sa, child, end) -> sa.children().rekey(child, Optional.of(end)));
  }

  /** Rekeys every child of a name. */
  public static CompletableFuture<ChildResult> rekeyChild(IkeSa sa, String child) {
    CompletableFuture<ChildResult> result = new CompletableFuture<>();
    sa.execute(
        () -> {
          together(sa.successorOrSelf().children().rekey(child), false, result);
        });
    return result;
  }

  /** Rekeys the IKE SA. */
  public static CompletableFuture<ChildResult> rekeyIke(IkeSa sa) {
    CompletableFuture<ChildResult> result = new CompletableFuture<>();
    sa.execute(
        () -> {
          IkeSa now = sa.successorOrSelf();
          if (now.state().isEstablished()) {
            now.children().rekeyIke(Optional.of(result));
          } else {
            result.complete(ChildResult.of(Outcome.unavailable("the IKE SA is " + now.state())));
          }
        });
    return result;
  }

  /** Sends the peer to another gateway. */
  public static CompletableFuture<ChildResult> redirect(IkeSa sa, String to) {
    CompletableFuture<ChildResult> result = new CompletableFuture<>();
    sa.execute(
        () -> {
          IkeSa now = sa.successorOrSelf();
          if (!now.state().isEstablished()) {
            result.complete(ChildResult.of(Outcome.unavailable("the IKE SA is " + now.state())));
          } else if (now.age().isOurs()) {
            result.complete(
                ChildResult.of(
                    Outcome.refused(
                        "we began the IKE SA with "
                            + now.path().peer()
                            + "; only the gateway that was asked can send its peer elsewhere")));
          } else if (!now.redirect().peerSupports()) {
            result.complete(
                ChildResult.of(
                    Outcome.refused(
                        "peer " + now.path().peer() + " cannot be redirected (RFC 5685)")));
          } else {
            now.requests().enqueue(Exchange.informational(new RedirectOrder(to, result)));
          }
        });
    return result;
  }

  /** Ends the IKE SA, telling the peer. */
  public static CompletableFuture<ChildResult> terminateIke(IkeSa sa, String reason) {
    CompletableFuture<ChildResult> result = new CompletableFuture<>();
    sa.execute(
        () -> {
          IkeSa now = sa.successorOrSelf();
          now.life().ended().thenAccept(nothing -> result.complete(ChildResult.of(Outcome.ok())));
          now.life().endPolitely(reason);
        });
    return result;
  }

  /** Ends the IKE SA without waiting for the peer. */
  public static void forceEnd(IkeSa sa, String reason) {
    sa.execute(() -> sa.successorOrSelf().life().end(reason));
  }

  /** A lifetime was reached in the plane. */
  public static void expired(SaDirectory directory, Leftovers leftovers, SadEvent.Expired event) {
    Optional<ChildSa> child = directory.child(event.child().uid());
    if (child.isEmpty()) {
      if (event.hard()) {
        leftovers.remove(event.child());
      }
      return;
    }
    child
        .get()
        .ike()
        .execute(
            () -> {
              if (event.hard()) {
                ChildTimers.hardExpired(child.get(), "lifetime reached: " + event.reason());
              } else {
                ChildTimers.softExpired(child.get());
              }
            });
  }

  /** The plane lost a child: new keys are negotiated on the living IKE SA. */
  public static void burnt(SaDirectory directory, Leftovers leftovers, SadEvent.Burnt event) {
    Optional<ChildSa> child = directory.child(event.child().uid());
    if (child.isEmpty()) {
      leftovers.remove(event.child());
      return;
    }
    child
        .get()
        .ike()
        .execute(
            () -> {
              child.get().burnt = true;
              ChildTimers.softExpired(child.get());
            });
  }

  /** ESP of a child came from elsewhere. */
  public static void peerSeen(SaDirectory directory, SadEvent.PeerSeen seen) {
    directory
        .child(seen.child().uid())
        .ifPresent(
            child ->
                child
                    .ike()
                    .execute(() -> child.ike().sightings().seen(seen.address(), seen.port())));
  }

  /**
   * A plane can be used again: what it lost is replaced now, not at the next retry. Nor behind a
   * request that it swallowed, which holds the window for up to a minute: IKE may go by way of it.
   */
  public static void planeUp(SaDirectory directory, String plane) {
    for (IkeSa sa : directory.all()) {
      sa.execute(
          () -> {
            if (sa.config().plane().equals(plane)) {
              sa.requests().resend();
            }
          });
    }
    for (ChildSa child : directory.children()) {
      if (child.lease().plane().equals(plane)) {
        child
            .ike()
            .execute(
                () -> {
                  if (child.burnt) {
                    ChildTimers.softExpired(child);
                  }
                });
      }
    }
  }

  /** The configuration was replaced: what it does not allow any more ends. */
  public static void reconfigured(IkeSa sa, ConnectionConfig before) {
    sa.execute(
        () -> {
          IkeSa now = sa.successorOrSelf();
          ConnectionConfig after = now.config();
          if (!sameRelation(before, after)
              || !before.remoteRanges().equals(after.remoteRanges())
                  && !after.admits(now.path().remote().getAddress())
              || !now.addresses().fit(before.options().addresses())
              || now.crypto() != null
                  && !IkeProposals.allows(after.proposals(), now.crypto().proposal())) {
            now.life().endPolitely("the configuration of " + after.name() + " changed");
            return;
          }
          if (now.state().isEstablished() && !before.timers().equals(after.timers())) {
            now.timers().start();
          }
          now.mobike().reconsider();
          for (ChildSa child : List.copyOf(now.children().all())) {
            reconfigure(now, child);
          }
        });
  }

  /** The addresses of this machine changed. */
  public static void hostChanged(IkeSa sa) {
    sa.execute(() -> sa.successorOrSelf().mobike().reconsider());
  }

  private static boolean sameRelation(ConnectionConfig a, ConnectionConfig b) {
    return a.plane().equals(b.plane())
        && a.localAddress().equals(b.localAddress())
        && a.remoteAddress().equals(b.remoteAddress())
        && a.localPort() == b.localPort()
        && a.remotePort() == b.remotePort()
        && a.natTraversal() == b.natTraversal()
        && !Mobike.isOtherAgreement(a, b)
        && a.authentication().equals(b.authentication());
  }

  private static void reconfigure(IkeSa sa, ChildSa child) {
    Optional<ChildConfig> found = sa.connection().child(child.name());
    if (found.isEmpty()) {
      sa.children().delete(child, "it was removed from the configuration", Optional.empty());
      return;
    }
    ChildConfig wanted = found.get();
    boolean fits =
        wanted.mode() == child.config().mode()
            && wanted.localTs().equals(child.config().localTs())
            && wanted.remoteTs().equals(child.config().remoteTs())
            && wanted.proposals().stream()
                .anyMatch(
                    p ->
                        p.encryption() == child.proposal().encryption()
                            && p.integrity() == child.proposal().integrity()
                            && p.esn() == child.proposal().esn());
    if (fits) {
      child.setConfig(wanted);
    } else {
      sa.children().delete(child, "its configuration changed", Optional.empty());
    }
  }

  private interface ChildAction {
    void run(IkeSa sa, ChildSa child, CompletableFuture<ChildResult> end);
  }

  private static CompletableFuture<ChildResult> withChild(
      SaDirectory directory, String uid, ChildAction action) {
    Optional<ChildSa> child = directory.child(uid);
    if (child.isEmpty()) {
      return CompletableFuture.completedFuture(
          ChildResult.of(Outcome.absent("there is no child SA with uid " + uid)));
    }
    CompletableFuture<ChildResult> result = new CompletableFuture<>();
    IkeSa sa = child.get().ike();
    sa.execute(() -> action.run(child.get().ike(), child.get(), result));
    return result;
  }

  private static void together(
      List<CompletableFuture<ChildResult>> parts,
      boolean something,
      CompletableFuture<ChildResult> result) {
    if (parts.isEmpty()) {
      result.complete(
          ChildResult.of(something ? Outcome.ok() : Outcome.absent("no such child SA is up")));
      return;
    }
    CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenAccept(nothing -> result.complete(merge(parts.stream().map(p -> p.join()).toList())));
  }

  /** The first failure, if there is one, with everybody's children. */
  public static ChildResult merge(List<ChildResult> results) {
    Outcome outcome =
        results.stream()
            .map(ChildResult::outcome)
            .filter(o -> !o.gone())
            .findFirst()
            .or(() -> results.stream().map(ChildResult::outcome).filter(Outcome::done).findFirst())
            .orElseGet(() -> results.get(0).outcome());
    return new ChildResult(outcome, results.stream().flatMap(r -> r.children().stream()).toList());
  }
}
