package io.keyway.ike.message;

/** Key exchange methods (RFC 7296, RFC 3526, RFC 5903, RFC 8031, RFC 9370). */
public final class GroupId {
  public static final int NONE = 0;
  public static final int MODP_768 = 1;
  public static final int MODP_1024 = 2;
  public static final int MODP_1536 = 5;
  public static final int MODP_2048 = 14;
  public static final int MODP_3072 = 15;
  public static final int MODP_4096 = 16;
  public static final int MODP_6144 = 17;
  public static final int MODP_8192 = 18;
  public static final int ECP_256 = 19;
  public static final int ECP_384 = 20;
  public static final int ECP_521 = 21;
  public static final int CURVE25519 = 31;
  public static final int CURVE448 = 32;
  public static final int ML_KEM_512 = 35;
  public static final int ML_KEM_768 = 36;
  public static final int ML_KEM_1024 = 37;

  private GroupId() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case NONE -> "NONE";
      case MODP_768 -> "MODP_768";
      case MODP_1024 -> "MODP_1024";
      case MODP_1536 -> "MODP_1536";
      case MODP_2048 -> "MODP_2048";
      case MODP_3072 -> "MODP_3072";
      case MODP_4096 -> "MODP_4096";
      case MODP_6144 -> "MODP_6144";
      case MODP_8192 -> "MODP_8192";
      case ECP_256 -> "ECP_256";
      case ECP_384 -> "ECP_384";
      case ECP_521 -> "ECP_521";
      case CURVE25519 -> "CURVE25519";
      case CURVE448 -> "CURVE448";
      case ML_KEM_512 -> "ML_KEM_512";
      case ML_KEM_768 -> "ML_KEM_768";
      case ML_KEM_1024 -> "ML_KEM_1024";
      default -> "GroupId " + number;
    };
  }
}
