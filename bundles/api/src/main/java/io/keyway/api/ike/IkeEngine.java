package io.keyway.api.ike;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.crypto.AlgorithmReport;
import io.keyway.api.ts.SelectorPair;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Negotiates. It is told which connections there should be, brings children up and down when asked
 * to, keeps what is up alive (rekey, liveness), and answers peers that initiate. Keeping tunnels up
 * after a failure is the caller's part.
 *
 * <p>Calls never block; stages complete within their timeout.
 */
public interface IkeEngine {

  /** Name of the engine, also the owner's name in SAD and SPD, such as {@code ike-native}. */
  String name();

  /**
   * Adds or replaces a connection. Living SAs that the new configuration still allows stay; what it
   * no longer names is deleted, and the peer is told.
   */
  CompletionStage<Outcome> load(ConnectionConfig connection);

  /** Removes a connection and, telling the peer, its SAs; ABSENT when there is none. */
  CompletionStage<Outcome> unload(String connection, Duration timeout);

  /** Names of the connections that are loaded. */
  List<String> connections();

  /**
   * Brings one child up, with an IKE SA if there is none. SAME when it is up already.
   *
   * @param child name of a {@link ChildConfig}
   */
  CompletionStage<ChildResult> initiate(String connection, String child, Duration timeout);

  /**
   * The same because of a packet: where it fits the child it becomes the first traffic selector of
   * each side, so that a peer that narrows knows what waits (RFC 7296 section 2.9).
   *
   * @param packet seen from our side; an engine may leave it out
   */
  default CompletionStage<ChildResult> initiate(
      String connection, String child, Optional<SelectorPair> packet, Duration timeout) {
    return initiate(connection, child, timeout);
  }

  /** Ends what the selection names, telling the peer. */
  CompletionStage<ChildResult> terminate(Selection selection, Duration timeout);

  /** Rekeys what the selection names. */
  CompletionStage<ChildResult> rekey(Selection selection, Duration timeout);

  /**
   * Sends peers to another gateway (RFC 5685): those of the selection's IKE SAs that can be sent.
   * Done when they confirmed; they go in their own time.
   *
   * @param to an address or a domain name
   */
  default CompletionStage<ChildResult> redirect(Selection selection, String to, Duration timeout) {
    return CompletableFuture.completedFuture(
        ChildResult.of(Outcome.refused("engine '" + name() + "' cannot redirect peers")));
  }

  /** Names SAs. */
  sealed interface Selection {
    /** Whether it names this IKE SA, or a child of it. */
    boolean covers(IkeSaStatus sa);

    /** Every CHILD_SA of one configured child. */
    record Child(String connection, String child) implements Selection {
      @Override
      public boolean covers(IkeSaStatus sa) {
        return sa.connection().equals(connection)
            && sa.children().stream().anyMatch(each -> each.name().equals(child));
      }
    }

    /** One CHILD_SA. */
    record ChildUid(String uid) implements Selection {
      @Override
      public boolean covers(IkeSaStatus sa) {
        return sa.children().stream().anyMatch(each -> each.uid().equals(uid));
      }
    }

    /** One IKE SA: its rekey, or its end with all its children. */
    record IkeUid(String uid) implements Selection {
      @Override
      public boolean covers(IkeSaStatus sa) {
        return sa.uid().equals(uid);
      }
    }

    /** Every IKE SA of a connection. */
    record Connection(String connection) implements Selection {
      @Override
      public boolean covers(IkeSaStatus sa) {
        return sa.connection().equals(connection);
      }
    }
  }

  /** Everything that lives now; one snapshot, many readers. */
  List<IkeSaStatus> snapshot();

  /**
   * The IKE SAs that a selection names, each with all of its children: what somebody asks who has
   * one of many thousand in mind.
   *
   * @return empty if there is none; that of a child is the one which carries it
   */
  default List<IkeSaStatus> snapshot(Selection selection) {
    return snapshot().stream().filter(selection::covers).toList();
  }

  /** Counters of the engine by name, such as {@code ike-established-initiator}. */
  Map<String, Long> counters();

  /**
   * Moves the IKE SAs of a connection, with their children, to another address of ours (RFC 4555).
   *
   * @param local one that the connection names, which is preferred from then on; empty: the
   *     configuration's order counts again, and the peer is told anew where we are
   * @return OK when the peer has confirmed it; children follow
   */
  default CompletionStage<Outcome> move(
      String connection, Optional<InetAddress> local, Duration timeout) {
    return CompletableFuture.completedFuture(
        Outcome.refused("engine '" + name() + "' moves no IKE SA by order"));
  }

  /**
   * Turns the trace of decrypted messages on for a while, or off; they are logged without keys.
   *
   * @param connection empty for all
   * @param duration zero turns it off
   * @return REFUSED from an engine that has no such trace, ABSENT when there is no such connection
   */
  default Outcome trace(Optional<String> connection, Duration duration) {
    return Outcome.refused("engine '" + name() + "' cannot trace messages; see its own log");
  }

  /** What is traced now, {@code *} for all connections, and until when. */
  default Map<String, Instant> traces() {
    return Map.of();
  }

  /**
   * Which provider computes each algorithm, for operators; the first call may test algorithms that
   * no connection needed so far, which takes up to a few seconds. Empty when an engine cannot tell.
   */
  default List<AlgorithmReport> algorithms() {
    return List.of();
  }

  /**
   * Addresses of pools that belong to peers; empty from an engine that gives none. May take long
   * with many.
   */
  default List<AddressLease> leases() {
    return List.of();
  }

  /** Subscribes to events; called on a thread of the engine, must not block. */
  Registration subscribe(Consumer<EngineEvent> listener);
}
