package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.sa.Endpoints;
import io.keyway.ike.engine.log.IkeLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The children of one IKE SA. */
final class Children {
  /** One request is out at a time; more can only be nonsense. */
  private static final int MAX_ENDED_EARLY = 8;

  private final IkeSa sa;
  private final Map<String, ChildSa> byUid = new LinkedHashMap<>();
  private final Map<Integer, ChildSa> byOutboundSpi = new HashMap<>();
  private final Map<String, List<ChildSa>> byName = new HashMap<>();
  private final List<CompletableFuture<ChildResult>> ikeRekeyWaiters = new ArrayList<>();

  /** SPIs of children that the peer ended before its answer that makes them was here. */
  private final Set<Integer> endedEarly = new HashSet<>();

  /** Installations and removals that SAD or SPD did not answer yet. */
  private int busy;

  Children(IkeSa sa) {
    this.sa = sa;
  }

  Collection<ChildSa> all() {
    return byUid.values();
  }

  List<ChildSaStatus> statuses() {
    return byUid.values().stream().map(ChildSa::status).toList();
  }

  /** By the SPI under which the peer receives, which is how it names a child. */
  Optional<ChildSa> byPeerSpi(int spi) {
    return Optional.ofNullable(byOutboundSpi.get(spi));
  }

  Optional<ChildSa> up(String name) {
    // One that was replaced counts until traffic turned to its successor.
    return named(name).stream()
        .filter(c -> c.selected && (c.state().isUp() || c.state() == ChildSa.State.REKEYED))
        .min(Comparator.comparing(ChildSa::state));
  }

  /** Whether a child that we asked for, and that replaces none here, is being installed. */
  boolean isComing(String name) {
    return named(name).stream()
        .anyMatch(c -> c.ours && c.replaces == null && c.state() == ChildSa.State.INSTALLING);
  }

  List<ChildSa> named(String name) {
    return List.copyOf(byName.getOrDefault(name, List.of()));
  }

  /** The peer ends a child that is not here, while our request for one is out. */
  void endedEarly(int peerSpi) {
    if (endedEarly.size() < MAX_ENDED_EARLY) {
      endedEarly.add(peerSpi);
    }
  }

  /** Whether the peer ended what its answer makes. */
  boolean isEndedEarly(int peerSpi) {
    return endedEarly.contains(peerSpi);
  }

  void forgetEndedEarly() {
    endedEarly.clear();
  }

  void beginWork() {
    busy++;
  }

  void endWork() {
    busy--;
  }

  /** Whether a child is being made, replaced or ended (RFC 7296 section 2.25). */
  boolean isBusy() {
    return busy > 0 || sa.requests().concernsChildren();
  }

  // --- life of a child ----------------------------------------------------------------------

  int size() {
    return byUid.size();
  }

  void add(ChildSa child) {
    index(child);
    sa.ctx().directory().addChild(child);
    sa.touch();
  }

  private void index(ChildSa child) {
    byUid.put(child.uid(), child);
    byOutboundSpi.put(child.spiOut(), child);
    byName.computeIfAbsent(child.name(), n -> new ArrayList<>(2)).add(child);
  }

  private void forget(ChildSa child) {
    child.cancelTimers();
    byUid.remove(child.uid(), child);
    byOutboundSpi.remove(child.spiOut(), child);
    List<ChildSa> sameName = byName.getOrDefault(child.name(), new ArrayList<>());
    sameName.remove(child);
    if (sameName.isEmpty()) {
      byName.remove(child.name());
    }
    sa.ctx().directory().removeChild(child);
    sa.touch();
    if (!sa.isDead()) {
      // It may never have been in use, so that nobody looked yet, or all that told two IKE SAs
      // apart.
      Duplicates.resolve(sa);
    }
  }

  /** Installed on both sides and selected. */
  void isUp(ChildSa child) {
    child.selected = true;
    sa.wishes().fulfilled(child.name(), new ChildResult(Outcome.ok(), List.of(child.status())));
    sa.ctx().counters().count("child-established");
    IkeLog.CHD.info(sa, "child {} is up, {}", child, child.proposal().keywords());
    event(new EngineEvent.ChildUp(sa.connection().name(), child.status()));
    sa.ctx()
        .leftovers()
        .replace(child.id(), inbound -> sa.after(sa.ctx().settings().oldInboundLinger(), inbound));
    Forgotten.replacedBy(child);
    Duplicates.resolve(sa);
    Duplicates.resolve(child);
  }

  /** Traffic was turned from {@code old} to its successor. */
  void isRekeyed(ChildSa old, ChildSa successor) {
    successor.selected = true;
    successor.replaces = null;
    ChildResult result = new ChildResult(Outcome.ok(), List.of(successor.status()));
    old.rekeyWaiters.forEach(waiter -> waiter.complete(result));
    old.rekeyWaiters.clear();
    sa.ctx().counters().count("child-rekeyed");
    IkeLog.CHD.info(sa, "child {} replaces {}", successor, old);
    event(new EngineEvent.ChildRekeyed(sa.connection().name(), old.uid(), successor.status()));
    // Who looked for duplicates while the rekey was under way saw neither of the two in use.
    Duplicates.resolve(sa);
    Duplicates.resolve(successor);
  }

  /** Starts a rekey, unless one is under way. */
  void rekey(ChildSa child, Optional<CompletableFuture<ChildResult>> waiter) {
    if (child.state() == ChildSa.State.INSTALLED && !child.selected) {
      // The peer just made it, and may not know yet that it did.
      waiter.ifPresent(
          w ->
              w.complete(
                  ChildResult.of(Outcome.unavailable("child " + child + " is just taking over"))));
      ChildTimers.retryRekey(child);
      return;
    }
    switch (child.state()) {
      case INSTALLED -> {
        waiter.ifPresent(child.rekeyWaiters::add);
        child.setState(ChildSa.State.REKEYING);
        sa.requests().enqueue(Exchange.createChildSa(new ChildCreateTask(child.config(), child)));
      }
      case REKEYING -> waiter.ifPresent(child.rekeyWaiters::add);
      default -> {
        if (isBeingReplaced(child)) {
          // The peer negotiates new keys already, which is all that was asked for.
          waiter.ifPresent(child.rekeyWaiters::add);
          return;
        }
        waiter.ifPresent(
            w ->
                w.complete(
                    ChildResult.of(
                        Outcome.unavailable(
                            "child " + child + " is " + child.state() + "; try again later"))));
      }
    }
  }

  /** Starts a rekey of all children of a name; what is just taking over says so. */
  List<CompletableFuture<ChildResult>> rekey(String name) {
    List<CompletableFuture<ChildResult>> ends = new ArrayList<>();
    for (ChildSa child : named(name)) {
      if (child.state().isUp() && child.selected || isBeingReplaced(child)) {
        CompletableFuture<ChildResult> end = new CompletableFuture<>();
        ends.add(end);
        rekey(child, Optional.of(end));
      }
    }
    boolean comes =
        named(name).stream()
            .anyMatch(
                c ->
                    c.state() == ChildSa.State.INSTALLING
                        || c.state() == ChildSa.State.WAITING
                        || c.state() == ChildSa.State.INSTALLED);
    if (ends.isEmpty() && comes) {
      ends.add(
          CompletableFuture.completedFuture(
              ChildResult.of(
                  Outcome.unavailable(
                      "child " + name + " is just taking over; its keys are new"))));
    }
    return ends;
  }

  /** The peer replaces the child, and traffic has not turned to the successor yet. */
  private static boolean isBeingReplaced(ChildSa child) {
    if (child.state() != ChildSa.State.REKEYED || child.peerRekey == null) {
      return false;
    }
    ChildSa successor = child.peerRekey.successor();
    return successor == null || !successor.selected;
  }

  /** A rekey did not work; the child lives on, and it is tried again. */
  void rekeyFailed(ChildSa child, Outcome why) {
    child.rekeying = null;
    if (child.peerRekey != null && child.state() == ChildSa.State.REKEYING) {
      // The peer replaces it, too, and now alone.
      child.setState(ChildSa.State.REKEYED);
      return;
    }
    if (isTurning(child)) {
      // The peer had replaced and ended it before it saw our request.
      return;
    }
    if (child.state() == ChildSa.State.REKEYING) {
      child.setState(ChildSa.State.INSTALLED);
    }
    IkeLog.CHD.warn(sa, "rekey of child {} failed: {}", child, why.reason());
    sa.ctx().counters().count("child-rekey-failures");
    failRekeyWaiters(child, why);
    if (child.state() == ChildSa.State.INSTALLED) {
      goesOn(child);
    }
  }

  /** A rekey came to nothing, and whoever looked for duplicates during it could not judge. */
  static void goesOn(ChildSa child) {
    child.setState(ChildSa.State.INSTALLED);
    ChildTimers.retryRekey(child);
    Duplicates.resolve(child);
    if (!child.rekeyWaiters.isEmpty()) {
      // Somebody asked for new keys, and waited for those of the peer.
      child.ike().children().rekey(child, Optional.empty());
    }
  }

  private static void failRekeyWaiters(ChildSa child, Outcome why) {
    child.rekeyWaiters.forEach(waiter -> waiter.complete(ChildResult.of(why)));
    child.rekeyWaiters.clear();
  }

  /** Ends a child and tells the peer. */
  void delete(ChildSa child, String reason, Optional<CompletableFuture<ChildResult>> waiter) {
    waiter.ifPresent(child.endWaiters::add);
    switch (child.state()) {
      case DELETING -> {}
      case DELETED -> completeEnd(child);
      default -> {
        child.cancelTimers();
        child.setState(ChildSa.State.DELETING);
        sa.requests().enqueue(Exchange.informational(new ChildDeleteTask(child, reason)));
      }
    }
  }

  /**
   * Takes a child out of the plane; the peer knows, or is not to know.
   *
   * @param linger keep receiving for a while, because a successor took over
   * @return completes when its traffic has turned to a successor, if there is one; the removal goes
   *     on behind it
   */
  CompletableFuture<Void> end(ChildSa child, String reason, boolean linger) {
    boolean covered = hasSuccessor(child) || Duplicates.carries(sa, child.name());
    return end(child, reason, linger || covered, covered);
  }

  /** Takes a child out of the plane whose traffic turned to a child of another IKE SA. */
  void endReplaced(ChildSa child, String reason) {
    end(child, reason, true, true);
  }

  private CompletableFuture<Void> end(
      ChildSa child, String reason, boolean linger, boolean covered) {
    if (child.state() == ChildSa.State.DELETED) {
      return CompletableFuture.completedFuture(null);
    }
    Optional<ChildSa> heir = waitingHeir(child);
    boolean wasUp =
        child.selected && child.state() != ChildSa.State.REKEYED && heir.isEmpty() && !covered;
    if (child.state() == ChildSa.State.INSTALLING && child.ours && child.replaces == null) {
      // The peer made it for us and ended it at once, and has none of an earlier life either.
      sa.wishes().fail(child.name(), Outcome.unavailable(reason));
      sa.ctx().leftovers().removeLike(child.id());
    }
    child.setState(ChildSa.State.DELETED);
    forget(child);
    if (heir.isEmpty() && !isTurning(child)) {
      failRekeyWaiters(child, Outcome.unavailable(reason));
    }
    if (wasUp) {
      IkeLog.CHD.info(sa, "child {} ended: {}", child, reason);
      event(new EngineEvent.ChildDown(sa.connection().name(), child.name(), child.uid(), reason));
    }
    withdrawFrom(child);
    sa.forgotten().childEnded();
    beginWork();
    CompletableFuture<Void> switched =
        heir.map(successor -> switchOver(child, successor))
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    sa.watch(
        switched
            .thenCompose(nothing -> new Installer(sa).remove(child, linger))
            .thenAccept(
                nothing -> {
                  endWork();
                  completeEnd(child);
                }));
    return switched;
  }

  /** A successor that the peer made and ends again: the old child goes on without it. */
  private void withdrawFrom(ChildSa successor) {
    ChildSa old = successor.replaces;
    if (old == null || old.peerRekey == null || old.peerRekey.successor() != successor) {
      return;
    }
    old.peerRekey = null;
    if (old.state() == ChildSa.State.REKEYED) {
      goesOn(old);
    }
  }

  /** Traffic is just being turned to the peer's successor; whoever waits is answered after it. */
  private static boolean isTurning(ChildSa child) {
    return child.peerRekey != null
        && child.peerRekey.successor() != null
        && child.peerRekey.successor().replaces == child
        && child.peerRekey.successor().selected;
  }

  /** The peer's successor of a child, installed but not used for sending yet. */
  private static Optional<ChildSa> waitingHeir(ChildSa child) {
    return Optional.ofNullable(child.peerRekey)
        .map(PeerRekey::successor)
        .filter(heir -> heir.state().isUp() && !heir.selected);
  }

  /** Turns traffic to the successor that the peer made; before the old child goes. */
  CompletableFuture<Void> switchOver(ChildSa old, ChildSa successor) {
    if (successor.selected) {
      return CompletableFuture.completedFuture(null);
    }
    successor.selected = true;
    successor.switchTimer.cancel();
    return new Installer(sa)
        .select(successor)
        .thenAccept(
            outcome -> {
              if (outcome.done()) {
                isRekeyed(old, successor);
              } else {
                // Without the switch the new child never sends: it goes, and is wanted anew.
                IkeLog.CHD.warn(sa, "child {}: {}", successor, outcome.reason());
                failRekeyWaiters(old, outcome);
                delete(successor, outcome.reason(), Optional.empty());
                event(
                    new EngineEvent.ChildDown(
                        sa.connection().name(),
                        successor.name(),
                        successor.uid(),
                        outcome.reason()));
              }
            });
  }

  /** Forgets a child that never came into the plane. */
  void drop(ChildSa child) {
    child.setState(ChildSa.State.DELETED);
    forget(child);
  }

  private void completeEnd(ChildSa child) {
    ChildResult result = new ChildResult(Outcome.ok(), List.of(child.status()));
    child.endWaiters.forEach(waiter -> waiter.complete(result));
    child.endWaiters.clear();
  }

  /** Whether another child already carries this one's traffic. */
  private boolean hasSuccessor(ChildSa child) {
    return named(child.name()).stream().anyMatch(c -> c != child && c.selected && c.state().isUp());
  }

  /** The IKE SA is gone, and so are all children. */
  void endAll(String reason) {
    Outcome why = Outcome.unavailable(reason);
    ikeRekeyWaiters.forEach(w -> w.complete(ChildResult.of(why)));
    ikeRekeyWaiters.clear();
    sa.wishes().failAll(why);
    for (ChildSa child : List.copyOf(byUid.values())) {
      end(child, reason, false);
    }
  }

  /**
   * An end has another address, or a NAT came or went: children that lead elsewhere are moved there
   * where the plane can, and replaced elsewhere.
   */
  void follow() {
    Endpoints now = ChildKeying.endpoints(sa);
    boolean later = false;
    for (ChildSa child : List.copyOf(byUid.values())) {
      if (child.endpoints().equals(now) || now.equals(child.movingTo)) {
        continue;
      }
      if (child.movingTo != null) {
        later = true;
      } else if (ChildMove.isPossible(child, now)) {
        ChildMove.start(sa, child, now, () -> child.ike().children().follow());
      } else if (child.state() == ChildSa.State.INSTALLED && child.selected) {
        rekey(child, Optional.empty());
      } else {
        // On its way in, and made for the addresses before.
        later |= child.state().compareTo(ChildSa.State.INSTALLED) <= 0;
      }
    }
    if (later) {
      sa.timers().followSoon();
    }
  }

  /** The same for those that can be moved, and at once: nobody else would replace them. */
  void moveNow() {
    Endpoints now = ChildKeying.endpoints(sa);
    for (ChildSa child : List.copyOf(byUid.values())) {
      if (!child.endpoints().equals(now)
          && child.movingTo == null
          && ChildMove.isPossible(child, now)) {
        ChildMove.start(sa, child, now, () -> child.ike().timers().followSoon());
      }
    }
  }

  // --- rekey of the IKE SA ------------------------------------------------------------------

  void rekeyIke(Optional<CompletableFuture<ChildResult>> waiter) {
    waiter.ifPresent(ikeRekeyWaiters::add);
    if (sa.state() != IkeSa.State.ESTABLISHED) {
      return;
    }
    if (isBusy() || sa.replies().isParked()) {
      // RFC 7296 section 2.25.2 wants an IKE rekey and work on children kept apart.
      sa.after(sa.ctx().settings().retransmitFirst(), () -> rekeyIke(Optional.empty()));
      return;
    }
    sa.setState(IkeSa.State.REKEYING);
    sa.requests().enqueueFirst(Exchange.createChildSa(new IkeRekeyTask()));
  }

  void ikeRekeyDone(Outcome outcome) {
    ikeRekeyWaiters.forEach(w -> w.complete(new ChildResult(outcome, statuses())));
    ikeRekeyWaiters.clear();
  }

  /** Hands everything to the SA's successor (RFC 7296 section 2.18). */
  void moveTo(IkeSa successor) {
    Children heir = successor.children();
    for (ChildSa child : List.copyOf(byUid.values())) {
      child.setIke(successor);
      heir.index(child);
    }
    byUid.clear();
    byOutboundSpi.clear();
    byName.clear();
    sa.wishes().moveTo(successor.wishes());
    heir.ikeRekeyWaiters.addAll(ikeRekeyWaiters);
    ikeRekeyWaiters.clear();
    sa.requests().moveTo(successor.requests());
    sa.touch();
    successor.touch();
  }

  private void event(EngineEvent event) {
    sa.ctx().events().publish(event);
  }
}
