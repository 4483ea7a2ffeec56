package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in a process of its own. */
class StandaloneTest {

  private static Process start(String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  @Test
  void itAnswersAndEndsWhenTold() throws Exception {
    Process process = start("--name=solo", "--listen=127.0.0.1:0", "--control=127.0.0.1:0");
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      assertThat(line).startsWith("ready: solo on");
      Matcher port = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(line);
      assertThat(port.find()).isTrue();
      try (RawClient client =
          new RawClient(new InetSocketAddress("127.0.0.1", Integer.parseInt(port.group(1))))) {
        assertThat(client.rxSpi()).isNotZero();
      }
    } finally {
      process.toHandle().destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void itMakesItsOwnCertificatesAndPutsEverythingAwayAtTheEnd(@TempDir Path directory)
      throws Exception {
    Path pki = directory.resolve("pki");
    Path capture = directory.resolve("capture");
    Process process =
        start(
            "--name=safe",
            "--listen=127.0.0.1:0",
            "--control=none",
            "--tls.make=" + pki,
            "--capture=" + capture);
    BufferedReader out = process.inputReader();
    try {
      String line = out.readLine();
      Matcher port = Pattern.compile("127\\.0\\.0\\.1:(\\d+)").matcher(line);
      assertThat(port.find()).as(line).isTrue();
      RawClient client =
          new RawClient(
              NettyChannelBuilder.forAddress(
                      new InetSocketAddress("127.0.0.1", Integer.parseInt(port.group(1))),
                      TlsChannelCredentials.newBuilder()
                          .trustManager(pki.resolve("ca.crt").toFile())
                          .keyManager(
                              pki.resolve("client.crt").toFile(),
                              pki.resolve("client.key").toFile())
                          .build())
                  .build());
      try (client) {
        assertThat(client.rxSpi()).isNotZero();
      }
    } finally {
      process.toHandle().destroy();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    List<String> rest = out.lines().toList();
    assertThat(rest).anySatisfy(l -> assertThat(l).contains("TLS", "require_and_verify"));
    assertThat(rest.get(rest.size() - 1)).isEqualTo("stopped: safe");
    assertThat(capture.resolve("wire.pcap")).exists();
  }

  @Test
  void helpAndMistakes() throws Exception {
    Process help = start("--help");
    assertThat(new String(help.getInputStream().readAllBytes())).contains("--KEY=VALUE");
    assertThat(help.waitFor()).isZero();
    Process wrong = start("--listen=0.0.0.0:1");
    assertThat(new String(wrong.getInputStream().readAllBytes())).contains("not loopback");
    assertThat(wrong.waitFor()).isEqualTo(2);
  }
}
