package io.keyway.ike.message;

/** Authentication methods (RFC 7296 section 3.8, RFC 7427). */
public final class AuthMethod {
  public static final int RSA_SIGNATURE = 1;
  public static final int SHARED_KEY = 2;
  public static final int DSS_SIGNATURE = 3;
  public static final int ECDSA_SHA256_P256 = 9;
  public static final int ECDSA_SHA384_P384 = 10;
  public static final int ECDSA_SHA512_P521 = 11;
  public static final int NULL_AUTHENTICATION = 13;
  public static final int DIGITAL_SIGNATURE = 14;

  private AuthMethod() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case RSA_SIGNATURE -> "RSA_SIGNATURE";
      case SHARED_KEY -> "SHARED_KEY";
      case DSS_SIGNATURE -> "DSS_SIGNATURE";
      case ECDSA_SHA256_P256 -> "ECDSA_SHA256_P256";
      case ECDSA_SHA384_P384 -> "ECDSA_SHA384_P384";
      case ECDSA_SHA512_P521 -> "ECDSA_SHA512_P521";
      case NULL_AUTHENTICATION -> "NULL_AUTHENTICATION";
      case DIGITAL_SIGNATURE -> "DIGITAL_SIGNATURE";
      default -> "AuthMethod " + number;
    };
  }
}
