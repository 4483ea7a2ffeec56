package io.keyway.api.sa;

/** Which way packets go, seen from the gateway. */
public enum Direction {
  /** From the wire, to be decrypted. */
  INBOUND,
  /** To the wire, to be encrypted. */
  OUTBOUND
}
