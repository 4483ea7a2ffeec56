package io.keyway.ike.message;

/** Payload types (RFC 7296 section 3.2, RFC 7383, RFC 8019). */
public final class PayloadType {
  public static final int NONE = 0;
  public static final int SA = 33;
  public static final int KE = 34;
  public static final int ID_I = 35;
  public static final int ID_R = 36;
  public static final int CERT = 37;
  public static final int CERTREQ = 38;
  public static final int AUTH = 39;
  public static final int NONCE = 40;
  public static final int NOTIFY = 41;
  public static final int DELETE = 42;
  public static final int VENDOR_ID = 43;
  public static final int TS_I = 44;
  public static final int TS_R = 45;
  public static final int SK = 46;
  public static final int CP = 47;
  public static final int EAP = 48;
  public static final int SKF = 53;
  public static final int PUZZLE_SOLUTION = 54;

  private PayloadType() {}

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case NONE -> "NONE";
      case SA -> "SA";
      case KE -> "KE";
      case ID_I -> "ID_I";
      case ID_R -> "ID_R";
      case CERT -> "CERT";
      case CERTREQ -> "CERTREQ";
      case AUTH -> "AUTH";
      case NONCE -> "NONCE";
      case NOTIFY -> "NOTIFY";
      case DELETE -> "DELETE";
      case VENDOR_ID -> "VENDOR_ID";
      case TS_I -> "TS_I";
      case TS_R -> "TS_R";
      case SK -> "SK";
      case CP -> "CP";
      case EAP -> "EAP";
      case SKF -> "SKF";
      case PUZZLE_SOLUTION -> "PUZZLE_SOLUTION";
      default -> "PayloadType " + number;
    };
  }
}
