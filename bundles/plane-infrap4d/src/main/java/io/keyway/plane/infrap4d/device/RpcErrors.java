package io.keyway.plane.infrap4d.device;

import io.grpc.Status;
import io.keyway.plane.infrap4d.settings.HostPort;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Turns what gRPC throws into sentences that name cause and cure. */
final class RpcErrors {

  private static final int LONGEST = 300;

  private RpcErrors() {}

  /** Not for anything that sends keys: a device may echo a request in its error text. */
  static String describe(String what, HostPort address, Duration limit, Throwable error) {
    Status status = Status.fromThrowable(error);
    Throwable root = root(error);
    if (has(error, SSLException.class) || has(error, CertificateException.class)) {
      return "TLS with infrap4d at "
          + address
          + " failed: "
          + (has(error, CertificateExpiredException.class)
              ? "a certificate has expired, "
              : has(error, CertificateNotYetValidException.class)
                  ? "a certificate is not valid yet, "
                  : "")
          + text(root.getMessage())
          + "; check the certificates' dates, tls/ca-file, tls/certificate-file and"
          + " tls/server-name";
    }
    if (root instanceof UnknownHostException) {
      return "the name of infrap4d's address " + address + " cannot be resolved";
    }
    if (root instanceof ConnectException) {
      return "cannot reach infrap4d at "
          + address
          + ": "
          + text(root.getMessage())
          + "; check that it runs and listens there";
    }
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED ->
          "infrap4d at "
              + address
              + " did not answer "
              + what
              + " within "
              + limit.toMillis()
              + " ms";
      case UNAVAILABLE ->
          "contact with infrap4d at "
              + address
              + " failed at "
              + what
              + ": "
              + text(status.getDescription())
              + "; check that it runs there and that both ends agree on TLS";
      default ->
          "infrap4d at "
              + address
              + " answered "
              + what
              + " with "
              + status.getCode()
              + (status.getDescription() == null ? "" : ": " + text(status.getDescription()));
    };
  }

  private static boolean has(Throwable error, Class<? extends Throwable> type) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static Throwable root(Throwable error) {
    Throwable t = error;
    while (t.getCause() != null && t.getCause() != t) {
      t = t.getCause();
    }
    return t;
  }

  /** One line of bounded length. */
  static String text(String message) {
    if (message == null) {
      return "no reason given";
    }
    String line = message.replaceAll("\\s+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
