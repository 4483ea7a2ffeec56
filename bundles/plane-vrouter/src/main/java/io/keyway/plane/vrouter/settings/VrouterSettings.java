package io.keyway.plane.vrouter.settings;

import io.keyway.plane.support.settings.HostPort;
import io.keyway.plane.support.settings.Leaves;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.support.settings.TlsSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that is configured about one router.
 *
 * @param name of the data plane
 * @param ikeOverAgent gateway addresses of this data plane live on the router, and their IKE goes
 *     by way of the agent
 * @param takeover how long another controller that leads must be gone before this one takes the
 *     lead; zero: never, and this one takes it at its start whoever leads
 */
public record VrouterSettings(
    String name,
    Endpoint endpoint,
    TlsSettings tls,
    boolean ikeOverAgent,
    Timing timing,
    Duration takeover) {

  /** Longest path of a UNIX socket on Linux, in octets. */
  private static final int LONGEST_SOCKET = 107;

  private static final Set<String> KNOWN =
      Set.of(
          "address",
          "socket",
          "ike-over-agent",
          "rpc-timeout",
          "audit-interval",
          "takeover-after",
          "tls/enabled",
          "tls/ca-file",
          "tls/certificate-file",
          "tls/private-key-file",
          "tls/server-name",
          "tls/warn-before");

  public VrouterSettings {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(endpoint, "endpoint");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(timing, "timing");
    Objects.requireNonNull(takeover, "takeover");
  }

  public VrouterSettings withTiming(Timing value) {
    return new VrouterSettings(name, endpoint, tls, ikeOverAgent, value, takeover);
  }

  /**
   * From the leaves of the model's case {@code vrouter}.
   *
   * @throws SettingsException naming the first leaf that cannot be used
   */
  public static VrouterSettings parse(String name, Map<String, String> settings)
      throws SettingsException {
    Leaves leaves = new Leaves("vrouter", settings, KNOWN);
    Optional<String> address = leaves.text("address");
    Optional<String> socket = leaves.text("socket");
    if (address.isPresent() == socket.isPresent()) {
      throw new SettingsException(
          (address.isPresent() ? "address and socket are both set" : "address is missing")
              + "; set either address to where the agent serves gRPC, such as 192.0.2.1:50061, or"
              + " socket to the path of its UNIX socket");
    }
    Endpoint endpoint;
    TlsSettings tls;
    if (address.isPresent()) {
      HostPort where = HostPort.parse("address", address.get());
      endpoint = new Endpoint.Tcp(where);
      tls = leaves.tls(where);
      requireCertificate(tls, where);
    } else {
      endpoint = new Endpoint.Unix(socket(socket.get()));
      requireNoTls(leaves);
      tls = TlsSettings.PLAINTEXT;
    }
    return new VrouterSettings(
        name,
        endpoint,
        tls,
        leaves.flag("ike-over-agent", true),
        timing(leaves),
        Duration.ofSeconds(leaves.number("takeover-after", 0, 0, 86_400)));
  }

  /** The agent takes nobody without a certificate, so it is better said before. */
  private static void requireCertificate(TlsSettings tls, HostPort where) throws SettingsException {
    if (tls.enabled() && tls.certificateFile().isEmpty()) {
      throw new SettingsException(
          "tls/certificate-file is missing; the agent at "
              + where
              + " takes nobody without a certificate: set it, and tls/private-key-file, to ours"
              + " (PEM)");
    }
  }

  private static Path socket(String text) throws SettingsException {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new SettingsException(
          "socket '"
              + text
              + "' is not an absolute path; write for example /run/keyway/agent.sock");
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET) {
      throw new SettingsException(
          "socket '"
              + text
              + "' is longer than "
              + LONGEST_SOCKET
              + " octets, which is all that Linux takes; choose a shorter path");
    }
    return path;
  }

  private static void requireNoTls(Leaves leaves) throws SettingsException {
    for (String leaf : Set.of("tls/ca-file", "tls/certificate-file", "tls/private-key-file")) {
      if (leaves.text(leaf).isPresent()) {
        throw new SettingsException(
            leaf
                + " is set, but a UNIX socket is protected by its file mode and has no TLS; remove"
                + " it, or set address instead of socket");
      }
    }
  }

  private static Timing timing(Leaves leaves) throws SettingsException {
    Timing usual = Timing.DEFAULT;
    return new Timing(
        Duration.ofMillis(leaves.number("rpc-timeout", usual.rpc().toMillis(), 100, 600_000)),
        Duration.ofSeconds(leaves.number("audit-interval", usual.audit().toSeconds(), 1, 86_400)),
        usual.backoffFirst(),
        usual.backoffMax(),
        usual.probe());
  }
}
