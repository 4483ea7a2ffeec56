package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.Uniqueness;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How many IKE SAs one peer may have: INITIAL_CONTACT (RFC 7296 section 2.4), and what else the
 * connection's {@code unique} says. Nothing here happens before the peer proved its identity, and
 * everything concerns IKE SAs with that identity alone. Two that both ends began at the same time
 * are left to {@link Duplicates}.
 */
final class UniquePolicy {
  /** How often it is looked whether what is replaced may go. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** As long as a peer that starts anew has for its children. */
  private static final int LOOKS = (int) Forgotten.PATIENCE.toSeconds();

  /** Whoever was heard within it lives. */
  private static final Duration FRESH = Duration.ofSeconds(5);

  private UniquePolicy() {}

  private static Uniqueness policy(IkeSa sa) {
    return sa.config().options().unique();
  }

  // --- INITIAL_CONTACT ----------------------------------------------------------------------

  /**
   * As initiator, whether we say that we know of no other IKE SA between these identities, on any
   * connection. Of several that are just being made one says it: it is true of the first only.
   */
  static boolean announces(IkeSa sa) {
    if (policy(sa) == Uniqueness.NEVER) {
      return false;
    }
    ConnectionConfig config = sa.config();
    Optional<Identity> peer = Identities.remote(config);
    // Nobody else is meant by whom we call, so a pattern's own IKE SAs are all there is to know.
    return peer.map(id -> sa.ctx().directory().isFirst(Identities.local(config), id, sa))
        .orElseGet(() -> sa.connection().sas().stream().noneMatch(o -> o.state().isEstablished()));
  }

  /** Whether the peer says so, and it counts. It belongs into the first IKE_AUTH message. */
  static boolean isInitialContact(IkeSa sa, IkeMessage first) {
    return policy(sa) != Uniqueness.NEVER && first.has(NotifyType.INITIAL_CONTACT);
  }

  // --- as responder -------------------------------------------------------------------------

  /**
   * Why a peer that proved its identity may not have this IKE SA; otherwise it is counted. Of two
   * at the same moment one is the first.
   */
  static Optional<String> refusal(IkeSa fresh, Identity peer, IkeMessage first) {
    if (policy(fresh) != Uniqueness.KEEP || isInitialContact(fresh, first)) {
      return Optional.empty();
    }
    Optional<IkeSa> holder = fresh.connection().admit(fresh, peer, o -> excludes(o, fresh));
    holder.ifPresent(UniquePolicy::askWhetherAlive);
    return holder.map(
        other ->
            "peer '"
                + peer
                + "' has an IKE SA from "
                + other.status().remote()
                + " already, and unique is keep; end that one, or set unique to replace here or to"
                + " never at one of the peer's devices");
  }

  private static boolean excludes(IkeSa other, IkeSa fresh) {
    boolean counts = other.state().isEstablished() || other.state() == IkeSa.State.CONNECTING;
    boolean crossed = other.isInitiator() && !other.life().stoodBefore(fresh.life());
    return counts && !crossed && !other.age().isReplaced() && !sameEndpoint(other, fresh);
  }

  /** Only the device that has the IKE SA comes from there: it authenticates anew. */
  private static boolean sameEndpoint(IkeSa other, IkeSa fresh) {
    return other.status().remote().equals(fresh.path().remote());
  }

  /** One that is long gone shall not keep its peer out until its next liveness check. */
  private static void askWhetherAlive(IkeSa holder) {
    holder.execute(
        () -> {
          IkeSa now = holder.successorOrSelf();
          Instant lately = now.ctx().clock().instant().minus(FRESH);
          if (now.state().isEstablished()
              && now.requests().isIdle()
              && !now.timers().heardSince(lately)) {
            now.requests().enqueue(Exchange.informational(new LivenessTask()));
          }
        });
  }

  /** The peer proved who it is on a new IKE SA: what becomes of those before. */
  static void established(IkeSa fresh, Identity peer, IkeMessage first) {
    if (isInitialContact(fresh, first)) {
      Forgotten.all(fresh, peer);
      return;
    }
    boolean one = policy(fresh) == Uniqueness.REPLACE || policy(fresh) == Uniqueness.KEEP;
    if (!one) {
      return;
    }
    for (IkeSa other : fresh.connection().withPeer(peer)) {
      if (other != fresh
          && other.state().isEstablished()
          && other.life().stoodBefore(fresh.life())) {
        other.execute(() -> begin(other.successorOrSelf(), fresh.status().remote().toString()));
      }
    }
  }

  // --- on the worker of the one that goes ---------------------------------------------------

  /**
   * It goes when its children are up on the new one, so that a peer that authenticates anew loses
   * nothing, and in any case after a while.
   */
  private static void begin(IkeSa old, String from) {
    if (!old.state().isEstablished() || old.age().isReplaced()) {
      return;
    }
    old.ctx().counters().count("ike-unique-replaced");
    String reason = "its peer made another IKE SA from " + from + " (unique)";
    IkeLog.IKE.info(old, "goes soon: {}", reason);
    old.age().setReplaced(true);
    look(old, reason, LOOKS);
  }

  private static void look(IkeSa sa, String reason, int left) {
    IkeSa old = sa.successorOrSelf();
    if (!old.state().isEstablished()) {
      return;
    }
    // A rekey may have come between.
    old.age().setReplaced(true);
    boolean covered =
        old.children().all().stream()
            .filter(child -> child.selected)
            .allMatch(child -> carriedElsewhere(old, child.name()));
    if (left == 0 || covered && !old.children().isBusy()) {
      old.life().endPolitely(reason);
    } else {
      old.after(LOOK, () -> look(old, reason, left - 1));
    }
  }

  private static boolean carriedElsewhere(IkeSa old, String child) {
    List<IkeSa> others =
        old.remoteId().stream()
            .flatMap(peer -> old.connection().withPeer(peer).stream())
            .filter(o -> o != old && o.state().isEstablished() && !o.age().isReplaced())
            .toList();
    return others.stream()
        .flatMap(o -> o.status().children().stream())
        .anyMatch(c -> c.name().equals(child) && c.state().equals(ChildSa.State.INSTALLED.name()));
  }
}
