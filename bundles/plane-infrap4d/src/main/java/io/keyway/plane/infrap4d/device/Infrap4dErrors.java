package io.keyway.plane.infrap4d.device;

import io.keyway.plane.support.rpc.RpcErrors;
import io.keyway.plane.support.settings.HostPort;
import java.time.Duration;

/** Errors of calls to infrap4d in words. */
final class Infrap4dErrors {

  private static final RpcErrors WORDS = new RpcErrors("infrap4d", "infrap4d's ca_cert_file");

  private Infrap4dErrors() {}

  /** Not for anything that sends keys: a device may echo a request in its error text. */
  static String describe(String what, HostPort address, Duration limit, Throwable error) {
    return WORDS.describe(what, address, limit, error);
  }

  /** One line of bounded length. */
  static String text(String message) {
    return RpcErrors.text(message);
  }
}
