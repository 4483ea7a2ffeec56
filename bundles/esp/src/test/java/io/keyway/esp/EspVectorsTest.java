package io.keyway.esp;

import static io.keyway.esp.Packets.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.SaKeys;
import java.security.SecureRandom;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Published test vectors, field for field as they stand in draft-mcgrew-gcm-test-01. */
class EspVectorsTest {

  static Stream<Arguments> gcmPackets() {
    return Stream.of(
        Arguments.of(
            "AES-128, ESN, DNS query",
            "4c80cdefbb5d10da906ac73c3613a634",
            "2e443b68",
            "4956ed7e3b244cfe",
            "00004321",
            "8765432100000000",
            true,
            "45000048699a000080114db7c0a80102c0a801010a9bf15638d301000001000000000000045f7369"
                + "70045f756470037369700963796265726369747902646b000021000101020201",
            "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34cfa2436f14a3f3cf"
                + "65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce61bc17d768fd9732",
            "459018148f6cbe722fd04796562dfdb4"),
        Arguments.of(
            "AES-128, no ESN",
            "feffe9928665731c6d6a8f9467308308",
            "cafebabe",
            "facedbaddecaf888",
            "0000a5f8",
            "000000000000000a",
            false,
            "4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d001000001000000000000"
                + "037369700963796265726369747902646b00000100010001",
            "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c3de81827c10e9a4f"
                + "51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd1",
            "83b70d3aa8bc6ee4c309e9d85a41ad4a"),
        Arguments.of(
            "AES-256, no ESN",
            "abbccddef00112233445566778899aababbccddef00112233445566778899aab",
            "11223344",
            "0102030405060708",
            "4a2cbfe3",
            "0000000000000002",
            false,
            "4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000"
                + "020405b40101040201020201",
            "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763748a637985771d34"
                + "7f0545659f14e99def842d8e",
            "b335f4eecfdbf831824b4c4915956c96"),
        Arguments.of(
            "AES-192, no ESN",
            "feffe9928665731c6d6a8f9467308308feffe9928665731c",
            "cafebabe",
            "facedbaddecaf888",
            "0000a5f8",
            "000000000000000a",
            false,
            "45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d075680001",
            "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0315b27452144cc77",
            "95457b9652037f5318027b5b4cd7a636"),
        Arguments.of(
            "AES-128, highest sequence number, dummy packet",
            "7d773d00c144c525ac619d18c84a3f47",
            "d9664267",
            "43457e9182443bc6",
            "335467ae",
            "00000000ffffffff",
            false,
            "01020201",
            "437f866b",
            "cb3f699fe9b0822bac961c4504bef270"),
        Arguments.of(
            "AES-256, highest ESN",
            "6c6567616c697a656d6172696a75616e61616e64646f69746265666f72656961",
            "7475726e",
            "333021696765746d",
            "796b6963",
            "ffffffffffffffff",
            true,
            "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c"
                + "6d6e6f707172737401020201",
            "f97ab2aa356d8edce17644ac8c78e25dd24dedbb29ebf1b64a274b39b49c3a864cd3d78ca4ae68a3"
                + "2b42458fb57dbe821dcc63b9",
            "d0937ba2945f669368661a329fb4c053"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("gcmPackets")
  void opensThePublishedPacket(
      String name,
      String key,
      String salt,
      String iv,
      String spi,
      String sequence,
      boolean extended,
      String body,
      String encrypted,
      String icv) {
    EspSuite suite =
        EspSuite.of(
            EncryptionAlgorithm.ofWire(20, key.length() * 4).orElseThrow(),
            IntegrityAlgorithm.NONE);
    SaKeys keys = new SaKeys(SecretBytes.wrap(hex(key + salt)), SecretBytes.empty());
    PacketCipher cipher = PacketCipher.of(suite, keys, extended, new SecureRandom());
    byte[] packet = hex(spi + sequence.substring(8) + iv + encrypted + icv);
    long full = Long.parseUnsignedLong(sequence, 16);

    assertThat(hex(cipher.open(packet, full))).isEqualTo(body);
    packet[packet.length - 1] ^= 1;
    assertThat(cipher.open(packet, full)).isNull();
  }

  /** RFC 4543: the IV is authenticated, the body travels in the clear. */
  @Test
  void opensThePublishedGmacPacket() {
    SaKeys keys =
        new SaKeys(
            SecretBytes.wrap(hex("4c80cdefbb5d10da906ac73c3613a634" + "22433c64")),
            SecretBytes.empty());
    String body =
        "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768"
            + "696a6b6c6d6e6f707172737401020201";
    EspReceiver receiver = new EspReceiver(0x4321, EspSuite.nullAuthGmac(128), keys, false, 32);
    byte[] packet = hex("00004321" + "00000007" + "0000000000000000" + body).clone();
    packet = hex(hex(packet) + "f2a9a836e155106aa8dcd618e4099aaa");

    OpenResult result = receiver.open(packet);

    assertThat(result).isInstanceOf(OpenResult.Opened.class);
    OpenResult.Opened opened = (OpenResult.Opened) result;
    assertThat(opened.sequence()).isEqualTo(7);
    assertThat(hex(opened.content())).isEqualTo(body.substring(0, body.length() - 8));
  }

  /**
   * There are no published packets for AES-CBC with HMAC-SHA-2, so one is composed from the JDK's
   * primitives by the text of RFC 4303 section 2 and RFC 4868, byte for byte.
   */
  @Test
  void opensACbcPacketComposedByHand() throws Exception {
    byte[] aes = hex("56e47a38c5598974bc46903dba290349");
    byte[] mac = Packets.random(5, 48);
    byte[] iv = hex("8ce82eefbea0da3c44699ed7db51b7d9");
    // Payload of 6 octets: 8 octets of padding bring body to one AES block.
    byte[] body = hex("a0a1a2a3a4a5" + "0102030405060708" + "08" + "11");
    Cipher cbc = Cipher.getInstance("AES/CBC/NoPadding");
    cbc.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(aes, "AES"), new IvParameterSpec(iv));
    String covered = "00001000" + "00000001" + hex(iv) + hex(cbc.doFinal(body));
    Mac hmac = Mac.getInstance("HmacSHA384");
    hmac.init(new SecretKeySpec(mac, "HMAC"));
    String icv = hex(hmac.doFinal(hex(covered + "00000000"))).substring(0, 48);
    EspSuite suite =
        EspSuite.of(EncryptionAlgorithm.AES_CBC_128, IntegrityAlgorithm.HMAC_SHA2_384_192);
    SaKeys keys = new SaKeys(SecretBytes.wrap(aes), SecretBytes.wrap(mac));

    OpenResult result = new EspReceiver(0x1000, suite, keys, true, 64).open(hex(covered + icv));

    assertThat(result).isInstanceOf(OpenResult.Opened.class);
    OpenResult.Opened opened = (OpenResult.Opened) result;
    assertThat(hex(opened.content())).isEqualTo("a0a1a2a3a4a5");
    assertThat(opened.nextHeader()).isEqualTo(17);
  }
}
