package io.keyway.api.sa;

import java.net.InetAddress;
import java.util.Objects;

/** What the SAD tells those who own SAs in it. */
public sealed interface SadEvent {

  /** A lifetime was reached; soft asks for a rekey, hard for the end. */
  record Expired(ChildId child, SaId sa, boolean hard, String reason) implements SadEvent {
    public Expired {
      Objects.requireNonNull(child, "child");
    }
  }

  /**
   * The plane began a new life: every SA named is gone or must be treated so, its keys are burnt,
   * and the child needs new ones, negotiated on the living IKE SA.
   */
  record Burnt(ChildId child, String plane, Generation generation, String reason)
      implements SadEvent {
    public Burnt {
      Objects.requireNonNull(child, "child");
    }
  }

  /**
   * An authentic packet of an SA in UDP came from elsewhere than its endpoints say; nothing was
   * changed. Its source is not authentic: who sees packets can send one on from an address of his.
   */
  record PeerSeen(ChildId child, SaId sa, InetAddress address, int port) implements SadEvent {
    public PeerSeen {
      Objects.requireNonNull(child, "child");
      Objects.requireNonNull(address, "address");
    }
  }

  /** A plane can be used (again). */
  record PlaneUp(String plane, Generation generation) implements SadEvent {}

  /** A plane cannot be used for now; nothing is lost yet. */
  record PlaneDown(String plane, String reason) implements SadEvent {}
}
