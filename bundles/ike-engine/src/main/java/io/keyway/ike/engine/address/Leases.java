package io.keyway.ike.engine.address;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.Identity;
import io.keyway.api.store.PresentStore;
import io.keyway.api.store.StateStore;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Addresses of pools and the peers that have them. A lease is on the disk before its peer hears of
 * it, so that a restart cannot give the address to somebody else; until notes of an earlier life
 * were read nothing is given. From any thread; never blocks on a disk.
 */
public final class Leases {
  private final Clock clock;
  private final PresentStore store = new PresentStore();
  private final Map<String, PoolTable> tables = new HashMap<>();
  private final Map<String, AddressPool> pools = new HashMap<>();
  private final Map<String, Set<Lease>> byHolder = new HashMap<>();

  /** Leases that were in use when an earlier life ended, until their pool is known. */
  private final Map<String, List<Lease>> unsettled = new HashMap<>();

  public Leases(Clock clock) {
    this.clock = clock;
  }

  /** There is a store; the first one tells what an earlier life noted. */
  public synchronized void useStore(StateStore now) {
    store.use(now, this::restore);
    tables.values().forEach(table -> table.all().forEach(lease -> LeaseNotes.note(now, lease)));
  }

  public synchronized void forgetStore(StateStore gone) {
    store.forget(gone);
  }

  private void restore(StateStore from) {
    Instant now = clock.instant();
    List<Lease> wereOnline = new ArrayList<>();
    for (Lease lease : LeaseNotes.read(from, now, wereOnline)) {
      table(lease.pool).put(lease);
    }
    for (Lease lease : wereOnline) {
      // For ever, until a configuration says how long the pool reserves.
      lease.since = now;
      lease.reservedUntil = Optional.of(Instant.MAX);
      table(lease.pool).left(lease);
      unsettled.computeIfAbsent(lease.pool, name -> new ArrayList<>()).add(lease);
    }
  }

  private PoolTable table(String pool) {
    return tables.computeIfAbsent(pool, name -> new PoolTable());
  }

  private void settle(AddressPool pool) {
    pools.put(pool.name(), pool);
    List<Lease> waiting = unsettled.remove(pool.name());
    if (waiting == null) {
      return;
    }
    for (Lease lease : waiting) {
      if (!lease.isOnline() && lease.reservedUntil.isPresent()) {
        lease.reservedUntil = Optional.of(lease.since.plus(pool.reserve()));
        table(pool.name()).left(lease);
      }
    }
  }

  /**
   * An address for a peer: the one it has or had, else the one it wishes, else any.
   *
   * @param from pools in order
   * @param holder uid of the peer's IKE SA, which holds the lease until {@link #release}
   * @return FULL when no pool has room, UNAVAILABLE while leases cannot be noted
   */
  public CompletionStage<Result<InetAddress>> acquire(
      List<AddressPool> from,
      Identity identity,
      boolean ipv4,
      Optional<InetAddress> wished,
      String holder) {
    StateStore notes = store.get();
    if (notes == null) {
      return failed(Outcome.unavailable("waiting for service state, which notes leases"));
    }
    Lease lease;
    synchronized (this) {
      from.forEach(this::settle);
      Optional<Lease> found = find(from, identity, ipv4, wished);
      if (found.isEmpty()) {
        return failed(Outcome.full(exhausted(from, ipv4)));
      }
      lease = found.get();
      boolean fresh = !lease.isOnline();
      lease.holders.add(holder);
      byHolder.computeIfAbsent(holder, uid -> new HashSet<>()).add(lease);
      lease.reservedUntil = Optional.empty();
      if (fresh) {
        lease.since = clock.instant();
        table(lease.pool).left(lease);
        Outcome noted = LeaseNotes.note(notes, lease);
        if (!noted.done()) {
          letGo(lease, holder, true);
          return failed(new Outcome(noted.kind(), "the lease was not noted: " + noted.reason()));
        }
      }
    }
    // Also when another IKE SA of the peer holds it: its note may be on its way to the disk still.
    return notes
        .sync()
        .handle(
            (nothing, error) -> {
              if (error == null) {
                return Result.ok(lease.address);
              }
              synchronized (this) {
                letGo(lease, holder, true);
              }
              return Result.<InetAddress>failed(
                  Outcome.unavailable("the lease may not be on the disk: " + error.getMessage()));
            });
  }

  private static CompletionStage<Result<InetAddress>> failed(Outcome why) {
    return CompletableFuture.completedFuture(Result.failed(why));
  }

  private Optional<Lease> find(
      List<AddressPool> from, Identity identity, boolean ipv4, Optional<InetAddress> wished) {
    for (AddressPool pool : from) {
      Optional<Lease> known = table(pool.name()).of(identity, ipv4);
      if (known.filter(lease -> pool.contains(lease.address)).isPresent()) {
        return known;
      }
    }
    Instant now = clock.instant();
    for (AddressPool pool : from) {
      Optional<Lease> taken = table(pool.name()).take(pool, identity, ipv4, wished, now);
      if (taken.isPresent()) {
        return taken;
      }
    }
    return Optional.empty();
  }

  private String exhausted(List<AddressPool> from, boolean ipv4) {
    StringBuilder text = new StringBuilder();
    for (AddressPool pool : from) {
      text.append(text.isEmpty() ? "" : ", ")
          .append("address pool '")
          .append(pool.name())
          .append("' (")
          .append(pool.size(ipv4))
          .append(ipv4 ? " IPv4" : " IPv6")
          .append(" addresses)");
    }
    return text + " has none left; make it larger, or lower its reserve-time";
  }

  /**
   * An IKE SA ended.
   *
   * @param goodbye its peer surely uses the address no more
   */
  public synchronized void release(String holder, boolean goodbye) {
    Set<Lease> held = byHolder.get(holder);
    if (held != null) {
      List.copyOf(held).forEach(lease -> letGo(lease, holder, goodbye));
    }
  }

  private void letGo(Lease lease, String holder, boolean goodbye) {
    Set<Lease> held = byHolder.get(holder);
    if (held == null || !held.remove(lease)) {
      return;
    }
    if (held.isEmpty()) {
      byHolder.remove(holder);
    }
    lease.holders.remove(holder);
    if (lease.isOnline()) {
      return;
    }
    lease.since = clock.instant();
    AddressPool pool = pools.get(lease.pool);
    StateStore notes = store.get();
    if (pool != null && !pool.contains(lease.address)) {
      table(lease.pool).forget(lease);
      if (notes != null) {
        LeaseNotes.forget(notes, lease);
      }
      return;
    }
    lease.reservedUntil =
        goodbye || pool == null || pool.reserve().isZero()
            ? Optional.empty()
            : Optional.of(lease.since.plus(pool.reserve()));
    table(lease.pool).left(lease);
    if (notes != null) {
      LeaseNotes.note(notes, lease);
    }
  }

  /** Every lease, of absent peers, too. */
  public synchronized List<AddressLease> list() {
    List<AddressLease> all = new ArrayList<>();
    tables.values().forEach(table -> table.all().forEach(lease -> all.add(lease.status())));
    all.sort(
        Comparator.comparing(AddressLease::pool)
            .thenComparing(a -> a.address().getAddress(), java.util.Arrays::compareUnsigned));
    return all;
  }
}
