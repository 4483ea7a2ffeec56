package io.keyway.ike.engine.address;

import io.keyway.api.Outcome;
import io.keyway.api.ike.Identity;
import io.keyway.api.store.StateStore;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leases in the state store, one record each. Layout 1 (big-endian): online (1 octet, 0 or 1),
 * since (8, milliseconds of the epoch), length of the address (1: 4 or 16), address, number of the
 * identity's type (1), length of the pool's name (2), name in UTF-8, identity (rest).
 */
final class LeaseNotes {
  static final String OWNER = "ike-leases";
  private static final int SCHEMA = 1;

  /** Of absent peers, longer than anybody expects to find the same address again. */
  private static final Duration OLDEST = Duration.ofDays(30);

  private LeaseNotes() {}

  static Outcome note(StateStore store, Lease lease) {
    byte[] address = lease.address.getAddress();
    byte[] pool = lease.pool.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] identity = lease.identity.octets();
    ByteBuffer octets = ByteBuffer.allocate(13 + address.length + pool.length + identity.length);
    octets.put((byte) (lease.isOnline() ? 1 : 0)).putLong(lease.since.toEpochMilli());
    octets.put((byte) address.length).put(address);
    octets.put((byte) lease.identity.type().number());
    octets.putShort((short) pool.length).put(pool).put(identity);
    return store.put(new StateStore.StateRecord(OWNER, key(lease), SCHEMA, octets.array()));
  }

  static void forget(StateStore store, Lease lease) {
    store.remove(OWNER, key(lease));
  }

  private static String key(Lease lease) {
    return lease.pool + "/" + lease.address.getHostAddress();
  }

  /**
   * What an earlier life noted; leases that were in use then have no holder now.
   *
   * @param wereOnline gets those
   */
  static List<Lease> read(StateStore store, Instant now, List<Lease> wereOnline) {
    List<Lease> leases = new ArrayList<>();
    for (String key : store.keys(OWNER)) {
      Optional<StateStore.StateRecord> found = store.get(OWNER, key);
      Optional<Lease> lease =
          found.filter(r -> r.schema() == SCHEMA).flatMap(r -> parse(r.octets(), wereOnline));
      if (lease.isEmpty() || lease.get().since.plus(OLDEST).isBefore(now)) {
        if (lease.isPresent() && wereOnline.contains(lease.get())) {
          leases.add(lease.get());
        } else if (found.isPresent()) {
          store.remove(OWNER, key);
        }
      } else {
        leases.add(lease.get());
      }
    }
    return leases;
  }

  private static Optional<Lease> parse(byte[] octets, List<Lease> wereOnline) {
    try {
      ByteBuffer in = ByteBuffer.wrap(octets);
      boolean online = in.get() == 1;
      Instant since = Instant.ofEpochMilli(in.getLong());
      byte[] address = take(in, in.get());
      int type = in.get();
      String pool = new String(take(in, in.getShort()), java.nio.charset.StandardCharsets.UTF_8);
      byte[] identity = take(in, in.remaining());
      for (Identity.Type known : Identity.Type.values()) {
        if (known.number() == type) {
          Lease lease =
              new Lease(
                  pool, InetAddress.getByAddress(address), new Identity(known, identity), since);
          if (online) {
            wereOnline.add(lease);
          }
          return Optional.of(lease);
        }
      }
      return Optional.empty();
    } catch (java.nio.BufferUnderflowException
        | UnknownHostException
        | IllegalArgumentException e) {
      // A record of ours that cannot be read is worth no more than none.
      return Optional.empty();
    }
  }

  private static byte[] take(ByteBuffer in, int length) {
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("a length of " + length);
    }
    byte[] octets = new byte[length];
    in.get(octets);
    return octets;
  }
}
