package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of a capture as tshark reads them: everything decrypts, every tag is right. */
class TsharkTest {
  @TempDir Path directory;

  private static boolean installed() throws InterruptedException {
    try {
      Process p =
          new ProcessBuilder("tshark", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return p.waitFor(30, TimeUnit.SECONDS) && p.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void needTshark() throws InterruptedException {
    boolean there = installed();
    if (!there) {
      System.err.println(
          "NOT RUN: TsharkTest, captures decrypted by tshark; tshark is not installed (apt-get"
              + " install tshark)");
    }
    assumeTrue(there, "NOT RUN: tshark is not installed");
  }

  private List<String> tshark(Path capture, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "tshark",
                "-r",
                capture.resolve("wire.pcap").toString(),
                "-o",
                "esp.enable_encryption_decode:TRUE",
                "-o",
                "esp.enable_authentication_check:TRUE"));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("WIRESHARK_CONFIG_DIR", capture.toString());
    builder.redirectError(directory.resolve("tshark.err").toFile());
    Process p = builder.start();
    List<String> lines = p.inputReader().lines().toList();
    assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(p.exitValue()).as(Files.readString(directory.resolve("tshark.err"))).isZero();
    return lines;
  }

  /**
   * With extended sequence numbers tshark 4.0 decrypts, but has no field for the high half that the
   * tag covers, and calls every tag incorrect; so tags are judged without ESN.
   */
  @ParameterizedTest(name = "tunnel mode {0}, ESN {1}")
  @CsvSource({"true,false", "false,false", "true,true"})
  void everyPacketOfTheWireDecryptsToWhatWasSent(boolean tunnel, boolean extended)
      throws Exception {
    needTshark();
    Path capture = directory.resolve("capture");
    try (TwoSites sites = new TwoSites(tunnel)) {
      sites.bed.wire.startCapture(capture);
      sites.hold();
      sites.prepare(tunnel, "ext_seq_num: " + extended);
      sites.protect(tunnel);
      for (int i = 0; i < 3; i++) {
        sites
            .a
            .device()
            .device()
            .transmit(Packets.udp(sites.a.host(), sites.b.host(), "from a " + i), false);
        sites
            .b
            .device()
            .device()
            .transmit(Packets.udp(sites.b.host(), sites.a.host(), "from b " + i), false);
      }
      assertThat(sites.bed.wire.stopCapture()).isEqualTo(6);
    }
    assertThat(Files.getPosixFilePermissions(capture.resolve("esp_sa")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.readAllLines(capture.resolve("esp_sa")))
        .hasSize(2)
        .allMatch(
            line ->
                line.matches(
                    "\"IPv4\",\"[0-9.]+\",\"[0-9.]+\",\"0x[0-9a-f]{8}\",\"AES-GCM with 16 octet ICV"
                        + " \\[RFC4106]\",\"0x[0-9a-f]{72}\",\"NULL\",\"0x\""));
    List<String> payloads =
        tshark(capture, "-Y", "esp && udp.dstport == 9", "-T", "fields", "-e", "udp.payload");
    assertThat(payloads).hasSize(6);
    assertThat(String.join("\n", payloads)).contains("66726f6d20612030", "66726f6d20622032");
    String details = String.join("\n", tshark(capture, "-V"));
    if (!extended) {
      assertThat(details).contains("[correct]").doesNotContain("incorrect");
    }
  }

  @Test
  void ikeDatagramsStandInTheCaptureOnce() throws Exception {
    needTshark();
    Path capture = directory.resolve("capture");
    try (Bed bed = new Bed()) {
      bed.wire.startCapture(capture);
      InetSocketAddress a = new InetSocketAddress("10.9.0.1", 500);
      InetSocketAddress b = new InetSocketAddress("10.9.0.2", 500);
      byte[] header = new byte[28];
      header[0] = 1;
      header[17] = 0x20;
      header[18] = 34;
      header[19] = 8;
      header[27] = 28;
      bed.wire.recordIke(true, a, b, false, header);
      bed.wire.recordIke(false, a, b, false, header);
      bed.wire.recordIke(true, a, b, false, header);
      bed.wire.recordIke(
          true,
          new InetSocketAddress("10.9.0.1", 4500),
          new InetSocketAddress("10.9.0.2", 4500),
          true,
          header);
      assertThat(bed.wire.stopCapture()).as("sent, sent again, and on 4500").isEqualTo(3);
    }
    assertThat(tshark(capture, "-Y", "isakmp.exchangetype == 34")).hasSize(3);
  }
}
