package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.tunnels.plan.TunnelPlan;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The children that tunnels want: started, started again after a pause, and what the engine tells
 * of them. Runs on the loop.
 */
final class ChildKeeper {

  private static final Duration INITIATE = Duration.ofSeconds(60);

  /** How long the inbound SAs of an earlier life stay when a child came up in their place. */
  private static final Duration OLD_INBOUND = Duration.ofSeconds(5);

  private final Loop loop;
  private final Services services;
  private final Events events;
  private final Map<String, TunnelEntry> tunnels;
  private final Leftovers leftovers;
  private final Consumer<TunnelEntry> changed;
  private final Initiations initiations;
  private final Map<String, String> tunnelOfChild = new HashMap<>();

  /**
   * @param changed called when what there is to say of a tunnel has changed
   */
  ChildKeeper(
      Loop loop,
      Services services,
      Events events,
      Map<String, TunnelEntry> tunnels,
      Leftovers leftovers,
      Consumer<TunnelEntry> changed) {
    this.loop = loop;
    this.services = services;
    this.events = events;
    this.tunnels = tunnels;
    this.leftovers = leftovers;
    this.changed = changed;
    this.initiations = new Initiations(loop);
  }

  /** A tunnel has another plan, and so other children. */
  void replanned(String tunnel, TunnelPlan before, TunnelPlan now) {
    Set<String> names = new HashSet<>();
    now.children().stream().map(ChildConfig::name).forEach(names::add);
    if (before != null) {
      Sums sums = tunnels.get(tunnel).sums;
      for (ChildConfig child : before.children()) {
        if (!before.plane().equals(now.plane()) || !now.children().contains(child)) {
          sums.moved(child.name());
        }
        if (!names.contains(child.name())) {
          tunnelOfChild.remove(child.name());
          tunnels.get(tunnel).up.removeNamed(child.name());
        }
      }
    }
    names.forEach(name -> tunnelOfChild.put(name, tunnel));
  }

  /** A tunnel is gone. */
  void removed(TunnelEntry entry) {
    for (ChildConfig child : entry.plan.children()) {
      tunnelOfChild.remove(child.name());
      leftovers.remove(child.name(), Set.of(), services.sad, services.spd);
    }
  }

  boolean isConfigured(String child) {
    return tunnelOfChild.containsKey(child);
  }

  /** Forgets everything of an engine that is not there any more. */
  void engineChanged() {
    tunnels.values().forEach(TunnelEntry::cancelRetries);
    tunnels.values().forEach(entry -> entry.connecting.clear());
  }

  /** Asks the engine what is up. */
  void rebuild() {
    tunnels.values().forEach(entry -> entry.up.clear());
    tunnels.values().forEach(entry -> entry.burnt.clear());
    if (services.engine == null) {
      return;
    }
    for (IkeSaStatus ike : services.engine.snapshot()) {
      for (ChildSaStatus child : ike.children()) {
        if (child.state().equals("INSTALLED")) {
          childUp(child);
        }
      }
    }
  }

  // ---- bringing up ---------------------------------------------------------------------------

  void start(TunnelEntry entry, String child) {
    if (entry.wantsUp()) {
      start(entry, child, Optional.empty());
    }
  }

  /**
   * A packet waits. However many come, one negotiation runs for a child, and after one that failed,
   * or a child that ended, those of the pause start none: the next one after it does.
   */
  void acquired(TunnelEntry entry, String child, Optional<SelectorPair> packet) {
    entry.acquires++;
    if (entry.startAction == StartAction.TRAP && isConfigured(child)) {
      start(entry, child, packet);
    }
  }

  private void start(TunnelEntry entry, String child, Optional<SelectorPair> packet) {
    if (entry.up.has(child)
        || entry.retries.containsKey(child)
        || !entry.mayStart()
        || services.missing().isPresent()
        || !entry.connecting.add(child)) {
      return;
    }
    changed.accept(entry);
    initiations.start(
        services.engine,
        entry.plan.gateway(),
        child,
        packet,
        INITIATE,
        result -> started(entry, child, result.outcome()));
  }

  private void started(TunnelEntry entry, String child, Outcome outcome) {
    entry.connecting.remove(child);
    if (!outcome.done()) {
      entry.failure = outcome.reason();
      retryLater(entry, child);
    }
    changed.accept(entry);
  }

  private void retryLater(TunnelEntry entry, String child) {
    if (tunnels.get(entry.tunnel.name()) != entry
        || !(entry.wantsUp() || entry.traps())
        || entry.up.has(child)
        || entry.retries.containsKey(child)) {
      return;
    }
    entry.retries.put(
        child,
        loop.schedule(
            entry.backoff.next(),
            () -> {
              entry.retries.remove(child);
              if (tunnels.get(entry.tunnel.name()) == entry && isConfigured(child)) {
                start(entry, child);
                changed.accept(entry);
              }
            }));
  }

  // ---- what the engine tells -----------------------------------------------------------------

  /**
   * Takes what the engine tells.
   *
   * @return the tunnel of which an SA was replaced or is gone; null when none was
   */
  TunnelEntry engineEvent(EngineEvent event) {
    if (event instanceof EngineEvent.ChildUp up) {
      return childUp(up.child());
    } else if (event instanceof EngineEvent.ChildRekeyed rekeyed) {
      TunnelEntry entry = childUp(rekeyed.child());
      if (entry != null) {
        entry.rekeys++;
        events.tell(new TunnelEvent.Rekeyed(entry.tunnel.name(), describe(rekeyed.child())));
        changed.accept(entry);
      }
      return entry;
    } else if (event instanceof EngineEvent.ChildDown down) {
      return childDown(down);
    } else if (event instanceof EngineEvent.AuthenticationFailed failed) {
      events.tell(
          new TunnelEvent.AuthenticationFailed(
              failed.connection(), failed.peer(), failed.reason()));
    }
    return null;
  }

  private TunnelEntry entryOf(String child) {
    String tunnel = tunnelOfChild.get(child);
    return tunnel == null ? null : tunnels.get(tunnel);
  }

  private TunnelEntry childUp(ChildSaStatus child) {
    TunnelEntry entry = entryOf(child.name());
    if (entry == null) {
      return null;
    }
    ChildSaStatus old = entry.up.put(child);
    if (old != null && !old.uid().equals(child.uid())) {
      entry.burnt.remove(old.uid());
    }
    entry.terminated = false;
    entry.failure = "";
    entry.backoff.reset();
    Optional.ofNullable(entry.retries.remove(child.name())).ifPresent(Registration::close);
    if (leftovers.has(child.name())) {
      leftovers.replace(
          child, services.sad, services.spd, inbound -> loop.schedule(OLD_INBOUND, inbound));
    }
    changed.accept(entry);
    return entry;
  }

  private TunnelEntry childDown(EngineEvent.ChildDown down) {
    TunnelEntry entry = entryOf(down.childName());
    if (entry == null) {
      return null;
    }
    if (!entry.up.remove(down.uid()) && entry.up.has(down.childName())) {
      return null;
    }
    entry.burnt.remove(down.uid());
    entry.failure = down.reason();
    retryLater(entry, down.childName());
    changed.accept(entry);
    return entry;
  }

  static String describe(ChildSaStatus child) {
    String in = child.spiIn().map(lease -> lease.spi().toString()).orElse("-");
    return child.name()
        + " "
        + child.proposal()
        + " in "
        + in
        + " out 0x"
        + String.format("%08x", child.spiOut());
  }
}
