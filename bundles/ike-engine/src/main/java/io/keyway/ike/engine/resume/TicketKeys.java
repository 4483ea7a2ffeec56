package io.keyway.ike.engine.resume;

import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that tickets are sealed with. Another one is taken each day, and one goes as soon as no
 * ticket of it can be good any more, so that who finds the keys can open no ticket that was seen on
 * the wire before that (RFC 5723 section 9.4). They outlive the process in the state store, for the
 * tickets to be good after a restart. May be used from any thread.
 *
 * <p>Layout 1 of the record, for each key: id (8 octets), since (8, milliseconds of the epoch), key
 * (32).
 */
final class TicketKeys {
  /** How long new tickets are sealed with the same key. */
  static final Duration IN_USE = Duration.ofDays(1);

  static final int ID_OCTETS = 8;

  private static final Logger LOG = LoggerFactory.getLogger(TicketKeys.class);
  private static final String RECORD = "ticket-keys";
  private static final int SCHEMA = 1;
  private static final int KEY_OCTETS = 32;
  private static final int ENTRY_OCTETS = ID_OCTETS + 8 + KEY_OCTETS;

  /** One key with its name on the tickets. */
  record Key(long id, Instant since, SecretBytes secret) {
    /** Never the key. */
    @Override
    public String toString() {
      return "Key[" + Long.toHexString(id) + " since " + since + "]";
    }
  }

  private final String owner;
  private final SecureRandom random;
  private final Clock clock;

  /** The latest first. */
  private final Deque<Key> keys = new ArrayDeque<>();

  private StateStore store;

  TicketKeys(String owner, SecureRandom random, Clock clock) {
    this.owner = owner;
    this.random = random;
    this.clock = clock;
  }

  /** Takes the keys of an earlier life, and keeps those of this one there. */
  synchronized void use(StateStore newStore) {
    store = newStore;
    newStore
        .get(owner, RECORD)
        .filter(r -> r.schema() == SCHEMA && r.octets().length % ENTRY_OCTETS == 0)
        .ifPresent(r -> take(r.octets()));
    tidy();
    if (!keys.isEmpty()) {
      note();
    }
  }

  synchronized void forget(StateStore gone) {
    if (store == gone) {
      store = null;
    }
  }

  private void take(byte[] octets) {
    ByteBuffer in = ByteBuffer.wrap(octets);
    while (in.hasRemaining()) {
      long id = in.getLong();
      Instant since = Instant.ofEpochMilli(in.getLong());
      byte[] key = new byte[KEY_OCTETS];
      in.get(key);
      if (keys.stream().noneMatch(known -> known.id() == id)) {
        // What this life made itself meanwhile stays in front.
        keys.addLast(new Key(id, since, SecretBytes.wrap(key)));
      } else {
        Arrays.fill(key, (byte) 0);
      }
    }
    Arrays.fill(octets, (byte) 0);
  }

  /** The key for a new ticket. */
  synchronized Key latest() {
    tidy();
    Instant now = clock.instant();
    if (keys.isEmpty()
        || keys.getFirst().since().plus(IN_USE).isBefore(now)
        || keys.getFirst().since().isAfter(now)) {
      byte[] key = new byte[KEY_OCTETS];
      random.nextBytes(key);
      keys.addFirst(new Key(random.nextLong(), now, SecretBytes.wrap(key)));
      note();
    }
    return keys.getFirst();
  }

  /** The key of a ticket; empty when it is another gateway's, or too old. */
  synchronized Optional<Key> named(long id) {
    tidy();
    return keys.stream().filter(key -> key.id() == id).findFirst();
  }

  /** A key that seals no more goes when the last ticket that it sealed has expired. */
  private void tidy() {
    Instant oldest = clock.instant().minus(IN_USE).minus(Tickets.LONGEST_LIFETIME);
    keys.removeIf(
        key -> {
          boolean old = key.since().isBefore(oldest);
          if (old) {
            key.secret().close();
          }
          return old;
        });
  }

  private void note() {
    if (store == null) {
      return;
    }
    byte[] octets = new byte[keys.size() * ENTRY_OCTETS];
    ByteBuffer out = ByteBuffer.wrap(octets);
    for (Key key : keys) {
      out.putLong(key.id()).putLong(key.since().toEpochMilli());
      key.secret().copyTo(octets, out.position());
      out.position(out.position() + KEY_OCTETS);
    }
    store.put(new StateRecord(owner, RECORD, SCHEMA, octets));
    Arrays.fill(octets, (byte) 0);
    // A ticket whose key was lost costs its peer one question: no reason to wait for the disk.
    store
        .sync()
        .exceptionally(
            error -> {
              LOG.warn(
                  "tickets of session resumption will not be good after a restart: {}",
                  error.getMessage());
              return null;
            });
  }
}
