package io.keyway.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Octets laid out by hand from the figures of RFC 7296 section 3, compared both ways. */
class LayoutVectorTest {
  private static final String INIT_REQUEST =
      // Header (3.1)
      "0102030405060708" // initiator SPI
          + "0000000000000000" // responder SPI
          + "21" // next payload SA (33)
          + "20" // version 2.0
          + "22" // IKE_SA_INIT (34)
          + "08" // flags: I
          + "00000000" // message id
          + "000000a4" // length 164
          // SA payload (3.3): two proposals of 36 and 44 octets
          + "22000054" // next KE (34), length 84
          + "02000024" // more proposals, length 36
          + "01010003" // number 1, IKE, no SPI, 3 transforms
          + "0300000c01000014800e0100" // ENCR AES-GCM-16, key length 256
          + "0300000802000006" // PRF_HMAC_SHA2_384
          + "0000000804000014" // group 20
          + "0000002c" // last proposal, length 44
          + "02010004"
          + "0300000c0100000c800e0080" // ENCR AES-CBC, key length 128
          + "0300000802000005" // PRF_HMAC_SHA2_256
          + "030000080300000c" // INTEG HMAC-SHA2-256-128
          + "0000000804000013" // group 19
          // KE payload (3.4)
          + "2800000c" // next Nonce (40), length 12
          + "00140000" // group 20, reserved
          + "aabbccdd"
          // Nonce (3.9)
          + "29000014" // next Notify (41), length 20
          + "000102030405060708090a0b0c0d0e0f"
          // Notify (3.10)
          + "00000014" // last, length 20
          + "00004006" // protocol 0, SPI size 0, COOKIE (16390)
          + "111111112222222233333333";

  private static final IkeMessage MESSAGE =
      new IkeMessage(
          new IkeHeader(0x0102030405060708L, 0, PayloadType.SA, 0x20, 34, 0x08, 0, 164),
          List.of(
              new SaPayload(
                  List.of(
                      new Proposal(
                          1,
                          ProtocolId.IKE,
                          Octets.EMPTY,
                          List.of(
                              Transform.encryption(EncryptionId.ENCR_AES_GCM_16, 256),
                              Transform.of(TransformType.PRF, PrfId.PRF_HMAC_SHA2_384),
                              Transform.of(TransformType.KE, GroupId.ECP_384))),
                      new Proposal(
                          2,
                          ProtocolId.IKE,
                          Octets.EMPTY,
                          List.of(
                              Transform.encryption(EncryptionId.ENCR_AES_CBC, 128),
                              Transform.of(TransformType.PRF, PrfId.PRF_HMAC_SHA2_256),
                              Transform.of(TransformType.INTEG, IntegrityId.AUTH_HMAC_SHA2_256_128),
                              Transform.of(TransformType.KE, GroupId.ECP_256))))),
              new KePayload(GroupId.ECP_384, Octets.ofHex("aabbccdd")),
              new NoncePayload(Octets.ofHex("000102030405060708090a0b0c0d0e0f")),
              NotifyPayload.of(NotifyType.COOKIE, Octets.ofHex("111111112222222233333333"))));

  @Test
  void encodesTheFiguresOfTheRfc() {
    IkeHeader header = IkeHeader.of(0x0102030405060708L, 0, 34, true, false, 0);
    assertThat(MessageEncoder.encode(header, MESSAGE.payloads()))
        .asHexString()
        .isEqualToIgnoringCase(INIT_REQUEST);
  }

  @Test
  void decodesTheFiguresOfTheRfc() {
    assertThat(MessageDecoder.message(Octets.ofHex(INIT_REQUEST).toArray()))
        .isEqualTo(new DecodeResult.Decoded<>(MESSAGE));
  }

  @Test
  void laysOutTrafficSelectorsAndDelete() {
    IkeHeader header = IkeHeader.of(1, 2, 37, true, false, 3);
    List<Payload> payloads =
        List.of(
            new TsPayload(
                true,
                List.of(
                    new Selector.AddressRange(
                        6, 443, 443, Octets.ofHex("0a000100"), Octets.ofHex("0a0001ff")))),
            DeletePayload.esp(List.of(0xc0000001, 0x00001000)));
    assertThat(MessageEncoder.encode(header, payloads))
        .asHexString()
        .isEqualToIgnoringCase(
            "00000000000000010000000000000002"
                + "2c202508"
                + "00000003"
                + "00000044"
                // TSi (3.13): next D (42), length 24; one selector of 16 octets
                + "2a00001801000000"
                + "0706001001bb01bb0a0001000a0001ff"
                // D (3.11): ESP, SPI size 4, two SPIs
                + "0000001003040002c000000100001000");
  }

  @Test
  void idBodyIsWhatAuthenticationCovers() {
    IdPayload id = new IdPayload(true, IdType.ID_FQDN, Octets.ofHex("61626364"));
    assertThat(id.body()).asHexString().isEqualToIgnoringCase("0200000061626364");
  }
}
