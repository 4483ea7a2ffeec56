package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.esp.EspReceiver;
import io.keyway.esp.EspSender;
import io.keyway.esp.EspSuite;
import io.keyway.esp.EspTransportMode;
import io.keyway.esp.EspTunnelMode;
import io.keyway.esp.IpPacket;
import io.keyway.esp.OpenResult;
import io.keyway.esp.SealResult;
import io.keyway.it.kit.lab.Exec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our ESP and scapy's understand each other; ours alone could be wrong in both directions. */
class EspAgainstScapyIT {

  private static final int SPI = 0xc0ffee01;
  private static final String LEFT = "172.37.1.7";
  private static final String RIGHT = "172.37.1.8";

  private final SecureRandom random = new SecureRandom();

  @BeforeEach
  void scapyIsThere() {
    assumeTrue(
        Exec.run("/usr/bin/python3", "-c", "import scapy.layers.ipsec").ok(),
        "NOT RUN: scapy is missing (apt-get install python3-scapy)");
  }

  private byte[] random(int octets) {
    byte[] result = new byte[octets];
    random.nextBytes(result);
    return result;
  }

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** UDP packets of several lengths, so that every padding occurs. */
  private static List<byte[]> packets(String from, String to) {
    List<byte[]> packets = new ArrayList<>();
    for (int length = 0; length < 36; length++) {
      byte[] text =
          ("number " + length + " " + ".".repeat(length)).getBytes(StandardCharsets.UTF_8);
      byte[] udp = new byte[8 + text.length];
      udp[1] = 9;
      udp[3] = 9;
      udp[4] = (byte) (udp.length >> 8);
      udp[5] = (byte) udp.length;
      System.arraycopy(text, 0, udp, 8, text.length);
      packets.add(
          IpPacket.ofV4(ip(from).getAddress(), ip(to).getAddress(), 17, 0, 64, false, udp)
              .toBytes());
    }
    return packets;
  }

  @ParameterizedTest
  @CsvSource({
    "AES_GCM_16_128, NONE, tunnel, false",
    "AES_GCM_16_192, NONE, tunnel, true",
    "AES_GCM_16_256, NONE, tunnel, false",
    "AES_GCM_16_256, NONE, tunnel, true",
    "AES_GCM_16_256, NONE, transport, false",
    "AES_CBC_128, HMAC_SHA2_256_128, tunnel, false",
    "AES_CBC_192, HMAC_SHA2_384_192, tunnel, true",
    "AES_CBC_256, HMAC_SHA2_512_256, transport, true",
  })
  void bothDirectionsBothModes(
      EncryptionAlgorithm encryption, IntegrityAlgorithm integrity, String mode, boolean esn) {
    byte[] key = random(encryption.keyMaterialOctets());
    byte[] mac = random(integrity.keyOctets());
    SaKeys sa =
        new SaKeys(
            HexFormat.of().toHexDigits(SPI),
            LEFT,
            RIGHT,
            mode,
            encryption.ianaId(),
            HexFormat.of().formatHex(key),
            integrity.ianaId(),
            HexFormat.of().formatHex(mac),
            esn,
            List.of(),
            List.of());
    boolean tunnel = mode.equals("tunnel");
    List<byte[]> inner = tunnel ? packets("10.1.0.1", "10.2.0.1") : packets(LEFT, RIGHT);
    EspSuite suite = EspSuite.of(encryption, integrity);
    try (io.keyway.api.sa.SaKeys keys =
        new io.keyway.api.sa.SaKeys(SecretBytes.copyOf(key), SecretBytes.copyOf(mac))) {
      EspSender sender = new EspSender(SPI, suite, keys, esn, random);
      List<byte[]> ours = inner.stream().map(p -> seal(sender, p, tunnel)).toList();
      List<String> opened = Scapy.decrypt(sa, ours);
      assertThat(opened)
          .as("scapy opens ours")
          .isEqualTo(inner.stream().map(HexFormat.of()::formatHex).toList());
      byte[] tampered = ours.get(3).clone();
      tampered[tampered.length - 20] ^= 1;
      assertThat(Scapy.decrypt(sa, List.of(tampered)).get(0))
          .startsWith("error: ")
          .contains("IPSecIntegrityError");

      EspReceiver receiver = new EspReceiver(SPI, suite, keys, esn, 64);
      List<byte[]> theirs = Scapy.encrypt(sa, inner, 1);
      List<byte[]> back = theirs.stream().map(p -> open(receiver, p, tunnel)).toList();
      assertThat(back).as("we open scapy's").containsExactlyElementsOf(inner);
    }
  }

  private static byte[] seal(EspSender sender, byte[] packet, boolean tunnel) {
    SealResult result =
        tunnel
            ? EspTunnelMode.encapsulate(sender, ip(LEFT), ip(RIGHT), packet)
            : EspTransportMode.encapsulate(sender, packet);
    assertThat(result).isInstanceOf(SealResult.Sealed.class);
    return ((SealResult.Sealed) result).packet();
  }

  private static byte[] open(EspReceiver receiver, byte[] packet, boolean tunnel) {
    OpenResult result =
        tunnel
            ? EspTunnelMode.decapsulate(receiver, packet)
            : EspTransportMode.decapsulate(receiver, packet);
    assertThat(result).isInstanceOf(OpenResult.Opened.class);
    return ((OpenResult.Opened) result).content();
  }
}
