package io.keyway.ike.engine.log;

import java.util.Locale;

/** Reasons for failures that no notification names. Those of notifications bear their names. */
public enum Failure {
  /** A liveness check was not answered. */
  LIVENESS,
  /** Another request was not answered. */
  SILENCE,
  /** A peer did not go on after IKE_SA_INIT. */
  HALF_OPEN_EXPIRED,
  /** There is a NAT, and the connection or the plane cannot live with it. */
  NAT,
  /** No connection has the addresses of an IKE_SA_INIT. */
  NO_CONNECTION,
  /** A fault of ours. */
  INTERNAL_ERROR;

  private final String counter = "failure-" + name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** Name of its counter. */
  public String counter() {
    return counter;
  }
}
