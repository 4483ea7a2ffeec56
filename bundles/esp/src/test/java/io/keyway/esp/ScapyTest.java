package io.keyway.esp;

import static io.keyway.esp.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyway.api.sa.SaKeys;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transform against an independent implementation, in both directions. */
class ScapyTest {
  private static final int SPI = 0x0A0B0C0D;

  @TempDir static Path directory;
  private static ScapyOracle scapy;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> python = ScapyOracle.interpreter();
    if (python.isEmpty()) {
      System.err.println(
          "NOT RUN: ScapyTest, ESP against scapy in both directions; python3-scapy is not"
              + " installed (apt-get install python3-scapy)");
    }
    assumeTrue(python.isPresent(), "NOT RUN: python3-scapy is not installed");
    scapy = ScapyOracle.start(python.get(), directory);
  }

  @AfterAll
  static void stop() throws Exception {
    if (scapy != null) {
      scapy.close();
    }
  }

  /** Scapy has no AES-GMAC. */
  static Stream<EspSuite> suites() {
    return Packets.suites().filter(s -> s.construction() != EspSuite.Construction.GMAC);
  }

  /** Scapy leaves the high half out of the ICV of a separate integrity algorithm: GCM only. */
  private static boolean[] numberings(EspSuite suite) {
    return suite.construction() == EspSuite.Construction.GCM
        ? new boolean[] {false, true}
        : new boolean[] {false};
  }

  private static String request(
      String op,
      EspSuite suite,
      SaKeys keys,
      long sequence,
      boolean extended,
      String outer,
      byte[] packet) {
    String crypt =
        switch (suite.construction()) {
          case GCM -> "AES-GCM";
          case GMAC -> "AES-NULL-GMAC";
          case CHACHA20_POLY1305 -> "CHACHA20-POLY1305";
          case CBC_HMAC -> "AES-CBC";
          case NULL_HMAC -> "NULL";
        };
    String auth =
        switch (suite.integrity()) {
          case NONE -> "";
          case HMAC_SHA2_256_128 -> "SHA2-256-128";
          case HMAC_SHA2_384_192 -> "SHA2-384-192";
          case HMAC_SHA2_512_256 -> "SHA2-512-256";
        };
    return String.format(
        "{\"op\":\"%s\",\"spi\":%d,\"crypt\":\"%s\",\"key\":\"%s\",\"auth\":\"%s\",\"authKey\":\"%s\","
            + "\"seq\":%d,\"esn\":%b,%s\"packet\":\"%s\"}",
        op,
        SPI,
        crypt,
        keys.encryption().read(Packets::hex),
        auth,
        keys.integrity().read(Packets::hex),
        sequence,
        extended,
        outer,
        hex(packet));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void scapyOpensWhatWeSeal(EspSuite suite) throws Exception {
    SaKeys keys = Packets.keys(suite, 21);
    byte[] packet = Packets.ipv4(17, 0, udp(40));
    for (boolean extended : numberings(suite)) {
      long sequence = extended ? 0x3_0000_0005L : 5;
      EspSender sender = new EspSender(SPI, suite, keys, extended, new SecureRandom(), sequence);
      byte[] tunnel =
          ((SealResult.Sealed)
                  EspTunnelMode.encapsulate(
                      sender,
                      InetAddress.getByName("10.9.0.1"),
                      InetAddress.getByName("10.9.0.2"),
                      packet))
              .packet();
      String outer = "\"outer\":[\"10.9.0.1\",\"10.9.0.2\"],";
      assertThat(scapy.ask(request("open", suite, keys, sequence, extended, outer, tunnel)))
          .isEqualTo("ok " + hex(packet));
      tunnel[tunnel.length - 1] ^= 1;
      assertThat(scapy.ask(request("open", suite, keys, sequence, extended, outer, tunnel)))
          .startsWith("error IPSecIntegrityError");

      byte[] transport =
          ((SealResult.Sealed) EspTransportMode.encapsulate(sender, packet)).packet();
      assertThat(scapy.ask(request("open", suite, keys, sequence + 1, extended, "", transport)))
          .isEqualTo("ok " + hex(packet));
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void weOpenWhatScapySeals(EspSuite suite) throws Exception {
    SaKeys keys = Packets.keys(suite, 22);
    byte[] packet = Packets.ipv4(17, 0, udp(33));
    for (boolean extended : numberings(suite)) {
      EspReceiver receiver = new EspReceiver(SPI, suite, keys, extended, 64);
      String outer = "\"outer\":[\"10.9.0.1\",\"10.9.0.2\"],";
      byte[] tunnel = answer(request("seal", suite, keys, 9, extended, outer, packet));
      OpenResult first = EspTunnelMode.decapsulate(receiver, tunnel);
      assertThat(first).isInstanceOf(OpenResult.Opened.class);
      assertThat(((OpenResult.Opened) first).content()).isEqualTo(packet);
      byte[] transport = answer(request("seal", suite, keys, 10, extended, "", packet));
      OpenResult second = EspTransportMode.decapsulate(receiver, transport);
      assertThat(second).isInstanceOf(OpenResult.Opened.class);
      assertThat(((OpenResult.Opened) second).content()).isEqualTo(packet);
      transport[40] ^= 0x10;
      assertThat(
              EspTransportMode.decapsulate(
                  new EspReceiver(SPI, suite, keys, extended, 64), transport))
          .isEqualTo(new OpenResult.IntegrityFailure(10));
    }
  }

  @Test
  void ipv6TransportModeAgrees() throws Exception {
    EspSuite suite = Packets.suites().findFirst().orElseThrow();
    SaKeys keys = Packets.keys(suite, 23);
    byte[] packet = Packets.ipv6(17, udp(17));
    EspSender sender = new EspSender(SPI, suite, keys, false, new SecureRandom());
    byte[] transport = ((SealResult.Sealed) EspTransportMode.encapsulate(sender, packet)).packet();
    assertThat(scapy.ask(request("open", suite, keys, 1, false, "", transport)))
        .isEqualTo("ok " + hex(packet));
  }

  private static byte[] answer(String request) throws Exception {
    String answer = scapy.ask(request);
    assertThat(answer).startsWith("ok ");
    return hex(answer.substring(3));
  }

  /** A UDP datagram without checksum, so that scapy rebuilds it unchanged. */
  private static byte[] udp(int data) {
    byte[] udp = new byte[8 + data];
    udp[1] = 7;
    udp[3] = 9;
    udp[5] = (byte) udp.length;
    System.arraycopy(Packets.random(1, data), 0, udp, 8, data);
    return udp;
  }
}
