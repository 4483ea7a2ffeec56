package io.keyway.ike.message;

/** Encryption transform identifiers (RFC 7296 section 3.3.2, RFC 4106, RFC 5282, RFC 7634). */
public final class EncryptionId {
  public static final int ENCR_3DES = 3;
  public static final int ENCR_NULL = 11;
  public static final int ENCR_AES_CBC = 12;
  public static final int ENCR_AES_CTR = 13;
  public static final int ENCR_AES_CCM_8 = 14;
  public static final int ENCR_AES_CCM_12 = 15;
  public static final int ENCR_AES_CCM_16 = 16;
  public static final int ENCR_AES_GCM_8 = 18;
  public static final int ENCR_AES_GCM_12 = 19;
  public static final int ENCR_AES_GCM_16 = 20;
  public static final int ENCR_NULL_AUTH_AES_GMAC = 21;
  public static final int ENCR_CHACHA20_POLY1305 = 28;

  private EncryptionId() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case ENCR_3DES -> "ENCR_3DES";
      case ENCR_NULL -> "ENCR_NULL";
      case ENCR_AES_CBC -> "ENCR_AES_CBC";
      case ENCR_AES_CTR -> "ENCR_AES_CTR";
      case ENCR_AES_CCM_8 -> "ENCR_AES_CCM_8";
      case ENCR_AES_CCM_12 -> "ENCR_AES_CCM_12";
      case ENCR_AES_CCM_16 -> "ENCR_AES_CCM_16";
      case ENCR_AES_GCM_8 -> "ENCR_AES_GCM_8";
      case ENCR_AES_GCM_12 -> "ENCR_AES_GCM_12";
      case ENCR_AES_GCM_16 -> "ENCR_AES_GCM_16";
      case ENCR_NULL_AUTH_AES_GMAC -> "ENCR_NULL_AUTH_AES_GMAC";
      case ENCR_CHACHA20_POLY1305 -> "ENCR_CHACHA20_POLY1305";
      default -> "EncryptionId " + number;
    };
  }

  /** Whether the transform authenticates as well, so that no INTEG transform goes with it. */
  public static boolean isAead(int number) {
    return number >= ENCR_AES_CCM_8 && number <= ENCR_NULL_AUTH_AES_GMAC
        || number == ENCR_CHACHA20_POLY1305;
  }
}
