package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedContainer.class)
class ShellIT {
  @ParameterizedTest
  @ValueSource(strings = {"tunnels", "sas", "policies", "planes"})
  void everyListComesAsJson(String list, Container container) throws IOException {
    Shell.Output output = container.shell().run("ipsec:" + list + " --json");
    assertThat(output.status()).as(output.text()).isZero();
    assertThat(JsonParser.parseString(output.text()).isJsonArray()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "load",
        "tunnels",
        "sas",
        "policies",
        "planes",
        "initiate",
        "terminate",
        "rekey",
        "reconcile",
        "secret",
        "monitor",
        "crypto",
        "counters",
        "move",
        "trace",
        "leases",
        "redirect"
      })
  void everyCommandExplainsItself(String command, Container container) throws IOException {
    assertThat(container.shell().run("ipsec:" + command + " --help").text())
        .contains("DESCRIPTION")
        .contains("ipsec:" + command);
  }

  @ParameterizedTest
  @ValueSource(strings = {"initiate", "terminate", "rekey"})
  void anUnknownTunnelIsNamed(String command, Container container) throws IOException {
    assertThat(container.shell().run("ipsec:" + command + " no-such-tunnel").text())
        .contains("no-such-tunnel");
  }

  @Test
  void aMalformedFileIsRefusedWithItsLine(Container container) throws IOException {
    Path file = container.distribution().home().resolve("data/tmp/malformed.yaml");
    Files.writeString(file, "ipsec:\n  gateways:\n    - name: [unclosed\n");
    Shell.Output output = container.shell().run("ipsec:load " + file);
    assertThat(output.text()).containsIgnoringCase("line");
    assertThat(output.status()).isNotZero();
  }

  @Test
  void anUnknownKeyIsRefusedByName(Container container) throws IOException {
    Path file = container.distribution().home().resolve("data/tmp/unknown.yaml");
    Files.writeString(file, "ipsec:\n  gatewais:\n    - name: x\n");
    Shell.Output output = container.shell().run("ipsec:load " + file);
    assertThat(output.text()).contains("gatewais");
    assertThat(output.status()).isNotZero();
  }

  /** The jars of native providers lie in lib/boot of this container. */
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void cryptoShowsWhatNativeProvidersWereMeasuredAt(Container container) throws IOException {
    Shell.Output output = container.shell().run("ipsec:crypto");
    assertThat(output.status()).as(output.text()).isZero();
    assertThat(output.text())
        .containsPattern("(?m)^ecp384: ")
        .containsPattern("(?m)^SHA384withECDSA: ")
        .containsPattern("(?m)^Ed25519: ")
        .containsPattern("[*-] AmazonCorrettoCryptoProvider [0-9.]+: known answer, [0-9.]+ us")
        .containsPattern("(?m)^RSASSA-PSS: ")
        .containsPattern("[*-] Conscrypt [0-9.]+: known answer, [0-9.]+ us")
        .containsPattern("[*-] BC [0-9.]+: known answer, [0-9.]+ us");
    Shell.Output json = container.shell().run("ipsec:crypto --json");
    assertThat(JsonParser.parseString(json.text()).isJsonArray()).as(json.text()).isTrue();
  }
}
