package io.keyway.plane.vrouter.agent;

/** A call to an agent failed; the message names the cause and the cure. */
public final class AgentException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is known of the fate of a call. */
  public enum Kind {
    /** The agent, or what stands before it, turned the call away: nothing was done. */
    REFUSED,
    /** It may or may not have been done. */
    UNKNOWN
  }

  private final Kind kind;

  public AgentException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
