package io.keyway.plane.infrap4d.settings;

import io.keyway.plane.infrap4d.settings.Quirks.AlgorithmNumbers;
import io.keyway.plane.infrap4d.settings.Quirks.TunnelRows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads leaves as the northbound model writes them; an unknown leaf is an error, not ignored. */
final class SettingsParser {

  private static final Set<String> KNOWN =
      Set.of(
          "p4runtime-address",
          "gnmi-address",
          "device-id",
          "role",
          "claim-tables",
          "election-priority",
          "ike-elsewhere",
          "max-replay-window",
          "rpc-timeout",
          "audit-interval",
          "probe-interval",
          "tls/enabled",
          "tls/ca-file",
          "tls/certificate-file",
          "tls/private-key-file",
          "tls/server-name",
          "tls/warn-before",
          "quirks/inbound-direction",
          "quirks/spi-byte-order",
          "quirks/algorithm-numbers",
          "quirks/key-length-with-salt",
          "quirks/sa-mode",
          "quirks/req-id",
          "quirks/path-keys",
          "quirks/is-tunnel-rows");

  private final Map<String, String> leaves;

  SettingsParser(Map<String, String> leaves) {
    this.leaves = leaves;
  }

  Infrap4dSettings parse(String name) throws SettingsException {
    for (String leaf : leaves.keySet()) {
      if (!KNOWN.contains(leaf)) {
        throw new SettingsException("infrap4d has no setting '" + leaf + "'; remove it");
      }
    }
    String p4runtime = leaves.get("p4runtime-address");
    if (p4runtime == null) {
      throw new SettingsException(
          "p4runtime-address is missing; set it to where infrap4d serves P4Runtime, such as"
              + " 192.0.2.1:9559");
    }
    HostPort p4 = HostPort.parse("p4runtime-address", p4runtime);
    String gnmi = leaves.getOrDefault("gnmi-address", p4runtime);
    HostPort gnmiAddress = HostPort.parse("gnmi-address", gnmi);
    return new Infrap4dSettings(
        name,
        p4,
        gnmiAddress,
        number("device-id", 1, 1, Long.MAX_VALUE),
        leaves.getOrDefault("role", Infrap4dSettings.DEFAULT_ROLE),
        flag("claim-tables", true),
        (int) number("election-priority", 1, 1, Integer.MAX_VALUE),
        flag("ike-elsewhere", false),
        (int)
            number(
                "max-replay-window",
                Infrap4dSettings.DEFAULT_MAX_REPLAY_WINDOW,
                0,
                Integer.MAX_VALUE),
        tls(p4, gnmiAddress),
        quirks(),
        timing());
  }

  private TlsSettings tls(HostPort p4, HostPort gnmi) throws SettingsException {
    if (!flag("tls/enabled", true)) {
      if (!p4.loopback() || !gnmi.loopback()) {
        throw new SettingsException(
            "tls/enabled is false, but "
                + (p4.loopback() ? gnmi : p4)
                + " is not a loopback address: keys would cross a network in clear; enable TLS");
      }
      return TlsSettings.PLAINTEXT;
    }
    TlsSettings tls =
        new TlsSettings(
            true,
            file("tls/ca-file"),
            file("tls/certificate-file"),
            file("tls/private-key-file"),
            Optional.ofNullable(leaves.get("tls/server-name")),
            Duration.ofDays(number("tls/warn-before", TlsSettings.WARN_BEFORE.toDays(), 0, 3650)));
    if (tls.caFile().isEmpty()) {
      throw new SettingsException(
          "tls/ca-file is missing; set it to the CA certificate that signed infrap4d's certificate"
              + " (PEM), or, for a device on loopback only, set tls/enabled to false");
    }
    if (tls.certificateFile().isPresent() != tls.privateKeyFile().isPresent()) {
      throw new SettingsException(
          "tls/certificate-file and tls/private-key-file go together; set both or none");
    }
    return tls;
  }

  private Quirks quirks() throws SettingsException {
    Quirks usual = Quirks.DEFAULT;
    return new Quirks(
        flag("quirks/inbound-direction", usual.inboundDirection()),
        choice("quirks/spi-byte-order", "swapped", Set.of("swapped", "as-is")).equals("swapped"),
        choice("quirks/algorithm-numbers", "device", Set.of("device", "ikev2")).equals("device")
            ? AlgorithmNumbers.DEVICE
            : AlgorithmNumbers.IKEV2,
        flag("quirks/key-length-with-salt", usual.keyLengthWithSalt()),
        choice("quirks/sa-mode", "transport", Set.of("transport", "real")).equals("real"),
        number("quirks/req-id", usual.reqId(), 0, Long.MAX_VALUE),
        choice("quirks/path-keys", "name", Set.of("name", "index")).equals("index"),
        switch (choice("quirks/is-tunnel-rows", "both", Set.of("both", "zero", "one"))) {
          case "zero" -> TunnelRows.ZERO;
          case "one" -> TunnelRows.ONE;
          default -> TunnelRows.BOTH;
        });
  }

  private Timing timing() throws SettingsException {
    Timing usual = Timing.DEFAULT;
    return new Timing(
        Duration.ofMillis(number("rpc-timeout", usual.rpc().toMillis(), 100, 600_000)),
        Duration.ofSeconds(number("audit-interval", usual.audit().toSeconds(), 1, 86_400)),
        Duration.ofMillis(number("probe-interval", usual.probe().toMillis(), 100, 600_000)),
        usual.backoffFirst(),
        usual.backoffMax(),
        usual.keepAlive());
  }

  /**
   * A relative path starts at the container's {@code etc}. Whether the file can be read is found
   * out at every connect, for it may come later.
   */
  private Optional<Path> file(String leaf) {
    Path base = Path.of(System.getProperty("karaf.etc", ""));
    return Optional.ofNullable(leaves.get(leaf)).map(base::resolve);
  }

  private boolean flag(String leaf, boolean usual) throws SettingsException {
    return Boolean.parseBoolean(choice(leaf, Boolean.toString(usual), Set.of("true", "false")));
  }

  private String choice(String leaf, String usual, Set<String> allowed) throws SettingsException {
    String text = leaves.getOrDefault(leaf, usual);
    if (!allowed.contains(text)) {
      throw new SettingsException(
          leaf
              + " '"
              + text
              + "' is not one of "
              + String.join(", ", allowed.stream().sorted().toList()));
    }
    return text;
  }

  private long number(String leaf, long usual, long least, long most) throws SettingsException {
    String text = leaves.get(leaf);
    if (text == null) {
      return usual;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // reported below, together with numbers out of range
    }
    throw new SettingsException(leaf + " '" + text + "' is not a number in " + least + ".." + most);
  }
}
