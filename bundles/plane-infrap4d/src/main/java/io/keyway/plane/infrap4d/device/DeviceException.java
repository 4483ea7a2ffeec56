package io.keyway.plane.infrap4d.device;

/** The device cannot be used as a whole; the message says why and what to do. */
public final class DeviceException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Kind {
    /** No contact, or contact was lost. */
    UNREACHABLE,
    /** It answers, but runs no program, or another one. */
    NO_PIPELINE,
    /** Another controller leads. */
    NOT_PRIMARY,
    /** It answers, and does not want to. */
    REFUSED
  }

  private final Kind kind;

  public DeviceException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
