package io.keyway.plane.support.rpc;

import io.grpc.Status;
import io.keyway.plane.support.tls.PeerRefused;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Turns what gRPC throws into sentences that name cause and cure.
 *
 * @param device what is at the other end, such as {@code infrap4d}
 * @param authority where the other end says which authority it trusts, such as {@code infrap4d's
 *     ca_cert_file}
 */
public record RpcErrors(String device, String authority) {

  private static final int LONGEST = 300;

  /** Not for anything that sends keys: a device may echo a request in its error text. */
  public String describe(String what, Object address, Duration limit, Throwable error) {
    Status status = Status.fromThrowable(error);
    Throwable root = root(error);
    Optional<PeerRefused> refused = find(error, PeerRefused.class);
    if (refused.isPresent()) {
      return "TLS with " + device + " at " + address + " failed: " + refused.get().getMessage();
    }
    if (find(error, SSLException.class).isPresent()
        || find(error, CertificateException.class).isPresent()) {
      return "TLS with " + device + " at " + address + " failed: " + alert(text(root.getMessage()));
    }
    if (root instanceof UnknownHostException) {
      return "the name of " + device + "'s address " + address + " cannot be resolved";
    }
    if (root instanceof ConnectException || root instanceof FileNotFoundException) {
      return "cannot reach "
          + device
          + " at "
          + address
          + ": "
          // A UNIX socket.
          + (root instanceof FileNotFoundException
              ? "there is no such socket"
              : text(root.getMessage()))
          + "; check that it runs and listens there";
    }
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED ->
          device
              + " at "
              + address
              + " did not answer "
              + what
              + " within "
              + limit.toMillis()
              + " ms";
      case UNAVAILABLE ->
          "contact with "
              + device
              + " at "
              + address
              + " failed at "
              + what
              + ": "
              + text(status.getDescription())
              + "; check that it runs there and that both ends agree on TLS";
      default ->
          device
              + " at "
              + address
              + " answered "
              + what
              + " with "
              + status.getCode()
              + (status.getDescription() == null ? "" : ": " + text(status.getDescription()));
    };
  }

  /** What the other end's last word about our certificate means; names differ by library. */
  private String alert(String message) {
    String word = message.toLowerCase(Locale.ROOT).replace(' ', '_');
    String ours = "; tls/certificate-file and tls/private-key-file say who we are";
    if (word.contains("certificate_expired")) {
      return device + " says that our certificate has expired" + ours + " (" + message + ")";
    }
    if (word.contains("unknown_ca")) {
      return device
          + " does not know the authority of our certificate"
          + ours
          + "; "
          + authority
          + " must name that authority ("
          + message
          + ")";
    }
    if (word.contains("certificate_required")) {
      return device + " wants a certificate of ours" + ours + " (" + message + ")";
    }
    if (word.contains("bad_certificate")
        || word.contains("certificate_unknown")
        || word.contains("handshake_failure")
        || word.contains("alert_internal_error")) {
      return device
          + " does not take our certificate"
          + ours
          + "; compare its dates, and its authority with "
          + authority
          + " ("
          + message
          + ")";
    }
    return message
        + "; check that "
        + device
        + " speaks TLS there, tls/ca-file, tls/certificate-file and"
        + " tls/server-name";
  }

  private static <T extends Throwable> Optional<T> find(Throwable error, Class<T> type) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return Optional.of(type.cast(t));
      }
    }
    return Optional.empty();
  }

  private static Throwable root(Throwable error) {
    Throwable t = error;
    while (t.getCause() != null && t.getCause() != t) {
      t = t.getCause();
    }
    return t;
  }

  /** One line of bounded length. */
  public static String text(String message) {
    if (message == null) {
      return "no reason given";
    }
    String line = message.replaceAll("\\s+", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
