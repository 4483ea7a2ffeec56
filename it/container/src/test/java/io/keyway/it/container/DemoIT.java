package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyway.it.kit.SecretSearch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo as a newcomer starts it, with all logging on: what it prints, whether another program
 * decrypts its packets to what was sent, and whether it left a secret anywhere.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {

  private static final String PAYLOAD = "Sphinx of black quartz";
  private static final Path TSHARK = Path.of("/usr/bin/tshark");
  private static final Pattern KEY = Pattern.compile("\"0x([0-9a-f]{40,})\"");

  private String output;
  private Path home;
  private boolean failed;

  @TempDir static Path capture;

  @BeforeAll
  void runTheDemo() throws Exception {
    Path module = Archive.ROOT.resolve("it/demo/target");
    Path log = capture.resolve("demo.log");
    Process demo =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                module.resolve("classes") + ":" + module.resolve("lib/*"),
                "io.keyway.it.demo.Demo",
                "--archive",
                Archive.file().toString(),
                "--capture",
                capture.toString(),
                "--payload",
                PAYLOAD,
                "--debug")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    demo.getOutputStream().close();
    boolean ended = demo.waitFor(5, TimeUnit.MINUTES);
    if (!ended) {
      // Its shutdown hook ends the container that it started.
      demo.destroy();
      demo.waitFor(1, TimeUnit.MINUTES);
    }
    output = Files.readString(log);
    Matcher directory = Pattern.compile("working directory: (\\S+)").matcher(output);
    assertThat(directory.find()).as(output).isTrue();
    home = Path.of(directory.group(1));
    failed = !ended || demo.exitValue() != 0;
    assertThat(failed)
        .as("ended by itself: %s\n%s\nThe log is kept; its end:\n%s", ended, output, endOfLog())
        .isFalse();
  }

  /** Without it nobody could tell why a demo failed once in many runs. */
  private String endOfLog() throws IOException {
    Path log = home.resolve("data/log/karaf.log");
    if (!failed || !Files.exists(log)) {
      return "";
    }
    List<String> lines = Files.readAllLines(log);
    Stream<String> complaints =
        lines.stream().filter(line -> line.contains("| WARN ") || line.contains("| ERROR "));
    return Stream.concat(complaints, lines.stream().skip(Math.max(0, lines.size() - 100L)))
        .collect(Collectors.joining("\n"));
  }

  @AfterAll
  void removeWhatDebugKept() throws IOException {
    if (home == null || failed) {
      return;
    }
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void showsEveryStep() {
    assertThat(output)
        .contains("PUT /rests/data/keyway-ipsec:ipsec: HTTP 201")
        .contains("ipu-a: HELD")
        .containsPattern("ESTABLISHED +0x[0-9a-f]{16} -> 0x[0-9a-f]{16} +aes256gcm16-prfsha384")
        .contains("ipsec_spd ")
        .contains("ipsec_tx_sa_classification_table ")
        .containsPattern("outbound spi 0x[0-9a-f]{8} +index \\d+ +AES_GCM_16_256")
        .contains("10 sent, 0 lost")
        .contains("0 in clear")
        .doesNotContain("1 in clear");
  }

  @Test
  void tsharkDecryptsItsPacketsToWhatWasSent() throws Exception {
    assumeTrue(Files.isExecutable(TSHARK), "needs tshark, which ./keyway test installs as root");
    Path wire = capture.resolve("wire.pcap");
    assertThat(new String(Files.readAllBytes(wire), StandardCharsets.ISO_8859_1))
        .as("nothing on the wire is in clear")
        .doesNotContain(PAYLOAD);

    List<String> packets = tshark(wire);

    assertThat(packets).hasSize(20);
    String sent = HexFormat.of().formatHex(PAYLOAD.getBytes(StandardCharsets.UTF_8));
    assertThat(packets).allSatisfy(packet -> assertThat(packet).startsWith("1\t").endsWith(sent));
  }

  /** A line for each ESP packet: whether its tag is right, and what its datagram carries. */
  private List<String> tshark(Path wire) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                TSHARK.toString(),
                "-r",
                wire.toString(),
                "-Q",
                "-o",
                "esp.enable_encryption_decode:TRUE",
                "-o",
                "esp.enable_authentication_check:TRUE",
                "-Y",
                "esp",
                "-T",
                "fields",
                "-e",
                "esp.icv_good",
                "-e",
                "udp.payload"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("WIRESHARK_CONFIG_DIR", capture.toString());
    Path result = capture.resolve("tshark.out");
    Process tshark =
        builder
            .redirectOutput(result.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(tshark.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(tshark.exitValue()).isZero();
    return Files.readAllLines(result);
  }

  @Test
  void leavesNoSecretAnywhereThoughItLogsEverything() throws IOException {
    byte[] planted = new byte[32];
    new SecureRandom().nextBytes(planted);
    SecretSearch search = new SecretSearch().add("planted", planted);
    Path password = home.resolve("etc/keyway/admin.password");
    search.add("password", Files.readString(password).strip().getBytes(StandardCharsets.UTF_8));
    Matcher keys = KEY.matcher(Files.readString(capture.resolve("esp_sa")));
    int count = 0;
    while (keys.find()) {
      search.add("esp-" + count++, HexFormat.of().parseHex(keys.group(1)));
    }
    assertThat(count).isEqualTo(2);
    Path plant = home.resolve("data/planted.log");
    Files.writeString(plant, HexFormat.of().formatHex(planted));

    assertThat(search.below(home, SecretsIT::holdsSecretsByNature))
        .containsExactly(plant + ": planted hex");
    assertThat(search.in(output.getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(Files.readString(home.resolve("data/log/karaf.log"))).contains("DEBUG");
  }
}
