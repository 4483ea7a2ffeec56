package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigReaderTest {

  @Test
  void nothingAtAllIsTheDefaultDevice() {
    EmulatorConfig config = ConfigReader.read(Map.of());
    assertThat(config.listen())
        .containsExactly(
            new InetSocketAddress("127.0.0.1", 9339), new InetSocketAddress("127.0.0.1", 9559));
    assertThat(config.tls()).isEmpty();
    assertThat(config.quirks()).isEqualTo(Quirks.DEFAULT);
    assertThat(config.pipelineAtStart()).isTrue();
  }

  @Test
  void everyKeyIsRead() {
    EmulatorConfig config =
        ConfigReader.read(
            Map.ofEntries(
                Map.entry("name", "ipu-a"),
                Map.entry("site", "a"),
                Map.entry("wire", "demo"),
                Map.entry("listen", "127.0.0.1:1, [::1]:2"),
                Map.entry("control", "127.0.0.1:3"),
                Map.entry("gateway", "127.1.0.1, 127.1.1.0/24"),
                Map.entry("tls.cert", "/c"),
                Map.entry("tls.key", "/k"),
                Map.entry("tls.ca", "/ca"),
                Map.entry("capture", "/x"),
                Map.entry("quirks", "spi-swapped=false"),
                Map.entry("id-offset", "5"),
                Map.entry("pipeline", "false"),
                Map.entry("crypto-function", "false"),
                Map.entry("sad-capacity", "9")));
    assertThat(config.listen()).hasSize(2);
    assertThat(config.addresses()).hasSize(2);
    assertThat(config.tls().orElseThrow().clientCertificates())
        .isEqualTo(TlsFiles.ClientCertificates.REQUIRE_AND_VERIFY);
    assertThat(config.quirks().has(Quirk.SPI_SWAPPED)).isFalse();
    assertThat(config.quirks().has(Quirk.ROLE_FIX)).isTrue();
    assertThat(config.sadCapacity()).isEqualTo(9);
    assertThat(config.cryptoFunction()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lissten    | 127.0.0.1:1 | unknown keys",
        "listen     | 127.0.0.1   | HOST:PORT",
        "listen     | 127.0.0.1:x | HOST:PORT",
        "listen     | 0.0.0.0:1   | not loopback",
        "control    | 0.0.0.0:1   | not loopback",
        "pipeline   | maybe       | not true or false",
        "id-offset  | many        | not a number",
        "quirks     | nothing=true | no quirk is called nothing",
        "quirks     | role-fix    | NAME=true",
        "tls.cert   | /c          | go together",
        "tls.ca     | /c          | need tls.cert",
        "gateway    | gw.example  | not an IP address",
      })
  void mistakesAreNamed(String key, String value, String expected) {
    assertThatThrownBy(() -> ConfigReader.read(Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void theHelpNamesEveryKeyAndEveryQuirk() {
    String help = Help.text();
    assertThat(ConfigReader.KEYS.keySet()).allSatisfy(key -> assertThat(help).contains(key));
    for (Quirk quirk : Quirk.values()) {
      assertThat(help).contains(quirk.text());
    }
    assertThat(help).contains("unsupported yet").contains("1024 rows");
    assertThat(help.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
  }
}
