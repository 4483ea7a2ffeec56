package io.keyway.sad;

import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCalls;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the lifetimes that a plane does not keep itself: time by timers, packets and bytes by
 * looking at its counters now and then. Bytes also where the plane keeps them: what it tells is
 * told once, and lost when nobody listens at that moment.
 *
 * <p>A plane that counts by policy and not by SA counts on over a rekey; what it had counted when
 * the SA was installed is taken off. Packets of the old SA that pass before the switch are counted
 * to the new one, which errs on the safe side. Limits of inbound SAs that are not counted are kept
 * by the peer, whose outbound SA it is.
 */
final class LifetimeWatch {

  private static final Logger LOG = LoggerFactory.getLogger(LifetimeWatch.class);

  private static final Duration FIRST_LOOK = Duration.ofMillis(100);

  /** SAs that nobody can vouch for are replaced over this time, not in one storm. */
  private static final Duration SPREAD = Duration.ofSeconds(30);

  private final SadEnvironment environment;
  private final Expiries owner;
  private final PlaneCalls calls;
  private final Set<SaEntry> watched = new LinkedHashSet<>();
  private final Set<SaEntry> fresh = new LinkedHashSet<>();
  private boolean armed;
  private boolean firstArmed;
  private boolean reading;

  LifetimeWatch(SadEnvironment environment, Expiries owner) {
    this.environment = environment;
    this.owner = owner;
    this.calls = environment.planeCalls();
  }

  /** From now on its lifetimes run; for one taken over, from its installation on. */
  void installed(SaEntry entry) {
    Optional<DataPlane> plane = owner.service();
    if (plane.isEmpty()) {
      return;
    }
    entry.watched = true;
    PlaneCapabilities can = plane.get().capabilities();
    SecurityAssociation sa = entry.sa().orElseThrow();
    if (!can.timeLimits()) {
      time(entry, sa.lifetime().soft(), false);
      time(entry, sa.lifetime().hard(), true);
    }
    boolean counted = entry.outbound() ? can.outboundCounters() : can.inboundCounters();
    Limit soft = sa.lifetime().soft();
    Limit hard = sa.lifetime().hard();
    boolean packets = !can.packetLimits() && soft.packets() + hard.packets() > 0;
    boolean bytes = soft.bytes() + hard.bytes() > 0;
    if (counted && (packets || bytes)) {
      synchronized (this) {
        watched.add(entry);
        fresh.add(entry);
      }
      arm();
      armFirst();
    }
  }

  /**
   * Contact was lost and is there again, in the same life: an expiry may have been told to nobody.
   * What is counted is found by the next look; of the others nobody can tell, so they are replaced
   * as if they had asked for it, one after the other.
   */
  void missed(List<SaEntry> standing) {
    Optional<DataPlane> plane = owner.service();
    if (plane.isEmpty() || !plane.get().capabilities().byteLimits()) {
      return;
    }
    PlaneCapabilities can = plane.get().capabilities();
    List<SaEntry> doubtful =
        standing.stream()
            .filter(entry -> !(entry.outbound() ? can.outboundCounters() : can.inboundCounters()))
            .filter(entry -> entry.sa().filter(LifetimeWatch::endsByVolume).isPresent())
            .toList();
    for (int i = 0; i < doubtful.size(); i++) {
      SaEntry entry = doubtful.get(i);
      owner.timed(
          entry,
          SPREAD.multipliedBy(i + 1).dividedBy(doubtful.size()),
          () ->
              owner.reached(
                  entry, false, "its volume limit may have been reached while contact was lost"));
    }
  }

  private static boolean endsByVolume(SecurityAssociation sa) {
    return sa.lifetime().soft().bytes() + sa.lifetime().hard().bytes() > 0;
  }

  private void time(SaEntry entry, Limit limit, boolean hard) {
    if (limit.seconds() == 0) {
      return;
    }
    long age = environment.nanos().getAsLong() - entry.installedNanos;
    Duration left = Duration.ofSeconds(limit.seconds()).minusNanos(age);
    owner.timed(
        entry,
        left.isNegative() ? Duration.ZERO : left,
        () ->
            owner.reached(
                entry,
                hard,
                (hard ? "its life-time of " : "its rekey-time of ") + limit.seconds() + " s"));
  }

  /** Looks at all counters now. */
  void poll() {
    read(watched);
  }

  private void read(Set<SaEntry> which) {
    Optional<DataPlane> plane = owner.service();
    List<SaEntry> due;
    synchronized (this) {
      watched.removeIf(entry -> entry.state != SaEntry.State.INSTALLED);
      fresh.retainAll(watched);
      if (watched.isEmpty()) {
        return;
      }
      arm();
      if (reading || which.isEmpty() || plane.isEmpty() || !plane.get().status().ready()) {
        return;
      }
      reading = true;
      due = List.copyOf(which);
      fresh.clear();
    }
    Duration limit = environment.settings().writeTimeout();
    List<SaId> ids = due.stream().map(entry -> entry.id).toList();
    calls
        .bounded(() -> plane.get().saUsage(ids, limit), limit)
        .thenCompose(
            bySa -> byPolicy(plane.get(), due, bySa, limit).thenApply(p -> Map.entry(bySa, p)))
        .whenCompleteAsync((found, fault) -> found(due, found, fault), environment.executor());
  }

  private void found(
      List<SaEntry> due,
      Map.Entry<Map<SaId, Usage>, Map<SelectorPair, Usage>> found,
      Throwable fault) {
    boolean more;
    synchronized (this) {
      reading = false;
      more = !fresh.isEmpty();
    }
    if (more) {
      armFirst();
    }
    if (fault != null) {
      LOG.debug("counters cannot be read: {}", PlaneCalls.reason(fault));
      return;
    }
    due.forEach(entry -> count(entry, found.getKey(), found.getValue()));
  }

  /** Soon: what was counted before a new SA. Those that come together are read together. */
  private synchronized void armFirst() {
    if (!firstArmed) {
      firstArmed = true;
      environment
          .timer()
          .schedule(
              FIRST_LOOK,
              () -> {
                synchronized (this) {
                  firstArmed = false;
                }
                read(fresh);
              });
    }
  }

  private CompletableFuture<Map<SelectorPair, Usage>> byPolicy(
      DataPlane plane, List<SaEntry> due, Map<SaId, Usage> bySa, Duration limit) {
    Set<SelectorPair> selectors =
        due.stream()
            .filter(entry -> entry.outbound() && !bySa.containsKey(entry.id))
            .flatMap(entry -> entry.sa().orElseThrow().selectors().stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return selectors.isEmpty()
        ? CompletableFuture.completedFuture(Map.of())
        : calls.bounded(() -> plane.policyUsage(selectors, limit), limit);
  }

  private synchronized void arm() {
    if (!armed) {
      armed = true;
      environment
          .timer()
          .schedule(
              environment.settings().poll(),
              () -> {
                synchronized (this) {
                  armed = false;
                }
                poll();
              });
    }
  }

  private void count(SaEntry entry, Map<SaId, Usage> bySa, Map<SelectorPair, Usage> byPolicy) {
    Usage usage = bySa.get(entry.id);
    boolean own = usage != null;
    if (!own) {
      usage = Usage.ABSENT;
      for (SelectorPair pair : Set.copyOf(entry.sa().orElseThrow().selectors())) {
        usage = usage.plus(byPolicy.getOrDefault(pair, Usage.ABSENT));
      }
    }
    long packets;
    long bytes;
    boolean first;
    SaEntry.Counted counted = entry.counted;
    synchronized (counted) {
      first = !counted.based;
      long nowPackets = usage.packets().orElse(0);
      long nowBytes = usage.bytes().orElse(0);
      if (counted.based || own) {
        counted.packets += grown(counted.lastPackets, nowPackets);
        counted.bytes += grown(counted.lastBytes, nowBytes);
      }
      counted.based = true;
      counted.lastPackets = nowPackets;
      counted.lastBytes = nowBytes;
      packets = counted.packets;
      bytes = counted.bytes;
    }
    if (first) {
      // From here on the difference tells, whoever looks next.
      owner.note(entry);
    }
    check(entry, entry.sa().orElseThrow().lifetime().hard(), packets, bytes, true);
    check(entry, entry.sa().orElseThrow().lifetime().soft(), packets, bytes, false);
  }

  /** A counter that went back began again: with the row it counts, or with the device. */
  private static long grown(long before, long now) {
    return now >= before ? now - before : now;
  }

  private void check(SaEntry entry, Limit limit, long packets, long bytes, boolean hard) {
    if (limit.packets() > 0 && packets >= limit.packets()) {
      owner.reached(entry, hard, packets + " packets of " + limit.packets());
    } else if (limit.bytes() > 0 && bytes >= limit.bytes()) {
      owner.reached(entry, hard, bytes + " bytes of " + limit.bytes());
    }
  }
}
