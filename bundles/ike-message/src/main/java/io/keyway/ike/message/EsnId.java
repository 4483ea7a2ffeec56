package io.keyway.ike.message;

/** Extended sequence number transform identifiers (RFC 7296 section 3.3.2). */
public final class EsnId {
  public static final int NO_ESN = 0;
  public static final int ESN = 1;

  private EsnId() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case NO_ESN -> "NO_ESN";
      case ESN -> "ESN";
      default -> "EsnId " + number;
    };
  }
}
