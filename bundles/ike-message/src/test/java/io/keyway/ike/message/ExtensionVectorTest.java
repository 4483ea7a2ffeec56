package io.keyway.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Messages of extensions that few speak, octet for octet, both ways: puzzles (RFC 8019), several
 * key exchanges (RFC 9370), quick crash detection (RFC 6290).
 */
class ExtensionVectorTest {
  private static final long SPI_I = 0x0102030405060708L;
  private static final long SPI_R = 0x1112131415161718L;
  private static final Octets LINK = Octets.ofHex("a1a2a3a4a5a6a7a8");
  private static final Octets NI = Octets.ofHex("05".repeat(32));
  private static final Octets NR = Octets.ofHex("06".repeat(32));

  private static void assertBothWays(String name, IkeHeader header, List<Payload> payloads) {
    byte[] expected = Vectors.octets(name);
    assertThat(MessageEncoder.encode(header, payloads)).isEqualTo(expected);
    assertThat(MessageDecoder.message(expected))
        .isInstanceOfSatisfying(
            DecodeResult.Decoded.class,
            decoded -> assertThat(((IkeMessage) decoded.value()).payloads()).isEqualTo(payloads));
  }

  @ParameterizedTest
  @CsvSource({"sha256, 5", "sha384, 6", "sha512, 7"})
  void aPuzzleNamesItsFunctionAndItsZeroBits(String name, int prf) {
    IkeHeader header = IkeHeader.of(SPI_I, 0, ExchangeType.IKE_SA_INIT, false, true, 0);
    NotifyPayload puzzle =
        NotifyPayload.of(NotifyType.PUZZLE, Octets.copyOf(new byte[] {0, (byte) prf, 10}));
    byte[] message = MessageEncoder.encode(header, List.of(puzzle));
    byte[] expected = Vectors.octets("puzzle." + name + ".notify");
    assertThat(message).endsWith(expected).hasSize(IkeHeader.LENGTH + expected.length);
  }

  @Test
  void aSolutionComesBehindTheCookie() {
    assertBothWays(
        "puzzle.message.init",
        IkeHeader.of(SPI_I, 0, ExchangeType.IKE_SA_INIT, true, false, 0),
        List.of(
            NotifyPayload.of(
                NotifyType.COOKIE, Octets.copyOf(Vectors.octets("puzzle.sha256.init.string"))),
            new PuzzleSolutionPayload(Octets.copyOf(Vectors.octets("puzzle.sha256.init.keys"))),
            new NoncePayload(NI)));
  }

  @Test
  void additionalKeyExchangesAreTransformsOfTheirOwnTypes() {
    assertBothWays(
        "multiple.message.offer",
        IkeHeader.of(SPI_I, 0, ExchangeType.IKE_SA_INIT, true, false, 0),
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
                            Transform.of(TransformType.KE, 31),
                            Transform.of(TransformType.ADDKE1, 36),
                            Transform.of(TransformType.ADDKE2, GroupId.ECP_384))))),
            new NoncePayload(NI),
            NotifyPayload.of(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED)));
  }

  @Test
  void aLinkTiesIkeFollowupKeToItsCreateChildSa() {
    NotifyPayload link = NotifyPayload.of(NotifyType.ADDITIONAL_KEY_EXCHANGE, LINK);
    assertBothWays(
        "multiple.message.link",
        IkeHeader.of(SPI_I, SPI_R, ExchangeType.CREATE_CHILD_SA, false, true, 2),
        List.of(new NoncePayload(NR), link));
    assertBothWays(
        "multiple.message.followup",
        IkeHeader.of(SPI_I, SPI_R, ExchangeType.IKE_FOLLOWUP_KE, true, false, 3),
        List.of(new KePayload(36, Octets.ofHex("aabbccdd")), link));
  }

  @Test
  void aTokenIsShownBesideInvalidIkeSpi() {
    assertBothWays(
        "crash.message.token",
        IkeHeader.of(SPI_I, SPI_R, ExchangeType.INFORMATIONAL, false, true, 5),
        List.of(
            NotifyPayload.of(NotifyType.INVALID_IKE_SPI),
            new NotifyPayload(
                ProtocolId.IKE,
                Octets.EMPTY,
                NotifyType.QUICK_CRASH_DETECTION,
                Octets.ofHex("606162636465666768696a6b6c6d6e6f"))));
  }
}
