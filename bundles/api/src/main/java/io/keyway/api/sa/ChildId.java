package io.keyway.api.sa;

import java.util.Objects;

/**
 * One CHILD_SA (a pair of SAs) of one owner, or, for claims without an SA, the thing they are for.
 *
 * @param owner who answers for it
 * @param uid unique within the owner for ever (also across instances)
 * @param connection name of the tunnel child it belongs to, for people; stays across rekeys
 * @param peer the identity that the peer proved, as text; tells the children of many peers apart
 *     that share a tunnel. Empty: not known
 */
public record ChildId(Owner owner, String uid, String connection, String peer) {
  public ChildId {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(uid, "uid");
    Objects.requireNonNull(connection, "connection");
    Objects.requireNonNull(peer, "peer");
  }

  /** Of nobody in particular. */
  public ChildId(Owner owner, String uid, String connection) {
    this(owner, uid, connection, "");
  }

  /** The same of a peer. */
  public ChildId with(String proved) {
    return new ChildId(owner, uid, connection, proved);
  }

  /** Whether it may be a child of that peer: it is, or one of the two is not known. */
  public boolean mayBeOf(String somebody) {
    return peer.isEmpty() || somebody.isEmpty() || peer.equals(somebody);
  }

  @Override
  public String toString() {
    return connection + "{" + uid + "}";
  }
}
