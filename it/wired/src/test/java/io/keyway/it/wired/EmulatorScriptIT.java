package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.it.kit.ForeignController;
import io.keyway.protocol.p4runtime.Update;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./keyway emulator} as somebody uses it who tests another controller. */
class EmulatorScriptIT {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path PAGE = ROOT.resolve("docs/emulator.md");

  @TempDir Path directory;

  private static ProcessBuilder command(String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(ROOT.toFile());
    // Maven has built it; the script shall not start another Maven inside of this one.
    builder.environment().put("KEYWAY_BUILD", "no");
    return builder.redirectErrorStream(true);
  }

  private static String run(String... command) throws Exception {
    Process process = command(command).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aForeignControllerWritesARowAndAnSaMeetsAFaultAndNothingStaysBehind() throws Exception {
    Process emulator =
        command("./keyway", "emulator", "--listen=127.0.0.1:0", "--control=127.0.0.1:0").start();
    List<Integer> ports = new ArrayList<>();
    BufferedReader said = emulator.inputReader();
    try {
      String ready = said.readLine();
      Matcher port = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(ready);
      while (port.find()) {
        ports.add(Integer.parseInt(port.group(1)));
      }
      assertThat(ports).as(ready).hasSize(2);
      try (ForeignController controller = new ForeignController(ports.get(0), "ipsec-ss-plugin")) {
        acts(controller, "--address=127.0.0.1:" + ports.get(1));
      }
    } finally {
      // The script has become the emulator, so that there is one process to end.
      assertThat(emulator.toHandle().descendants()).isEmpty();
      emulator.toHandle().destroy();
      assertThat(emulator.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(said.lines().toList()).endsWith("stopped: emulator");
    for (int port : ports) {
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        assertThat(free.isBound()).isTrue();
      }
    }
  }

  private static void acts(ForeignController controller, String address) throws Exception {
    int spi = controller.spi();
    controller.installSa(
        "offload_id: "
            + (spi & 0xFFFFFF)
            + " direction: true req_id: 2 spi: "
            + Integer.toUnsignedString(spi)
            + " ext_seq_num: true anti_replay_window_size: 64 esp_payload { encryption {"
            + " encryption_algorithm: 0 key_len: 20 key: \""
            + "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:02:03:04\" } }");
    assertThat(run("./keyway", "emulator", "control", address, "sas"))
        .contains("in  spi=0x%08x offload-id=%d".formatted(spi, spi & 0xFFFFFF), "1 SAs");

    controller.lead();
    controller.write(List.of(row(controller, 1, spi)));
    assertThat(run("./keyway", "emulator", "control", address, "rows", "ipsec_spd"))
        .contains("dst_ip=10.2.0.1", "1 rows");

    run(
        "./keyway",
        "emulator",
        "control",
        address,
        "fault",
        "table-write",
        "fail",
        "--code=resource-exhausted");
    assertThatThrownBy(() -> controller.write(List.of(row(controller, 2, spi))))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN));
    controller.write(List.of(row(controller, 2, spi)));
  }

  private static Update row(ForeignController controller, int host, int spi) {
    return controller.row(
        "ipsec_spd",
        "ipsec_protect_set_metadata",
        List.of(ForeignController.number(0x0A020000L + host, 4), ForeignController.number(17, 1)),
        ForeignController.number(spi & 0xFFFFFF, 3));
  }

  @Test
  void everyCommandOfThePageWorks() throws Exception {
    String script = "set -euo pipefail\n" + String.join("\n", blocks());
    for (String port : List.of("9339", "9559", "9600", "9561")) {
      script = script.replace("127.0.0.1:" + port, "127.0.0.1:" + freePort());
    }
    // The page lives with the default ports, the test with free ones.
    int control = freePort();
    script =
        script
            .replace(
                "./keyway emulator > ",
                "./keyway emulator --listen=127.0.0.1:0,127.0.0.1:0 --control=127.0.0.1:"
                    + control
                    + " > ")
            .replace("emulator control ", "emulator control --address=127.0.0.1:" + control + " ");
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        command("bash", "-c", script)
            .redirectOutput(output.toFile())
            .redirectInput(new File("/dev/null"));
    builder.environment().put("TMPDIR", directory.toString());
    Process process = builder.start();
    boolean ended = process.waitFor(180, TimeUnit.SECONDS);
    List<ProcessHandle> left = process.toHandle().descendants().toList();
    left.forEach(ProcessHandle::destroy);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    assertThat(said)
        .contains("ready: emulator", "taken: 1023", "3 CLEAR", "Verification: OK", "frames: 1")
        .contains("stopped: emulator");
    assertThat(left).as("nothing runs on").isEmpty();
  }

  private static List<String> blocks() throws IOException {
    Matcher matcher =
        Pattern.compile("^```sh\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(Files.readString(PAGE));
    List<String> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    assertThat(blocks).isNotEmpty();
    return blocks;
  }
}
