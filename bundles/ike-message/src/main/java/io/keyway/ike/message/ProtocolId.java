package io.keyway.ike.message;

/** Security protocol identifiers (RFC 7296 section 3.3.1). */
public final class ProtocolId {
  public static final int NONE = 0;
  public static final int IKE = 1;
  public static final int AH = 2;
  public static final int ESP = 3;

  private ProtocolId() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case NONE -> "NONE";
      case IKE -> "IKE";
      case AH -> "AH";
      case ESP -> "ESP";
      default -> "ProtocolId " + number;
    };
  }
}
