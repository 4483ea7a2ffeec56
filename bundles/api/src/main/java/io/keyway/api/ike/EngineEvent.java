package io.keyway.api.ike;

/** What an engine tells. */
public sealed interface EngineEvent {

  String connection();

  /** An IKE SA was established, also by rekey. */
  record IkeUp(String connection, String ikeUid, String detail) implements EngineEvent {}

  /** An IKE SA ended; {@code reason} says why, in words an operator can act on. */
  record IkeDown(String connection, String ikeUid, String reason) implements EngineEvent {}

  /** A child carries traffic. */
  record ChildUp(String connection, ChildSaStatus child) implements EngineEvent {}

  /** A child was replaced by a new one without a gap. */
  record ChildRekeyed(String connection, String oldUid, ChildSaStatus child)
      implements EngineEvent {}

  /** A child ended, or could not be made; {@code childName} is the configuration's name. */
  record ChildDown(String connection, String childName, String uid, String reason)
      implements EngineEvent {}

  /** Somebody failed to prove who they are. */
  record AuthenticationFailed(String connection, String peer, String reason)
      implements EngineEvent {}
}
