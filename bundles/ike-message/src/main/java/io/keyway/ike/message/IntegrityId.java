package io.keyway.ike.message;

/** Integrity transform identifiers (RFC 7296, RFC 4868). */
public final class IntegrityId {
  public static final int NONE = 0;
  public static final int AUTH_HMAC_MD5_96 = 1;
  public static final int AUTH_HMAC_SHA1_96 = 2;
  public static final int AUTH_AES_XCBC_96 = 5;
  public static final int AUTH_AES_CMAC_96 = 8;
  public static final int AUTH_HMAC_SHA2_256_128 = 12;
  public static final int AUTH_HMAC_SHA2_384_192 = 13;
  public static final int AUTH_HMAC_SHA2_512_256 = 14;

  private IntegrityId() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case NONE -> "NONE";
      case AUTH_HMAC_MD5_96 -> "AUTH_HMAC_MD5_96";
      case AUTH_HMAC_SHA1_96 -> "AUTH_HMAC_SHA1_96";
      case AUTH_AES_XCBC_96 -> "AUTH_AES_XCBC_96";
      case AUTH_AES_CMAC_96 -> "AUTH_AES_CMAC_96";
      case AUTH_HMAC_SHA2_256_128 -> "AUTH_HMAC_SHA2_256_128";
      case AUTH_HMAC_SHA2_384_192 -> "AUTH_HMAC_SHA2_384_192";
      case AUTH_HMAC_SHA2_512_256 -> "AUTH_HMAC_SHA2_512_256";
      default -> "IntegrityId " + number;
    };
  }
}
