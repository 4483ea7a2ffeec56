package io.keyway.emulator.infrap4d.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.control.ControlServer;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each command against an emulator; what the orders bring about is shown elsewhere. */
class ControlCommandsTest {
  private static final String SPD = "linux_networking_control.ipsec_spd";

  @TempDir Path directory;
  private final Wire wire = new Wire("wire", InstantSource.system());
  private Emulator device;
  private ControlServer server;

  private record Ran(int code, String out, String err) {}

  @BeforeEach
  void start() throws Exception {
    device =
        new Emulator(
            EmulatorConfig.onLoopback("a", "wire"),
            wire,
            new SecureRandom(),
            InstantSource.system());
    device.start();
    server = new ControlServer(device, new InetSocketAddress("127.0.0.1", 0));
  }

  @AfterEach
  void stop() {
    server.close();
    device.close();
    wire.stopCapture();
  }

  private Ran run(String words) {
    List<String> all = new ArrayList<>(List.of("--address=127.0.0.1:" + server.port()));
    all.addAll(List.of(words.split(" ")));
    return runAll(all);
  }

  private static Ran runAll(List<String> words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code = ControlCommands.run(words, new PrintStream(out), new PrintStream(err));
    return new Ran(code, out.toString(), err.toString());
  }

  private String ok(String words) {
    Ran ran = run(words);
    assertThat(ran.err()).as(words).isEmpty();
    assertThat(ran.code()).as(words).isZero();
    return ran.out();
  }

  @Test
  void theStateIsShown() {
    assertThat(ok("status")).contains("name         a", "pipeline     set", "padded-reads=true");
    assertThat(ok("counters")).contains("outbound-key-reinstalls 0\n");
    assertThat(ok("sas")).isEqualTo("0 SAs\n");
    assertThat(ok("rows")).isEqualTo("0 rows\n");
  }

  @Test
  void tablesAndSadFillUpAndAPipelinePushEmptiesThem() {
    assertThat(ok("fill ipsec_spd --leave=1020")).isEqualTo("taken: 4\n");
    assertThat(ok("rows " + SPD)).contains(SPD + " [", "packets=0 bytes=0", "4 rows\n");
    assertThat(ok("fill sad --leave=2")).isEqualTo("taken: 65534\n");
    long before = device.device().generation();
    assertThat(ok("push-pipeline")).isEqualTo("generation " + (before + 1) + "\n");
    assertThat(ok("rows")).isEqualTo("0 rows\n");
    assertThat(ok("fill sad --leave=2")).as("it was empty again").isEqualTo("taken: 65534\n");
    ok("clear-pipeline");
    assertThat(run("fill sad").err()).contains("no pipeline");
  }

  @Test
  void faultsAreOrderedAndForgotten() {
    ok("fault sad-insert lose-answer --sa=outbound --skip=2");
    ok("fault table-write fail --code=resource-exhausted --table=ipsec_spd --count=0");
    ok("fault spi-read zero");
    ok("fault spi-read delay --delay=500");
    assertThat(device.faults().pending()).isEqualTo(4);
    ok("clear-faults");
    assertThat(device.faults().pending()).isZero();
  }

  @Test
  void itDiesComesBackAndHides() {
    assertThat(ok("restart --no-pipeline")).startsWith("generation ");
    assertThat(ok("status")).contains("pipeline     not set");
    ok("unreachable");
    assertThat(ok("status")).contains("answers      no");
    ok("reachable");
    assertThat(ok("status")).contains("answers      yes");
  }

  @Test
  void packetsOfTheHostTellWhatBecameOfThem() {
    assertThat(ok("send 10.1.0.1 10.2.0.1 --text=hello --count=3")).isEqualTo("3 CLEAR\n");
    assertThat(ok("send 10.1.0.1 10.2.0.1 --protocol=6")).startsWith("1 CLEAR");
    assertThat(ok("delivered")).as("nobody sent anything here").isEmpty();
    assertThat(ok("expire 0xc0000001 --hard --destination=2001:db8::1"))
        .isEqualTo("subscribers told: 0\n");
  }

  @Test
  void aCaptureStartsAndStops() {
    assertThat(ok("capture " + directory)).contains("wire.pcap", "esp_sa");
    ok("send 10.1.0.1 10.2.0.1");
    assertThat(ok("capture stop")).isEqualTo("frames: 1\n");
  }

  @ParameterizedTest
  @CsvSource({
    "dance, no command",
    "fault, operation is missing",
    "fault sad-insert explode, no effect",
    "fault sad-insert fail --code=teapot, no gRPC code",
    "fault sad-insert fail --count=lots, not a number",
    "send here there, not an IPv4 address",
    "send 10.0.0.1 10.0.0.2 --protocol=256, not in 0 to 255",
    "expire, the SPI is missing",
    "status now, not understood: now",
    "status --verbose, not understood: --verbose",
    "capture, directory is missing"
  })
  void mistakesAreNamedWithTheWayOut(String words, String message) {
    Ran ran = run(words);
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains(message, "control help");
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void whatTheEmulatorRefusesIsToldByItsCode() {
    Ran ran = run("fault table-write zero");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("INVALID_ARGUMENT", "SPI_READ only");
  }

  @Test
  void anAddressWhereNobodyAnswersIsNamed() {
    String address = "--address=127.0.0.1:" + server.port();
    server.close();
    Ran ran = runAll(List.of(address, "status"));
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("no emulator answers there", "--address");
  }

  @Test
  void theHelpNamesEveryCommand() {
    String help = runAll(List.of("help")).out();
    for (Command command : Command.values()) {
      assertThat(help).contains("  " + Words.shown(command));
    }
    assertThat(help).contains("lose-answer", "stream-open").doesNotContain("unspecified");
  }
}
