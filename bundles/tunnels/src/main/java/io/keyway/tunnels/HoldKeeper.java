package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.tunnels.plan.TunnelPlan;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Keeps what holds a tunnel's traffic in place from its configuration to its removal (packet safety
 * rule 1). A claim goes only after its successor is confirmed, or last of all. Runs on the loop.
 */
final class HoldKeeper {

  private static final Duration RETRY = Duration.ofSeconds(3);
  private static final Duration LOOK = Duration.ofMillis(200);

  /** How often it is looked whether an engine has let go, before its claims are not waited for. */
  private static final int LOOKS = 50;

  private final Loop loop;
  private final Services services;
  private final Holds holds;
  private final Map<String, TunnelEntry> tunnels;
  private final Predicate<ChildId> needed;
  private final Consumer<TunnelEntry> changed;
  private final Consumer<TunnelEntry> confirmed;
  private final Map<TunnelEntry, Integer> retiring = new LinkedHashMap<>();
  private boolean looking;
  private boolean flushedOld;

  /**
   * @param needed of claims of an earlier life that are not holds, those that somebody else
   *     replaces in good time
   * @param changed called when what there is to say of a tunnel has changed
   * @param confirmed called when every hold of a tunnel is confirmed
   */
  HoldKeeper(
      Loop loop,
      Services services,
      Holds holds,
      Map<String, TunnelEntry> tunnels,
      Predicate<ChildId> needed,
      Consumer<TunnelEntry> changed,
      Consumer<TunnelEntry> confirmed) {
    this.loop = loop;
    this.services = services;
    this.holds = holds;
    this.tunnels = tunnels;
    this.needed = needed;
    this.changed = changed;
    this.confirmed = confirmed;
  }

  /** Makes the holds those of the tunnel's plan. */
  void keep(TunnelEntry entry, TunnelPlan before) {
    boolean wanted =
        entry.wantsHold() && entry.plan.plane().isPresent() && !entry.plan.holds().isEmpty();
    boolean fills = entry.plan.verdict() == TunnelPlan.Verdict.INVALID;
    boolean same =
        before != null
            && before.holds().equals(entry.plan.holds())
            && before.plane().equals(entry.plan.plane())
            && fills == entry.holdFills
            && entry.traps() == entry.holdTraps;
    if (!wanted) {
      replace(entry, null);
      dropReplaced(entry);
    } else if (!same || entry.hold == null) {
      replace(entry, holds.next(entry.tunnel.name()));
      entry.holdFills = fills;
      entry.holdTraps = entry.traps();
      put(entry);
    } else if (!entry.held) {
      put(entry);
    }
  }

  private static void replace(TunnelEntry entry, ChildId successor) {
    if (entry.hold != null) {
      entry.replaced.add(entry.hold);
    }
    entry.hold = successor;
    entry.held = false;
    entry.stood = false;
  }

  /** What was replaced is remembered until there is an SPD to remove it from. */
  private void dropReplaced(TunnelEntry entry) {
    if (services.spd != null) {
      entry.replaced.forEach(old -> services.spd.remove(old, Holds.TIMEOUT));
      entry.replaced.clear();
    }
  }

  /** Puts the present claims, or asks for their confirmation again. */
  void put(TunnelEntry entry) {
    if (services.spd == null) {
      entry.holdProblem = "";
      return;
    }
    ChildId hold = entry.hold;
    String plane = entry.plan.plane().orElseThrow();
    holds
        .put(
            services.spd,
            plane,
            services.planes.get(plane),
            hold,
            entry.plan.holds(),
            priority(entry),
            entry.holdTraps ? new PolicyAction.Trap() : new PolicyAction.Hold())
        .whenComplete(
            (outcome, error) ->
                loop.execute(
                    () ->
                        answered(
                            entry,
                            hold,
                            error == null ? outcome : Outcome.unavailable("" + error))));
  }

  private static int priority(TunnelEntry entry) {
    if (entry.holdFills) {
      return Policy.Priorities.FILL;
    }
    return entry.holdTraps ? Policy.Priorities.TRAP : Policy.Priorities.HOLD;
  }

  /** False when it was replaced, or its tunnel is gone: whoever did that removes it. */
  private boolean current(TunnelEntry entry, ChildId hold) {
    return hold.equals(entry.hold) && tunnels.get(entry.tunnel.name()) == entry;
  }

  private void answered(TunnelEntry entry, ChildId hold, Outcome outcome) {
    if (!current(entry, hold)) {
      return;
    }
    if (outcome.done()) {
      entry.held = true;
      entry.stood = true;
      entry.holdProblem = "";
      dropReplaced(entry);
      confirmed.accept(entry);
    } else {
      entry.holdProblem = "its traffic could not be held: " + outcome.reason();
      loop.schedule(
          RETRY,
          () -> {
            if (current(entry, hold) && !entry.held) {
              put(entry);
            }
          });
    }
    changed.accept(entry);
  }

  /** A plane lost its contents: holds have to be confirmed anew, and keys are gone. */
  void planeRestarted(String plane) {
    for (TunnelEntry entry : tunnels.values()) {
      if (entry.plan.plane().filter(plane::equals).isPresent() && entry.hold != null) {
        entry.held = false;
        entry.up.values().forEach(child -> entry.burnt.add(child.uid()));
        if (!entry.up.isEmpty()) {
          entry.failure =
              "data plane " + plane + " restarted and lost its keys; new ones are negotiated";
        }
        put(entry);
        changed.accept(entry);
      }
    }
  }

  // ---- the end ------------------------------------------------------------------------------

  /** A tunnel was removed: its holds go when the engine has let go of the SAs above them. */
  void retire(TunnelEntry entry) {
    replace(entry, null);
    if (!entry.replaced.isEmpty()) {
      retiring.put(entry, 0);
      lookSoon(Duration.ofMillis(1));
    }
  }

  private void lookSoon(Duration delay) {
    if (!looking) {
      looking = true;
      loop.schedule(delay, this::look);
    }
  }

  /** One look at the claims serves every tunnel that waits, however many were removed at once. */
  private void look() {
    looking = false;
    SpdService spd = services.spd;
    if (spd != null) {
      Set<String> busy = new HashSet<>();
      if (services.engine != null) {
        spd.entries().stream()
            .map(e -> e.policy().child())
            .filter(child -> !child.owner().name().equals(holds.owner().name()))
            .forEach(child -> busy.add(child.connection()));
      }
      for (Iterator<Map.Entry<TunnelEntry, Integer>> all = retiring.entrySet().iterator();
          all.hasNext(); ) {
        Map.Entry<TunnelEntry, Integer> next = all.next();
        TunnelEntry entry = next.getKey();
        boolean waits =
            entry.plan.children().stream().map(ChildConfig::name).anyMatch(busy::contains);
        if (waits && next.getValue() < LOOKS) {
          next.setValue(next.getValue() + 1);
        } else {
          all.remove();
          dropReplaced(entry);
        }
      }
    }
    if (!retiring.isEmpty()) {
      lookSoon(LOOK);
    }
  }

  /**
   * Claims of an earlier life of this bundle go when ours stand in their place. Those of a tunnel
   * that we cannot hold ourselves now stay: something was known then that is not known any more.
   */
  void flushOldInstances() {
    SpdService spd = services.spd;
    if (flushedOld
        || spd == null
        || !tunnels.values().stream().allMatch(t -> t.held || t.hold == null)) {
      return;
    }
    flushedOld = true;
    Set<ChildId> old = new LinkedHashSet<>();
    for (SpdService.Entry claim : spd.entries()) {
      ChildId child = claim.policy().child();
      TunnelEntry entry = tunnels.get(child.connection());
      boolean stays =
          needed.test(child) || entry != null && entry.wantsHold() && entry.hold == null;
      if (child.owner().name().equals(holds.owner().name())
          && !child.owner().instance().equals(holds.owner().instance())
          && !stays) {
        old.add(child);
      }
    }
    old.forEach(child -> spd.remove(child, Holds.TIMEOUT));
  }
}
