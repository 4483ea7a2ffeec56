package io.keyway.ike.message;

/** Pseudorandom function transform identifiers (RFC 7296, RFC 4868). */
public final class PrfId {
  public static final int PRF_HMAC_MD5 = 1;
  public static final int PRF_HMAC_SHA1 = 2;
  public static final int PRF_AES128_XCBC = 4;
  public static final int PRF_HMAC_SHA2_256 = 5;
  public static final int PRF_HMAC_SHA2_384 = 6;
  public static final int PRF_HMAC_SHA2_512 = 7;
  public static final int PRF_AES128_CMAC = 8;

  private PrfId() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case PRF_HMAC_MD5 -> "PRF_HMAC_MD5";
      case PRF_HMAC_SHA1 -> "PRF_HMAC_SHA1";
      case PRF_AES128_XCBC -> "PRF_AES128_XCBC";
      case PRF_HMAC_SHA2_256 -> "PRF_HMAC_SHA2_256";
      case PRF_HMAC_SHA2_384 -> "PRF_HMAC_SHA2_384";
      case PRF_HMAC_SHA2_512 -> "PRF_HMAC_SHA2_512";
      case PRF_AES128_CMAC -> "PRF_AES128_CMAC";
      default -> "PrfId " + number;
    };
  }
}
