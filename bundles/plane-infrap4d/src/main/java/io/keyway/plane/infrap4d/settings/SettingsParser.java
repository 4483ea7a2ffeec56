package io.keyway.plane.infrap4d.settings;

import io.keyway.plane.infrap4d.settings.Quirks.AlgorithmNumbers;
import io.keyway.plane.infrap4d.settings.Quirks.TunnelRows;
import io.keyway.plane.support.settings.HostPort;
import io.keyway.plane.support.settings.Leaves;
import io.keyway.plane.support.settings.SettingsException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Reads the leaves of an infrap4d. */
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

  private final Leaves leaves;

  SettingsParser(Map<String, String> leaves) throws SettingsException {
    this.leaves = new Leaves("infrap4d", leaves, KNOWN);
  }

  Infrap4dSettings parse(String name) throws SettingsException {
    String p4runtime = leaves.text("p4runtime-address").orElse(null);
    if (p4runtime == null) {
      throw new SettingsException(
          "p4runtime-address is missing; set it to where infrap4d serves P4Runtime, such as"
              + " 192.0.2.1:9559");
    }
    HostPort p4 = HostPort.parse("p4runtime-address", p4runtime);
    String gnmi = leaves.text("gnmi-address").orElse(p4runtime);
    HostPort gnmiAddress = HostPort.parse("gnmi-address", gnmi);
    return new Infrap4dSettings(
        name,
        p4,
        gnmiAddress,
        leaves.number("device-id", 1, 1, Long.MAX_VALUE),
        leaves.text("role").orElse(Infrap4dSettings.DEFAULT_ROLE),
        leaves.flag("claim-tables", true),
        (int) leaves.number("election-priority", 1, 1, Integer.MAX_VALUE),
        leaves.flag("ike-elsewhere", false),
        (int)
            leaves.number(
                "max-replay-window",
                Infrap4dSettings.DEFAULT_MAX_REPLAY_WINDOW,
                0,
                Integer.MAX_VALUE),
        leaves.tls(p4, gnmiAddress),
        quirks(),
        timing());
  }

  private Quirks quirks() throws SettingsException {
    Quirks usual = Quirks.DEFAULT;
    return new Quirks(
        leaves.flag("quirks/inbound-direction", usual.inboundDirection()),
        leaves
            .choice("quirks/spi-byte-order", "swapped", Set.of("swapped", "as-is"))
            .equals("swapped"),
        leaves
                .choice("quirks/algorithm-numbers", "device", Set.of("device", "ikev2"))
                .equals("device")
            ? AlgorithmNumbers.DEVICE
            : AlgorithmNumbers.IKEV2,
        leaves.flag("quirks/key-length-with-salt", usual.keyLengthWithSalt()),
        leaves.choice("quirks/sa-mode", "transport", Set.of("transport", "real")).equals("real"),
        leaves.number("quirks/req-id", usual.reqId(), 0, Long.MAX_VALUE),
        leaves.choice("quirks/path-keys", "name", Set.of("name", "index")).equals("index"),
        switch (leaves.choice("quirks/is-tunnel-rows", "both", Set.of("both", "zero", "one"))) {
          case "zero" -> TunnelRows.ZERO;
          case "one" -> TunnelRows.ONE;
          default -> TunnelRows.BOTH;
        });
  }

  private Timing timing() throws SettingsException {
    Timing usual = Timing.DEFAULT;
    return new Timing(
        Duration.ofMillis(leaves.number("rpc-timeout", usual.rpc().toMillis(), 100, 600_000)),
        Duration.ofSeconds(leaves.number("audit-interval", usual.audit().toSeconds(), 1, 86_400)),
        Duration.ofMillis(leaves.number("probe-interval", usual.probe().toMillis(), 100, 600_000)),
        usual.backoffFirst(),
        usual.backoffMax(),
        usual.keepAlive());
  }
}
