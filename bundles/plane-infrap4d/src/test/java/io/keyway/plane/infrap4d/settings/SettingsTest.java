package io.keyway.plane.infrap4d.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.plane.support.settings.HostPort;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.support.settings.TlsSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {

  private static Infrap4dSettings parse(String... leaves) throws SettingsException {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < leaves.length; i += 2) {
      map.put(leaves[i], leaves[i + 1]);
    }
    return Infrap4dSettings.parse("ipu-1", map);
  }

  private static void refused(String reason, String... leaves) {
    assertThatThrownBy(() -> parse(leaves))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void defaultsAreThoseOfTheContract() throws SettingsException {
    Infrap4dSettings settings =
        parse("p4runtime-address", "192.0.2.9:9559", "tls/ca-file", "/etc/ca.crt");
    assertThat(settings.gnmi()).isEqualTo(settings.p4runtime());
    assertThat(settings.role()).isEqualTo("ipsec-ss-plugin");
    assertThat(settings.deviceId()).isEqualTo(1);
    assertThat(settings.quirks()).isEqualTo(Quirks.DEFAULT);
    assertThat(settings.tls().enabled()).isTrue();
    assertThat(settings.tls().caFile()).contains(Path.of("/etc/ca.crt"));
  }

  @Test
  void everyLeafIsTaken() throws SettingsException {
    Infrap4dSettings settings =
        parse(
            "p4runtime-address", "[2001:db8::1]:9559",
            "gnmi-address", "ipu.example:9339",
            "device-id", "3",
            "role", "keyway",
            "claim-tables", "false",
            "election-priority", "9",
            "ike-elsewhere", "true",
            "max-replay-window", "64",
            "rpc-timeout", "700",
            "audit-interval", "5",
            "probe-interval", "200",
            "tls/warn-before", "14",
            "tls/ca-file", "/c",
            "tls/certificate-file", "/d",
            "tls/private-key-file", "/e",
            "tls/server-name", "infrap4d.example",
            "quirks/inbound-direction", "false",
            "quirks/spi-byte-order", "as-is",
            "quirks/algorithm-numbers", "ikev2",
            "quirks/key-length-with-salt", "false",
            "quirks/sa-mode", "real",
            "quirks/req-id", "7",
            "quirks/path-keys", "index",
            "quirks/is-tunnel-rows", "zero");
    assertThat(settings.p4runtime()).isEqualTo(new HostPort("2001:db8::1", 9559));
    assertThat(settings.gnmi()).hasToString("ipu.example:9339");
    assertThat(settings.claims()).isFalse();
    assertThat(settings.timing().rpc()).hasMillis(700);
    assertThat(settings.timing().probe()).hasMillis(200);
    assertThat(settings.tls().warnBefore()).hasDays(14);
    assertThat(settings.quirks())
        .isEqualTo(
            new Quirks(
                false,
                false,
                Quirks.AlgorithmNumbers.IKEV2,
                false,
                true,
                7,
                true,
                Quirks.TunnelRows.ZERO));
  }

  @Test
  void badLeavesAreNamedWithTheCure() {
    refused("p4runtime-address is missing");
    refused("is not host:port", "p4runtime-address", "nowhere");
    refused("1..65535", "p4runtime-address", "a:70000");
    refused("tls/ca-file is missing", "p4runtime-address", "192.0.2.9:9559");
    refused("enable TLS", "p4runtime-address", "192.0.2.9:9559", "tls/enabled", "false");
    refused("no setting 'colour'", "p4runtime-address", "127.0.0.1:1", "colour", "red");
    refused(
        "as-is, swapped",
        "p4runtime-address",
        "127.0.0.1:1",
        "tls/enabled",
        "false",
        "quirks/spi-byte-order",
        "big");
    refused(
        "not a number",
        "p4runtime-address",
        "127.0.0.1:1",
        "tls/enabled",
        "false",
        "device-id",
        "0");
    refused(
        "go together",
        "p4runtime-address",
        "h:1",
        "tls/ca-file",
        "/c",
        "tls/certificate-file",
        "/d");
  }

  @Test
  void aRelativeFileStartsAtTheContainersConfiguration() throws SettingsException {
    System.setProperty("karaf.etc", "/opt/keyway/etc");
    try {
      TlsSettings tls =
          parse(
                  "p4runtime-address", "h:1",
                  "tls/ca-file", "keyway/ca.crt",
                  "tls/certificate-file", "/abs/client.crt",
                  "tls/private-key-file", "keyway/client.key")
              .tls();
      assertThat(tls.caFile()).contains(Path.of("/opt/keyway/etc/keyway/ca.crt"));
      assertThat(tls.certificateFile()).contains(Path.of("/abs/client.crt"));
    } finally {
      System.clearProperty("karaf.etc");
    }
  }

  @Test
  void plaintextIsForLoopbackOnly() throws SettingsException {
    assertThat(parse("p4runtime-address", "127.0.0.1:9559", "tls/enabled", "false").tls())
        .isEqualTo(TlsSettings.PLAINTEXT);
    refused(
        "192.0.2.1:9339",
        "p4runtime-address",
        "127.0.0.1:9559",
        "gnmi-address",
        "192.0.2.1:9339",
        "tls/enabled",
        "false");
  }
}
