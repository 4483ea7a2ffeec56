package io.keyway.ike.engine.resume;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tickets that gateways gave us, one for each connection: the latest. It can be taken once its
 * IKE SA was lost, by one attempt only. They outlive the process in the state store, so that it can
 * resume what it had when it was killed. May be used from any thread.
 *
 * <p>Layout 1 of a record: version of the session (1 octet), length of the ticket (2), ticket,
 * session as in a ticket of ours.
 */
public final class TicketShelf {
  private static final int SCHEMA = 1;

  private static final class Slot {
    private final HeldTicket held;
    private boolean lost;
    private boolean taken;

    Slot(HeldTicket held, boolean lost) {
      this.held = held;
      this.lost = lost;
    }
  }

  private final String owner;
  private final Clock clock;
  private final Map<String, Slot> byConnection = new HashMap<>();
  private StateStore store;

  /** With the name that records have in the store. */
  public TicketShelf(String owner, Clock clock) {
    this.owner = owner + "-tickets";
    this.clock = clock;
  }

  /** Takes what an earlier life held, whose IKE SAs are lost, and keeps there what comes. */
  public synchronized void use(StateStore newStore) {
    store = newStore;
    for (String name : newStore.keys(owner)) {
      if (byConnection.containsKey(name)) {
        continue;
      }
      Optional<HeldTicket> held =
          newStore.get(owner, name).filter(r -> r.schema() == SCHEMA).flatMap(r -> read(r));
      if (held.isPresent() && isGood(held.get())) {
        byConnection.put(name, new Slot(held.get(), true));
      } else {
        held.ifPresent(HeldTicket::close);
        newStore.remove(owner, name);
      }
    }
    byConnection.values().forEach(slot -> note(slot.held));
  }

  public synchronized void forget(StateStore gone) {
    if (store == gone) {
      store = null;
    }
  }

  private boolean isGood(HeldTicket held) {
    return held.session().expires().isAfter(clock.instant());
  }

  /** A gateway gave us a ticket; ownership passes. */
  public synchronized void put(HeldTicket held) {
    Slot before = byConnection.put(held.session().connection(), new Slot(held, false));
    close(before);
    note(held);
  }

  /** The IKE SA of this uid was lost: now its ticket is of use. */
  public synchronized void lost(String connection, String uid) {
    Slot slot = byConnection.get(connection);
    if (slot != null && slot.held.session().uid().equals(uid)) {
      slot.lost = true;
    }
  }

  /** The ticket of a lost IKE SA, for one attempt; it stays ours until {@link #spent}. */
  public synchronized Optional<HeldTicket> take(String connection) {
    Slot slot = byConnection.get(connection);
    if (slot == null || !slot.lost || slot.taken) {
      return Optional.empty();
    }
    if (!isGood(slot.held)) {
      remove(connection);
      return Optional.empty();
    }
    slot.taken = true;
    SecretBytes key = slot.held.session().skD().copy();
    return Optional.of(new HeldTicket(slot.held.ticket(), slot.held.session().with(key)));
  }

  /** The attempt came to nothing before the gateway said anything: the ticket is still good. */
  public synchronized void giveBack(HeldTicket held) {
    Slot slot = same(held);
    if (slot != null) {
      slot.taken = false;
    }
    held.close();
  }

  /** It was used, or refused. */
  public synchronized void spent(HeldTicket held) {
    if (same(held) != null) {
      remove(held.session().connection());
    }
    held.close();
  }

  private Slot same(HeldTicket held) {
    Slot slot = byConnection.get(held.session().connection());
    return slot != null && slot.held.ticket().equals(held.ticket()) ? slot : null;
  }

  /** Drops the ticket of one IKE SA, which was ended on purpose. */
  public synchronized void drop(String connection, String uid) {
    Slot slot = byConnection.get(connection);
    if (slot != null && slot.held.session().uid().equals(uid)) {
      remove(connection);
    }
  }

  /** Drops a ticket that waits for a use which there is none for any more. */
  public synchronized void dropLost(String connection) {
    Slot slot = byConnection.get(connection);
    if (slot != null && slot.lost) {
      remove(connection);
    }
  }

  /** Drops the ticket of a connection. */
  public synchronized void drop(String connection) {
    remove(connection);
  }

  /** When the ticket of an IKE SA expires; empty when there is none. */
  public synchronized Optional<Instant> until(String connection, String uid) {
    return Optional.ofNullable(byConnection.get(connection))
        .map(slot -> slot.held)
        .filter(held -> held.session().uid().equals(uid) && isGood(held))
        .map(held -> held.session().expires());
  }

  /** How many tickets are held. */
  public synchronized int size() {
    return byConnection.size();
  }

  private void remove(String connection) {
    close(byConnection.remove(connection));
    if (store != null) {
      store.remove(owner, connection);
    }
  }

  private static void close(Slot slot) {
    if (slot != null) {
      slot.held.close();
    }
  }

  private void note(HeldTicket held) {
    Optional<byte[]> session = SessionFormat.write(held.session());
    if (store == null || session.isEmpty()) {
      return;
    }
    byte[] ticket = held.ticket().toArray();
    byte[] octets = new byte[3 + ticket.length + session.get().length];
    ByteBuffer.wrap(octets)
        .put((byte) SessionFormat.VERSION)
        .putShort((short) ticket.length)
        .put(ticket)
        .put(session.get());
    store.put(new StateRecord(owner, held.session().connection(), SCHEMA, octets));
    Arrays.fill(octets, (byte) 0);
    Arrays.fill(session.get(), (byte) 0);
    // No need to wait for the disk: without it, the next life authenticates anew.
    store.sync().exceptionally(error -> null);
  }

  private static Optional<HeldTicket> read(StateRecord record) {
    byte[] octets = record.octets();
    try {
      int length = octets.length < 3 ? 0 : (octets[1] & 0xff) << 8 | octets[2] & 0xff;
      if (length == 0 || 3 + length > octets.length || octets[0] != SessionFormat.VERSION) {
        return Optional.empty();
      }
      byte[] session = Arrays.copyOfRange(octets, 3 + length, octets.length);
      Optional<HeldTicket> held =
          SessionFormat.read(session)
              .map(found -> new HeldTicket(Octets.copyOf(octets, 3, length), found));
      Arrays.fill(session, (byte) 0);
      return held;
    } finally {
      Arrays.fill(octets, (byte) 0);
    }
  }
}
