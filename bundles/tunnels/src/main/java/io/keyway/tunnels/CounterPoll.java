package io.keyway.tunnels;

import io.keyway.api.Registration;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Reads the counters of tunnels, a bounded number each second: with 500 tunnels every second, with
 * 10 000 every 20 seconds. What was sent and received is read while a tunnel is up, what was held
 * always.
 */
final class CounterPoll {

  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MOST_EACH_TIME = 500;

  private final Loop loop;
  private final Services services;
  private final TunnelKeeper keeper;
  private final List<TunnelEntry> round = new ArrayList<>();
  private Map<String, ChildId> claims = Map.of();
  private Registration next;
  private boolean stopped;

  CounterPoll(Loop loop, Services services, TunnelKeeper keeper) {
    this.loop = loop;
    this.services = services;
    this.keeper = keeper;
    this.next = loop.schedule(PERIOD, this::poll);
  }

  void stop() {
    stopped = true;
    next.close();
  }

  private void poll() {
    if (stopped) {
      return;
    }
    if (services.spd != null) {
      if (round.isEmpty()) {
        begin(services.spd);
      }
      int count = Math.min(MOST_EACH_TIME, round.size());
      List<TunnelEntry> now = List.copyOf(round.subList(0, count));
      round.subList(0, count).clear();
      now.forEach(
          entry -> {
            readHeld(services.spd, entry);
            read(services.spd, entry);
          });
    }
    next = loop.schedule(PERIOD, this::poll);
  }

  private void begin(SpdService spd) {
    keeper
        .entries()
        .forEach(
            entry -> {
              if (!entry.up.isEmpty() || entry.hold != null) {
                round.add(entry);
              }
            });
    if (round.isEmpty()) {
      return;
    }
    Map<String, ChildId> found = new HashMap<>();
    for (SpdService.Entry entry : spd.entries()) {
      if (entry.policy().action() instanceof PolicyAction.Protect) {
        found.put(entry.policy().child().uid(), entry.policy().child());
      }
    }
    claims = found;
  }

  private void readHeld(SpdService spd, TunnelEntry entry) {
    ChildId hold = entry.hold;
    if (hold == null) {
      return;
    }
    spd.held(hold, TIMEOUT)
        .whenComplete(
            (usage, error) -> {
              if (error == null && !usage.equals(Usage.ABSENT)) {
                loop.execute(
                    () -> {
                      if (!hold.equals(entry.hold)) {
                        return;
                      }
                      Usage before = entry.sums.held();
                      entry.sums.held(hold, usage);
                      if (!before.equals(entry.sums.held())) {
                        keeper.publish(entry);
                      }
                      keeper.counted(entry);
                    });
              }
            });
  }

  private void read(SpdService spd, TunnelEntry entry) {
    if (entry.up.isEmpty()) {
      return;
    }
    for (ChildSaStatus child : entry.up.values()) {
      ChildId claim = claims.get(child.uid());
      if (claim != null) {
        take(spd.usage(claim, TIMEOUT), entry, child, Sums::sent, Sums::sent);
        take(spd.received(claim, TIMEOUT), entry, child, Sums::received, Sums::received);
      }
    }
  }

  /** Takes a reading in for one child of a tunnel. */
  private interface Into {
    void read(Sums sums, String child, Usage now);
  }

  private void take(
      CompletionStage<Usage> answer,
      TunnelEntry entry,
      ChildSaStatus child,
      Into into,
      Function<Sums, Usage> total) {
    answer.whenComplete(
        (usage, error) -> {
          if (error == null && !usage.equals(Usage.ABSENT)) {
            loop.execute(() -> taken(entry, child, usage, into, total));
          }
        });
  }

  private void taken(
      TunnelEntry entry, ChildSaStatus child, Usage usage, Into into, Function<Sums, Usage> total) {
    if (!entry.up.isCurrent(child)) {
      // Its places may be another's by now; who is up is asked next time.
      return;
    }
    Usage before = total.apply(entry.sums);
    into.read(entry.sums, entry.up.slot(child), usage);
    if (!before.equals(total.apply(entry.sums))) {
      keeper.publish(entry);
    }
    keeper.counted(entry);
  }
}
