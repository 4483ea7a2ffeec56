package io.keyway.esp;

import static io.keyway.esp.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.SaKeys;
import java.net.InetAddress;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EspRoundTripTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SPI = 0xC0FFEE01;
  private static final EspSuite GCM =
      EspSuite.of(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE);

  private static byte[] sealed(SealResult result) {
    assertThat(result).isInstanceOf(SealResult.Sealed.class);
    return ((SealResult.Sealed) result).packet();
  }

  private static OpenResult.Opened opened(OpenResult result) {
    assertThat(result).isInstanceOf(OpenResult.Opened.class);
    return (OpenResult.Opened) result;
  }

  @ParameterizedTest
  @MethodSource("io.keyway.esp.Packets#suites")
  void everySuiteCarriesEveryLengthInBothModes(EspSuite suite) throws Exception {
    SaKeys keys = Packets.keys(suite, 7);
    EspSender sender = new EspSender(SPI, suite, keys, false, RANDOM);
    EspReceiver receiver = new EspReceiver(SPI, suite, keys, false, 64);
    InetAddress a = InetAddress.getByName("10.9.0.1");
    InetAddress b = InetAddress.getByName("10.9.0.2");
    for (int length = 0; length < 70; length++) {
      byte[] packet = Packets.ipv4(17, 0, Packets.random(length, length));

      byte[] tunnel = sealed(EspTunnelMode.encapsulate(sender, a, b, packet));
      assertThat((tunnel.length - 20 - 8 - suite.ivOctets() - suite.icvOctets()) % 4).isZero();
      assertThat(opened(EspTunnelMode.decapsulate(receiver, tunnel)).content()).isEqualTo(packet);

      byte[] transport = sealed(EspTransportMode.encapsulate(sender, packet));
      assertThat(IpPacket.parse(transport).protocol()).isEqualTo(IpPacket.ESP);
      assertThat(opened(EspTransportMode.decapsulate(receiver, transport)).content())
          .isEqualTo(packet);
    }
  }

  @Test
  void ipv6GoesThroughBothModesAndThroughAnIpv4Tunnel() throws Exception {
    SaKeys keys = Packets.keys(GCM, 1);
    EspSender sender = new EspSender(SPI, GCM, keys, true, RANDOM);
    EspReceiver receiver = new EspReceiver(SPI, GCM, keys, true, 64);
    byte[] packet = Packets.ipv6(17, Packets.random(3, 33));
    byte[] transport = sealed(EspTransportMode.encapsulate(sender, packet));
    assertThat(opened(EspTransportMode.decapsulate(receiver, transport)).content())
        .isEqualTo(packet);
    byte[] four =
        sealed(
            EspTunnelMode.encapsulate(
                sender,
                InetAddress.getByName("10.9.0.1"),
                InetAddress.getByName("10.9.0.2"),
                packet));
    OpenResult.Opened inFour = opened(EspTunnelMode.decapsulate(receiver, four));
    assertThat(inFour.content()).isEqualTo(packet);
    assertThat(inFour.nextHeader()).isEqualTo(IpPacket.IPV6);
    byte[] six =
        sealed(
            EspTunnelMode.encapsulate(
                sender,
                InetAddress.getByName("2001:db8::1"),
                InetAddress.getByName("2001:db8::2"),
                Packets.ipv4(6, 0, new byte[9])));
    assertThat(opened(EspTunnelMode.decapsulate(receiver, six)).nextHeader())
        .isEqualTo(IpPacket.IPV4);
  }

  @ParameterizedTest
  @MethodSource("io.keyway.esp.Packets#suites")
  void everyFlippedBitIsNoticed(EspSuite suite) {
    SaKeys keys = Packets.keys(suite, 9);
    byte[] packet =
        sealed(new EspSender(SPI, suite, keys, true, RANDOM).seal(Packets.random(2, 21), 17));
    // From the sequence number on: a flipped SPI is somebody else's packet.
    for (int bit = 32; bit < packet.length * 8; bit++) {
      EspReceiver receiver = new EspReceiver(SPI, suite, keys, true, 64);
      byte[] bad = packet.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(receiver.open(bad))
          .as("bit %d", bit)
          .isInstanceOfAny(OpenResult.IntegrityFailure.class, OpenResult.Replayed.class);
      assertThat(receiver.topSequence()).as("a forgery must not move the window").isZero();
      opened(receiver.open(packet));
    }
  }

  @Test
  void aReplayedPacketIsNamedAndAnOldOneToo() {
    SaKeys keys = Packets.keys(GCM, 3);
    EspSender sender = new EspSender(SPI, GCM, keys, false, RANDOM);
    EspReceiver receiver = new EspReceiver(SPI, GCM, keys, false, 32);
    byte[] first = sealed(sender.seal(new byte[10], 17));
    for (int i = 0; i < 40; i++) {
      opened(receiver.open(sealed(sender.seal(new byte[10], 17))));
    }
    byte[] last = sealed(sender.seal(new byte[10], 17));
    opened(receiver.open(last));
    assertThat(receiver.open(last)).isEqualTo(new OpenResult.Replayed(42));
    assertThat(receiver.open(first)).isEqualTo(new OpenResult.Replayed(1));
  }

  @Test
  void theHighHalfIsPartOfTheIntegrityCheck() {
    for (EspSuite suite : Packets.suites().toList()) {
      SaKeys keys = Packets.keys(suite, 4);
      byte[] later =
          sealed(
              new EspSender(SPI, suite, keys, true, RANDOM, 0x1_0000_0001L).seal(new byte[10], 17));
      assertThat(new EspReceiver(SPI, suite, keys, true, 64).open(later))
          .as("high half 1 where 0 is expected, %s", suite)
          .isEqualTo(new OpenResult.IntegrityFailure(1));
    }
  }

  @Test
  void extendedNumbersRunOnAcross32Bits() {
    SaKeys keys = Packets.keys(GCM, 5);
    EspSender sender = new EspSender(SPI, GCM, keys, true, RANDOM, 0xFFFFFF00L);
    EspReceiver receiver = new EspReceiver(SPI, GCM, keys, true, 64);
    byte[] held = null;
    for (long s = 0xFFFFFF00L; s <= 0x1_0000_0003L; s++) {
      byte[] packet = sealed(sender.seal(new byte[4], 17));
      if (s == 0xFFFFFFFFL) {
        held = packet;
        continue;
      }
      assertThat(opened(receiver.open(packet)).sequence()).isEqualTo(s);
    }
    assertThat(opened(receiver.open(held)).sequence()).as("late, but new").isEqualTo(0xFFFFFFFFL);
    assertThat(receiver.open(held)).isEqualTo(new OpenResult.Replayed(0xFFFFFFFFL));
  }

  @Test
  void theCounterNeverCycles() {
    SaKeys keys = Packets.keys(GCM, 6);
    EspSender plain = new EspSender(SPI, GCM, keys, false, RANDOM, 0xFFFFFFFFL);
    sealed(plain.seal(new byte[4], 17));
    assertThat(plain.seal(new byte[4], 17)).isEqualTo(new SealResult.SequenceExhausted());
    assertThat(plain.seal(new byte[4], 17)).isEqualTo(new SealResult.SequenceExhausted());
    EspSender extended = new EspSender(SPI, GCM, keys, true, RANDOM, -1L);
    sealed(extended.seal(new byte[4], 17));
    assertThat(extended.seal(new byte[4], 17)).isEqualTo(new SealResult.SequenceExhausted());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 16, 31, 32, 33})
  void shortPacketsAreMalformedNotAnException(int length) {
    EspReceiver receiver = new EspReceiver(SPI, GCM, Packets.keys(GCM, 1), false, 64);
    assertThat(receiver.open(new byte[length])).isInstanceOf(OpenResult.Malformed.class);
  }

  @Test
  void anotherSpiIsNamed() {
    SaKeys keys = Packets.keys(GCM, 1);
    byte[] packet = sealed(new EspSender(77, GCM, keys, false, RANDOM).seal(new byte[4], 17));
    assertThat(new EspReceiver(SPI, GCM, keys, false, 64).open(packet))
        .isEqualTo(new OpenResult.WrongSpi(77));
  }

  @Test
  void aDummyPacketIsRecognised() {
    SaKeys keys = Packets.keys(GCM, 1);
    byte[] packet = sealed(new EspSender(SPI, GCM, keys, false, RANDOM).seal(new byte[4], 59));
    assertThat(new EspReceiver(SPI, GCM, keys, false, 64).open(packet))
        .isEqualTo(new OpenResult.Dummy(1));
  }

  @Test
  void paddingThatDoesNotCountUpIsMalformed() {
    SaKeys keys = Packets.keys(GCM, 1);
    PacketCipher cipher = PacketCipher.of(GCM, keys, false, RANDOM);
    byte[] packet = new byte[8 + 8 + 8 + 16];
    PacketCipher.putInt(packet, 0, SPI);
    PacketCipher.putInt(packet, 4, 1);
    System.arraycopy(hex("aabb" + "01020305" + "0411"), 0, packet, 16, 8);
    cipher.seal(packet, 1);
    assertThat(new EspReceiver(SPI, GCM, keys, false, 64).open(packet))
        .isInstanceOf(OpenResult.Malformed.class);
  }

  @Test
  void aPadLengthBeyondTheBodyIsMalformed() {
    SaKeys keys = Packets.keys(GCM, 1);
    PacketCipher cipher = PacketCipher.of(GCM, keys, false, RANDOM);
    byte[] packet = new byte[8 + 8 + 4 + 16];
    PacketCipher.putInt(packet, 0, SPI);
    PacketCipher.putInt(packet, 4, 1);
    System.arraycopy(hex("0102ff11"), 0, packet, 16, 4);
    cipher.seal(packet, 1);
    assertThat(new EspReceiver(SPI, GCM, keys, false, 64).open(packet))
        .isInstanceOf(OpenResult.Malformed.class);
  }

  @Test
  void fragmentsAndOversizeAreRefused() throws Exception {
    EspSender sender = new EspSender(SPI, GCM, Packets.keys(GCM, 1), false, RANDOM);
    byte[] fragment = Packets.ipv4(17, 0, new byte[8]);
    fragment[6] = 0x20;
    fragment[10] = 0;
    fragment[11] = 0;
    int sum = 0;
    for (int i = 0; i < 20; i += 2) {
      sum += (fragment[i] & 0xFF) << 8 | fragment[i + 1] & 0xFF;
    }
    sum = ~((sum & 0xFFFF) + (sum >>> 16)) & 0xFFFF;
    fragment[10] = (byte) (sum >>> 8);
    fragment[11] = (byte) sum;
    assertThat(EspTransportMode.encapsulate(sender, fragment))
        .isInstanceOf(SealResult.Refused.class);
    assertThat(
            EspTunnelMode.encapsulate(
                sender,
                InetAddress.getByName("10.9.0.1"),
                InetAddress.getByName("10.9.0.2"),
                Packets.ipv4(17, 0, new byte[65500])))
        .isInstanceOf(SealResult.Refused.class);
    assertThat(sender.lastSequence()).as("a refusal uses no number").isZero();
  }

  @Test
  void congestionMarksSurviveTheTunnel() throws Exception {
    SaKeys keys = Packets.keys(GCM, 1);
    EspSender sender = new EspSender(SPI, GCM, keys, false, RANDOM);
    EspReceiver receiver = new EspReceiver(SPI, GCM, keys, false, 64);
    InetAddress a = InetAddress.getByName("10.9.0.1");
    InetAddress b = InetAddress.getByName("10.9.0.2");
    byte[] capable =
        sealed(EspTunnelMode.encapsulate(sender, a, b, Packets.ipv4(6, 0xBA, new byte[8])));
    IpPacket outer = IpPacket.parse(capable);
    assertThat(outer.tos()).as("DSCP and ECT are copied out").isEqualTo(0xBA);
    byte[] marked = outer.withEcn(3).toBytes();
    byte[] inner = opened(EspTunnelMode.decapsulate(receiver, marked)).content();
    assertThat(IpPacket.parse(inner).tos()).isEqualTo(0xBB);
    byte[] incapable =
        sealed(EspTunnelMode.encapsulate(sender, a, b, Packets.ipv4(6, 0xB8, new byte[8])));
    assertThat(EspTunnelMode.decapsulate(receiver, IpPacket.parse(incapable).withEcn(3).toBytes()))
        .isInstanceOf(OpenResult.Malformed.class);
  }

  @Test
  void keysOfTheWrongLengthAreRefusedByName() {
    SaKeys keys = new SaKeys(SecretBytes.wrap(new byte[32]), SecretBytes.empty());
    assertThatThrownBy(() -> new EspSender(SPI, GCM, keys, false, RANDOM))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("36");
    assertThatThrownBy(() -> EspSuite.of(EncryptionAlgorithm.AES_CBC_128, IntegrityAlgorithm.NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                EspSuite.of(
                    EncryptionAlgorithm.AES_GCM_16_128, IntegrityAlgorithm.HMAC_SHA2_256_128))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theTwoAuthenticationOnlyKeysInteroperate() {
    for (int bits : new int[] {128, 192, 256}) {
      EspSuite gmac = EspSuite.nullAuthGmac(bits);
      SaKeys keys = Packets.keys(gmac, bits);
      byte[] payload = Packets.random(bits, 50);
      byte[] packet = sealed(new EspSender(SPI, gmac, keys, true, RANDOM).seal(payload, 17));
      assertThat(hex(packet)).as("the body is readable").contains(hex(payload));
      assertThat(opened(new EspReceiver(SPI, gmac, keys, true, 64).open(packet)).content())
          .isEqualTo(payload);
    }
  }
}
