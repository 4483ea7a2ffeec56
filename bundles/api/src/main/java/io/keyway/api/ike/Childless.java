package io.keyway.api.ike;

/** Whether an IKE SA may begin without a child (RFC 6023). */
public enum Childless {
  /** Never, on neither side. */
  NEVER,
  /** A peer may; we make the first child with the IKE SA. */
  ALLOW,
  /** We do, too, with peers that can. */
  PREFER,
  /** Every IKE SA begins so; with peers that cannot there is none. */
  FORCE
}
