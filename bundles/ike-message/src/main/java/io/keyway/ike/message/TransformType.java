package io.keyway.ike.message;

/** Transform types (RFC 7296 section 3.3.2, RFC 9370). */
public final class TransformType {
  public static final int ENCR = 1;
  public static final int PRF = 2;
  public static final int INTEG = 3;
  public static final int KE = 4;
  public static final int ESN = 5;
  public static final int ADDKE1 = 6;
  public static final int ADDKE2 = 7;
  public static final int ADDKE3 = 8;
  public static final int ADDKE4 = 9;
  public static final int ADDKE5 = 10;
  public static final int ADDKE6 = 11;
  public static final int ADDKE7 = 12;

  private TransformType() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case ENCR -> "ENCR";
      case PRF -> "PRF";
      case INTEG -> "INTEG";
      case KE -> "KE";
      case ESN -> "ESN";
      case ADDKE1 -> "ADDKE1";
      case ADDKE2 -> "ADDKE2";
      case ADDKE3 -> "ADDKE3";
      case ADDKE4 -> "ADDKE4";
      case ADDKE5 -> "ADDKE5";
      case ADDKE6 -> "ADDKE6";
      case ADDKE7 -> "ADDKE7";
      default -> "TransformType " + number;
    };
  }
}
