package io.keyway.ike.engine.resume;

import io.keyway.api.store.StateStore;
import io.keyway.ike.engine.resume.OpenedTicket.Good;
import io.keyway.ike.engine.resume.OpenedTicket.Refused;
import io.keyway.ike.engine.resume.OpenedTicket.Why;
import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tickets of ours "by value" (RFC 5723 section 6.1): the session itself, sealed for the peer to
 * keep, so that ten thousand peers cost no memory here. Octets of a ticket: version (1), id of the
 * key (8), nonce (12), then the session under AES-256-GCM with all before it as associated data,
 * and the tag (16). May be used from any thread.
 */
public final class Tickets {
  /** However long the configuration wants it. */
  public static final Duration LONGEST_LIFETIME = Duration.ofDays(1);

  private static final int NONCE_OCTETS = 12;
  private static final int TAG_BITS = 128;
  private static final int HEAD = 1 + TicketKeys.ID_OCTETS + NONCE_OCTETS;

  /** What can be no ticket of ours is not looked at. */
  private static final int LONGEST = 5000;

  private static final int MOST_SPENT = 200_000;

  private final TicketKeys keys;
  private final SpentSessions spent;
  private final SecureRandom random;
  private final Clock clock;

  /** With the name that records have in the store. */
  public Tickets(String owner, SecureRandom random, Clock clock) {
    this.random = random;
    this.clock = clock;
    keys = new TicketKeys(owner, random, clock);
    spent = new SpentSessions(clock, MOST_SPENT);
  }

  /** A store came. */
  public void use(StateStore store) {
    keys.use(store);
  }

  /** A store went. */
  public void forget(StateStore store) {
    keys.forget(store);
  }

  /**
   * Seals a session.
   *
   * @param session only looked at
   * @return empty when it does not fit into a ticket
   */
  public Optional<Octets> seal(Session session) {
    Optional<byte[]> plain = SessionFormat.write(session);
    if (plain.isEmpty()) {
      return Optional.empty();
    }
    TicketKeys.Key key = keys.latest();
    byte[] nonce = new byte[NONCE_OCTETS];
    random.nextBytes(nonce);
    byte[] head =
        ByteBuffer.allocate(HEAD)
            .put((byte) SessionFormat.VERSION)
            .putLong(key.id())
            .put(nonce)
            .array();
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, head).doFinal(plain.get());
      byte[] ticket = Arrays.copyOf(head, HEAD + sealed.length);
      System.arraycopy(sealed, 0, ticket, HEAD, sealed.length);
      return ticket.length > LONGEST ? Optional.empty() : Optional.of(Octets.copyOf(ticket));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM", e);
    } finally {
      Arrays.fill(plain.get(), (byte) 0);
    }
  }

  /** Opens what a peer presents, by its seal, its age and whether it was spent. */
  public OpenedTicket open(Octets ticket) {
    if (ticket.length() <= HEAD + TAG_BITS / 8
        || ticket.length() > LONGEST
        || ticket.at(0) != SessionFormat.VERSION) {
      return new Refused(Why.MALFORMED);
    }
    byte[] octets = ticket.toArray();
    Optional<TicketKeys.Key> key = keys.named(ByteBuffer.wrap(octets, 1, 8).getLong());
    if (key.isEmpty()) {
      return new Refused(Why.UNKNOWN_KEY);
    }
    byte[] plain;
    try {
      plain =
          cipher(Cipher.DECRYPT_MODE, key.get(), Arrays.copyOf(octets, HEAD))
              .doFinal(octets, HEAD, octets.length - HEAD);
    } catch (AEADBadTagException e) {
      return new Refused(Why.FORGED);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES-GCM", e);
    }
    Optional<Session> session = SessionFormat.read(plain);
    Arrays.fill(plain, (byte) 0);
    return session.map(this::judge).orElse(new Refused(Why.MALFORMED));
  }

  private OpenedTicket judge(Session session) {
    Optional<Why> why =
        !session.expires().isAfter(clock.instant())
            ? Optional.of(Why.EXPIRED)
            : spent.isSpent(session.uid()) ? Optional.of(Why.SPENT) : Optional.empty();
    if (why.isEmpty()) {
      return new Good(session);
    }
    session.close();
    return new Refused(why.get());
  }

  /**
   * All tickets that were granted on an IKE SA are of no use any more.
   *
   * @param until when the last of them expires
   * @return whether they were until now; true for one caller only, who may resume
   */
  public boolean spend(String uid, Instant until) {
    return spent.spend(uid, until);
  }

  /** How many IKE SAs are remembered for that. */
  public int spent() {
    return spent.size();
  }

  private static Cipher cipher(int mode, TicketKeys.Key key, byte[] head)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    GCMParameterSpec nonce =
        new GCMParameterSpec(TAG_BITS, head, 1 + TicketKeys.ID_OCTETS, NONCE_OCTETS);
    SecretKeySpec aes = key.secret().read(octets -> new SecretKeySpec(octets, "AES"));
    cipher.init(mode, aes, nonce);
    cipher.updateAAD(head);
    return cipher;
  }
}
