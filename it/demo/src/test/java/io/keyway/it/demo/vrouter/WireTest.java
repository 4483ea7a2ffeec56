package io.keyway.it.demo.vrouter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A judge that never finds anything would look just like a good wire. */
class WireTest {

  private static final String MACS = "020000000001020000000002";
  private static final String V4 = "45000040000040004011aaaac0000201c6336401";
  private static final String V6 =
      "6000000000083aff20010db800f1000000000000000000012001 0db800f20000000000000000000a"
          .replace(" ", "");

  @Test
  void knowsWhatMayBeThere() throws IOException {
    Wire.Verdict verdict =
        Wire.judge(
            capture(
                MACS + "0806" + "00".repeat(28),
                MACS + "0800" + v4(50) + "1111111100000001" + "ab".repeat(32),
                MACS + "0800" + v4(17) + "01f401f400100000" + "00".repeat(28),
                MACS + "0800" + v4(17) + "1194119400100000" + "00000000" + "11".repeat(28),
                MACS + "0800" + v4(17) + "1194119400100000" + "11111111" + "ab".repeat(28),
                MACS + "0800" + v4(1) + "0301000000000000" + v4(50) + "1111111100000001",
                MACS + "86dd" + V6 + "8700000000000000"),
            "secret words");
    assertThat(verdict.others()).isEmpty();
    assertThat(verdict.text()).isFalse();
    assertThat(verdict.kinds()).isEqualTo(Map.of("ARP", 1, "ESP", 2, "IKE", 2, "ICMP", 1, "ND", 1));
  }

  @Test
  void findsWhatIsInClear() throws IOException {
    Wire.Verdict verdict =
        Wire.judge(
            capture(
                MACS + "0800" + v4(17) + "9dd49dd400100000" + hex("my secret words"),
                MACS + "0800" + v4(6) + "00".repeat(20),
                MACS + "0800" + v4(1) + "0800000000000000" + "00".repeat(28),
                MACS + "0800" + v4(1) + "0301000000000000" + v4(6) + "1111111100000001",
                MACS + "0800" + v4(17) + "119401f400100000" + "00".repeat(8),
                MACS + "86dd" + V6 + "8000000000000000",
                MACS + "8847" + "00".repeat(20)),
            "secret words");
    assertThat(verdict.kinds()).isEmpty();
    assertThat(verdict.text()).isTrue();
    assertThat(verdict.others())
        .containsExactly(
            "UDP from port 40404 to port 40404",
            "IP protocol 6",
            "ICMP of type 8",
            "ICMP of type 3",
            "UDP from port 4500 to port 500",
            "ICMPv6 of type 128",
            "a frame of type 0x8847");
  }

  @Test
  void refusesWhatIsNoWholeCapture() throws IOException {
    byte[] good = capture(MACS + "0806" + "00".repeat(28));
    assertThatThrownBy(() -> Wire.judge(java.util.Arrays.copyOf(good, good.length - 1), "x"))
        .hasMessageContaining("ends within a frame");
    assertThatThrownBy(() -> Wire.judge(new byte[30], "x")).hasMessageContaining("no capture");
  }

  private static String v4(int protocol) {
    return V4.substring(0, 18) + "%02x".formatted(protocol) + V4.substring(20);
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] capture(String... frames) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putInt(0xa1b2c3d4).array());
    for (String frame : frames) {
      byte[] octets = HexFormat.of().parseHex(frame);
      out.write(
          ByteBuffer.allocate(16)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(0)
              .putInt(octets.length)
              .putInt(octets.length)
              .array());
      out.write(octets);
    }
    return out.toByteArray();
  }
}
