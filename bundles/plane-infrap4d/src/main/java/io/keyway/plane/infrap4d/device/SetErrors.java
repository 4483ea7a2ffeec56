package io.keyway.plane.infrap4d.device;

import io.grpc.Status;
import io.keyway.api.Outcome;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;

/**
 * What a failed Set of an SA means. The device's own words stay out: on a parse error they contain
 * the whole message, key included.
 */
final class SetErrors {

  /** The device's phrase for "my table said no", in any of its causes. */
  private static final String DEVICE_SAID_NO = "write operations failed";

  private SetErrors() {}

  static Outcome insert(SaRef sa, Status status, Infrap4dSettings settings) {
    String where = " by infrap4d at " + settings.gnmi();
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, UNIMPLEMENTED ->
          Outcome.refused(
              sa + " was not understood" + where + " (" + status.getCode() + "); is it an E2100?");
      case FAILED_PRECONDITION, UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND ->
          Outcome.unavailable(sa + " was not taken" + where + " (" + status.getCode() + ")");
      case INTERNAL ->
          parseError(status)
              ? Outcome.refused(
                  sa + " could not be parsed" + where + "; look at the quirks of this data plane")
              : unknown(sa, status, settings);
      case UNKNOWN ->
          saidNo(status)
              ? Outcome.unavailable(
                  sa
                      + " was refused"
                      + where
                      + ": it is there already, or the table is full, or the crypto function"
                      + " failed; infrap4d does not say which, its log does")
              : unknown(sa, status, settings);
      default -> unknown(sa, status, settings);
    };
  }

  static Outcome delete(SaRef sa, Status status, Infrap4dSettings settings) {
    if (status.getCode() == Status.Code.UNKNOWN && saidNo(status)) {
      return Outcome.absent(
          sa + " was not removed by infrap4d at " + settings.gnmi() + ": not there, or it failed");
    }
    return unknown(sa, status, settings);
  }

  private static Outcome unknown(SaRef sa, Status status, Infrap4dSettings settings) {
    return Outcome.unknown(
        "the answer about "
            + sa
            + " from infrap4d at "
            + settings.gnmi()
            + " was lost ("
            + status.getCode()
            + ")");
  }

  private static boolean saidNo(Status status) {
    return status.getDescription() != null && status.getDescription().contains(DEVICE_SAID_NO);
  }

  /** The phrase, not the rest of the text. A connection that broke has INTERNAL too. */
  private static boolean parseError(Status status) {
    String text =
        status.getDescription() == null
            ? ""
            : status.getDescription().toLowerCase(java.util.Locale.ROOT);
    return text.contains("parse") || text.contains("invalid key") || text.contains("hex");
  }
}
