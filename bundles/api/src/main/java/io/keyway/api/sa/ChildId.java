package io.keyway.api.sa;

import java.util.Objects;

/**
 * One CHILD_SA (a pair of SAs) of one owner, or, for claims without an SA, the thing they are for.
 *
 * @param owner who answers for it
 * @param uid unique within the owner for ever (also across instances)
 * @param connection name of the tunnel child it belongs to, for people; stays across rekeys
 */
public record ChildId(Owner owner, String uid, String connection) {
  public ChildId {
    Objects.requireNonNull(owner, "owner");
    Objects.requireNonNull(uid, "uid");
    Objects.requireNonNull(connection, "connection");
  }

  @Override
  public String toString() {
    return connection + "{" + uid + "}";
  }
}
