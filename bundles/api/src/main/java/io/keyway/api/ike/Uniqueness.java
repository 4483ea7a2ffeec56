package io.keyway.api.ike;

/** How many IKE SAs a peer may have on a connection, as swanctl's {@code unique} says it. */
public enum Uniqueness {
  /** Any number; INITIAL_CONTACT is neither sent nor heeded. */
  NEVER,
  /** Any number; those before go when the peer says that it knows of none (INITIAL_CONTACT). */
  NO,
  /** The first one stays, and others are refused. INITIAL_CONTACT and the same endpoint let in. */
  KEEP,
  /** The last one stays, and those before go. */
  REPLACE
}
