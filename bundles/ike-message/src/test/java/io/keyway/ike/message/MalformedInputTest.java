package io.keyway.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MalformedInputTest {
  private static final IkeHeader HEADER = IkeHeader.of(1, 2, 37, true, false, 0);

  /** A message around one payload whose body is given in hex. */
  private static byte[] around(int type, String body) {
    return MessageEncoder.encode(HEADER, List.of(new UnknownPayload(type, Octets.ofHex(body))));
  }

  @ParameterizedTest(name = "{0}: {3}")
  @CsvSource({
    "proposal beyond the payload, 33, 00000040010100010000000802000006, proposal needs",
    "proposal length 0, 33, 0000000001010000, proposal needs",
    "proposal length 3, 33, 0000000301010000, proposal needs",
    "proposal with wrong mark, 33, 0100000801010000, last mark",
    "missing second proposal, 33, 0200000801010000, proposal needs",
    "octets after the last proposal, 33, 000000080101000000, too many",
    "fewer transforms than said, 33, 00000010010100020000000802000006, wrong last mark",
    "more transforms than said, 33, 00000018010100010000000802000006000000080200000600, too many",
    "transform length 0, 33, 00000010010100010000000002000006, transform needs",
    "transform of 6 octets, 33, 0000000e01010001000000060200, transform id",
    "key length 0, 33, 000000140101000100 00000c01000014800e0000, key length",
    "attribute beyond the transform, 33, 00000014010100010000000c01000014000e0010, attribute value",
    "SPI beyond the proposal, 33, 0000000801010800, proposal SPI",
    "empty KE, 34, 00130000, without public value",
    "KE of 3 octets, 34, 001300, KE payload",
    "IPv4 identity of 3 octets, 35, 01000000010203, ID_IPV4_ADDR of 3",
    "IPv6 identity of 4 octets, 36, 0500000001020304, ID_IPV6_ADDR of 4",
    "short AUTH, 39, 0200, AUTH payload",
    "nonce of 15 octets, 40, 000102030405060708090a0b0c0d0e, nonce of 15",
    "notify SPI beyond the payload, 41, 03080028 00000001, notify SPI",
    "delete of IKE with SPIs, 42, 0108000100000000, Delete of 1",
    "delete of ESP with 8 octets SPI, 42, 030800010000000000000000, Delete of 1",
    "delete with fewer SPIs than said, 42, 03040002000000ff, announces 2",
    "delete with more SPIs than said, 42, 03040001000000ff000000fe, announces 1",
    "TS without selectors, 44, 00000000, without traffic selectors",
    "TS with fewer selectors than said, 44, 02000000070000100000ffff0a0000010a000001, selector type",
    "TS with ports upside down, 44, 01000000070600100050004f0a0000010a000001, ports 80 to 79",
    "TS that ends before it starts, 44, 01000000070000100000ffff0a0000020a000001, before it starts",
    "TS of 15 octets, 44, 010000000700000f0000ffff0a0000020a0000, end address",
    "TS of 17 octets, 44, 01000000070000110000ffff0a0000020a00000300, too many",
    "TS length 0, 44, 010000000700000000000000, traffic selector needs",
    "CP attribute beyond the payload, 47, 0100000000010010, attribute value",
    "EAP of 3 octets, 48, 010100, EAP packet of 3",
  })
  void refusesBrokenBodies(String what, int type, String body, String reason) {
    DecodeResult<IkeMessage> result = MessageDecoder.message(around(type, body.replace(" ", "")));
    assertThat(result).as(what).isInstanceOf(DecodeResult.Malformed.class);
    DecodeResult.Malformed<IkeMessage> malformed = (DecodeResult.Malformed<IkeMessage>) result;
    assertThat(malformed.notifyType()).isEqualTo(NotifyType.INVALID_SYNTAX);
    assertThat(malformed.reason()).contains(reason);
  }

  @Test
  void refusesAHigherMajorVersionByName() {
    byte[] message = MessageEncoder.encode(HEADER, List.of());
    message[17] = 0x30;
    assertThat(MessageDecoder.header(message))
        .isEqualTo(
            new DecodeResult.Malformed<>(
                "IKE version 3, only 2 is spoken", NotifyType.INVALID_MAJOR_VERSION));
  }

  @Test
  void acceptsAHigherMinorVersion() {
    byte[] message = MessageEncoder.encode(HEADER, List.of());
    message[17] = 0x2f;
    assertThat(MessageDecoder.message(message)).isInstanceOf(DecodeResult.Decoded.class);
  }

  @Test
  void refusesALengthThatIsNotTheDatagrams() {
    byte[] message = MessageEncoder.encode(HEADER, List.of());
    message[27]++;
    assertThat(MessageDecoder.message(message)).isInstanceOf(DecodeResult.Malformed.class);
    message[24] = (byte) 0xff;
    assertThat(MessageDecoder.message(message)).isInstanceOf(DecodeResult.Malformed.class);
  }

  @Test
  void refusesInitiatorSpiZero() {
    byte[] message = MessageEncoder.encode(IkeHeader.of(0, 2, 37, true, false, 0), List.of());
    assertThat(MessageDecoder.message(message))
        .isEqualTo(new DecodeResult.Malformed<>("initiator SPI 0", NotifyType.INVALID_SYNTAX));
  }

  @Test
  void keepsUnknownPayloadsThatAreNotCritical() {
    byte[] message = around(200, "010203");
    assertThat(((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(message)).value())
        .extracting(IkeMessage::payloads)
        .isEqualTo(List.of(new UnknownPayload(200, Octets.ofHex("010203"))));
  }

  @Test
  void namesUnknownCriticalPayloads() {
    byte[] message = around(200, "010203");
    message[IkeHeader.LENGTH + 1] = (byte) 0x80;
    assertThat(MessageDecoder.message(message)).isEqualTo(new DecodeResult.UnknownCritical<>(200));
  }

  @Test
  void ignoresTheCriticalBitOfKnownPayloads() {
    byte[] message = around(PayloadType.VENDOR_ID, "010203");
    message[IkeHeader.LENGTH + 1] = (byte) 0x80;
    assertThat(MessageDecoder.message(message)).isInstanceOf(DecodeResult.Decoded.class);
  }

  @Test
  void boundsTheNumberOfPayloads() {
    List<Payload> many =
        java.util.Collections.nCopies(
            MessageDecoder.MAX_PAYLOADS + 1, new VendorIdPayload(Octets.EMPTY));
    assertThat(MessageDecoder.message(MessageEncoder.encode(HEADER, many)))
        .isInstanceOf(DecodeResult.Malformed.class);
    assertThat(MessageDecoder.message(MessageEncoder.encode(HEADER, many.subList(1, many.size()))))
        .isInstanceOf(DecodeResult.Decoded.class);
  }

  @Test
  void refusesAPayloadAfterTheEncryptedOne() {
    byte[] message = around(PayloadType.SK, "0102030405");
    byte[] longer = java.util.Arrays.copyOf(message, message.length + 4);
    longer[27] += 4;
    assertThat(MessageDecoder.message(longer)).isInstanceOf(DecodeResult.Malformed.class);
  }

  @Test
  void marksTransformsWithForeignAttributes() {
    byte[] message = around(PayloadType.SA, "00000014010100010000000c01000014800f0100");
    IkeMessage decoded =
        ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(message)).value();
    assertThat(decoded.first(SaPayload.class).orElseThrow().proposals().get(0).transforms())
        .containsExactly(new Transform(TransformType.ENCR, 20, 0, true));
  }
}
