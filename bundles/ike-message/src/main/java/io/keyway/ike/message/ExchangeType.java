package io.keyway.ike.message;

/** Exchange types (RFC 7296 section 3.1, RFC 5723, RFC 9242, RFC 9370). */
public final class ExchangeType {
  public static final int IKE_SA_INIT = 34;
  public static final int IKE_AUTH = 35;
  public static final int CREATE_CHILD_SA = 36;
  public static final int INFORMATIONAL = 37;
  public static final int IKE_SESSION_RESUME = 38;
  public static final int IKE_INTERMEDIATE = 43;
  public static final int IKE_FOLLOWUP_KE = 44;

  private ExchangeType() {}

  /** Whether an exchange makes an IKE SA: its messages go in clear, with message id 0. */
  public static boolean isFirst(int number) {
    return number == IKE_SA_INIT || number == IKE_SESSION_RESUME;
  }

  /** The registered name, or the bare number for one that is not known here. */
  public static String name(int number) {
    return switch (number) {
      case IKE_SA_INIT -> "IKE_SA_INIT";
      case IKE_AUTH -> "IKE_AUTH";
      case CREATE_CHILD_SA -> "CREATE_CHILD_SA";
      case INFORMATIONAL -> "INFORMATIONAL";
      case IKE_SESSION_RESUME -> "IKE_SESSION_RESUME";
      case IKE_INTERMEDIATE -> "IKE_INTERMEDIATE";
      case IKE_FOLLOWUP_KE -> "IKE_FOLLOWUP_KE";
      default -> "ExchangeType " + number;
    };
  }
}
