package io.keyway.api.tunnel;

/** What happened to a tunnel or a data plane, for notifications and monitors. */
public sealed interface TunnelEvent {

  record Up(String tunnel, String detail) implements TunnelEvent {}

  record Down(String tunnel, String reason) implements TunnelEvent {}

  record Rekeyed(String tunnel, String detail) implements TunnelEvent {}

  /** An SA reached a lifetime. */
  record Expired(String tunnel, String sa, boolean hard) implements TunnelEvent {}

  record AuthenticationFailed(String gateway, String peer, String reason) implements TunnelEvent {}

  record PlaneUp(String plane) implements TunnelEvent {}

  record PlaneDown(String plane, String reason) implements TunnelEvent {}

  record PlaneRestarted(String plane, long generation, String reason) implements TunnelEvent {}
}
