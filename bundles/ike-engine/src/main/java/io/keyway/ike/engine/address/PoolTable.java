package io.keyway.ike.engine.address;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.ike.Identity;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who has which address of one pool. An identity keeps its address for as long as nobody else needs
 * it: first those are given that nobody ever had, then that whose peer is gone for longest. Nothing
 * here walks over a pool. Guarded by {@link Leases}.
 */
final class PoolTable {
  /** Addresses of absent peers that are remembered; more are given anew before unused ones. */
  private static final int MOST_REMEMBERED = 100_000;

  private record Key(Identity identity, boolean ipv4) {}

  private final Map<InetAddress, Lease> byAddress = new HashMap<>();
  private final Map<Key, Lease> byIdentity = new HashMap<>();

  /** Absent peers' that may go to others, the longest absent first; one set for each family. */
  private final Map<Boolean, Set<Lease>> free =
      Map.of(true, new LinkedHashSet<>(), false, new LinkedHashSet<>());

  /** Absent peers' that stay theirs for a while, the first to become free first. */
  private final Set<Lease> reserved = new LinkedHashSet<>();

  /** Where in each range the addresses begin that nobody had yet. */
  private final Map<TrafficSelector, InetAddress> unused = new HashMap<>();

  Collection<Lease> all() {
    return byAddress.values();
  }

  /** What an earlier life noted, or what changed hands. */
  void put(Lease lease) {
    Lease before = byAddress.put(lease.address, lease);
    if (before != null && before != lease) {
      forget(before);
      byAddress.put(lease.address, lease);
    }
    byIdentity.put(new Key(lease.identity, lease.isIpv4()), lease);
    left(lease);
  }

  /** Nobody holds it any more, or somebody does again. */
  void left(Lease lease) {
    free.get(lease.isIpv4()).remove(lease);
    reserved.remove(lease);
    if (!lease.isOnline()) {
      (lease.reservedUntil.isPresent() ? reserved : free.get(lease.isIpv4())).add(lease);
    }
  }

  void forget(Lease lease) {
    byAddress.remove(lease.address, lease);
    byIdentity.remove(new Key(lease.identity, lease.isIpv4()), lease);
    free.get(lease.isIpv4()).remove(lease);
    reserved.remove(lease);
  }

  /** The address that an identity has, or had last. */
  Optional<Lease> of(Identity identity, boolean ipv4) {
    return Optional.ofNullable(byIdentity.get(new Key(identity, ipv4)));
  }

  /**
   * An address for an identity that has none.
   *
   * @param wished given if nobody has or had it
   */
  Optional<Lease> take(
      AddressPool pool,
      Identity identity,
      boolean ipv4,
      Optional<InetAddress> wished,
      Instant now) {
    Optional<InetAddress> mine =
        wished.filter(pool::contains).filter(address -> !byAddress.containsKey(address));
    if (mine.isEmpty() && byAddress.size() < MOST_REMEMBERED) {
      mine = unused(pool, ipv4);
    }
    if (mine.isEmpty()) {
      mine = freed(pool, ipv4, now);
    }
    return mine.map(
        address -> {
          Lease lease = new Lease(pool.name(), address, identity, now);
          Optional.ofNullable(byAddress.get(address)).ifPresent(this::forget);
          byAddress.put(address, lease);
          byIdentity.put(new Key(identity, ipv4), lease);
          return lease;
        });
  }

  private Optional<InetAddress> unused(AddressPool pool, boolean ipv4) {
    for (TrafficSelector range : pool.ranges()) {
      if (range.isIpv4() != ipv4) {
        continue;
      }
      InetAddress next = unused.getOrDefault(range, range.first());
      while (range.contains(TrafficSelector.host(next)) && byAddress.containsKey(next)) {
        if (next.equals(range.last())) {
          next = null;
          break;
        }
        next = AddressPool.plus(next, 1);
      }
      if (next != null) {
        // Found again at once if it is not taken, and never looked at again if it is.
        unused.put(range, next);
        return Optional.of(next);
      }
      unused.put(range, range.last());
    }
    return Optional.empty();
  }

  private Optional<InetAddress> freed(AddressPool pool, boolean ipv4, Instant now) {
    Iterator<Lease> waiting = reserved.iterator();
    while (waiting.hasNext()) {
      Lease lease = waiting.next();
      if (lease.reservedUntil.orElseThrow().isAfter(now)) {
        break;
      }
      waiting.remove();
      lease.reservedUntil = Optional.empty();
      free.get(lease.isIpv4()).add(lease);
    }
    for (Iterator<Lease> oldest = free.get(ipv4).iterator(); oldest.hasNext(); ) {
      Lease lease = oldest.next();
      if (pool.contains(lease.address)) {
        return Optional.of(lease.address);
      }
      // The pool was cut down since: nobody can get it any more.
      oldest.remove();
      byAddress.remove(lease.address, lease);
      byIdentity.remove(new Key(lease.identity, ipv4), lease);
    }
    return Optional.empty();
  }
}
