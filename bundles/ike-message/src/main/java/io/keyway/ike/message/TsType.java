package io.keyway.ike.message;

/** Traffic selector types (RFC 7296 section 3.13.1). */
public final class TsType {
  public static final int TS_IPV4_ADDR_RANGE = 7;
  public static final int TS_IPV6_ADDR_RANGE = 8;

  private TsType() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case TS_IPV4_ADDR_RANGE -> "TS_IPV4_ADDR_RANGE";
      case TS_IPV6_ADDR_RANGE -> "TS_IPV6_ADDR_RANGE";
      default -> "TsType " + number;
    };
  }
}
