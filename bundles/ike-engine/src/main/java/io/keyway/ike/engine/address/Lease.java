package io.keyway.ike.engine.address;

import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.Identity;
import java.net.InetAddress;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** One address and whose it is; guarded by {@link Leases}. */
final class Lease {
  final String pool;
  final InetAddress address;
  Identity identity;

  /** IKE SAs of the peer, by uid. None: the peer is gone. */
  final Set<String> holders = new HashSet<>();

  Instant since;

  /** While nobody holds it, until when nobody else can get it. */
  Optional<Instant> reservedUntil = Optional.empty();

  Lease(String pool, InetAddress address, Identity identity, Instant since) {
    this.pool = pool;
    this.address = address;
    this.identity = identity;
    this.since = since;
  }

  boolean isOnline() {
    return !holders.isEmpty();
  }

  boolean isIpv4() {
    return address.getAddress().length == 4;
  }

  AddressLease status() {
    return new AddressLease(
        pool,
        address,
        identity.toString(),
        isOnline(),
        since,
        reservedUntil.filter(Instant.MAX::isAfter));
  }
}
