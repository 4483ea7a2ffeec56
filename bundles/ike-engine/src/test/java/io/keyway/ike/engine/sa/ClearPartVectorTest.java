package io.keyway.ike.engine.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.crypto.IkeSaKeys;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.MessageProtection;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.PuzzleSolutionPayload;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The solution of a puzzle ahead of SK (RFC 8019 section 7.2.2): where it stands, that the
 * integrity check covers it, and what IntAuth (RFC 9242 section 3.3) makes of it.
 */
class ClearPartVectorTest {
  private static final IkeCrypto CRYPTO = IkeCrypto.create(new SecureRandom());
  private static final long SPI_I = 0x0102030405060708L;
  private static final long SPI_R = 0x1112131415161718L;
  private static final List<Payload> INNER =
      List.of(
          NotifyPayload.of(NotifyType.INITIAL_CONTACT),
          NotifyPayload.of(NotifyType.MULTIPLE_AUTH_SUPPORTED));

  private static SecretBytes octets(int length, int value) {
    byte[] all = new byte[length];
    Arrays.fill(all, (byte) value);
    return SecretBytes.wrap(all);
  }

  /** A responder's, which opens what is under SK_ei. */
  private static SaCrypto crypto(PrfAlgorithm prf, SecretBytes skEi, int skPi, int skPr) {
    return new SaCrypto(
        CRYPTO,
        new IkeProposal(
            "p",
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            prf,
            KeyExchangeMethod.X25519),
        new IkeSaKeys(
            octets(32, 1),
            SecretBytes.empty(),
            SecretBytes.empty(),
            skEi,
            octets(36, 3),
            octets(32, skPi),
            octets(32, skPr)),
        false);
  }

  private static SaCrypto opener() {
    return crypto(
        PrfAlgorithm.PRF_HMAC_SHA2_256,
        SecretBytes.wrap(Vectors.octets("puzzle.auth.sk-ei")),
        7,
        8);
  }

  private static IkeMessage decode(byte[] message) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(message)).value();
  }

  private static PuzzleSolutionPayload solution(String prf) {
    return new PuzzleSolutionPayload(Octets.copyOf(Vectors.octets("puzzle." + prf + ".auth.keys")));
  }

  @Test
  void aSolutionStandsBeforeSkAndIsCoveredByItsIntegrityCheck() {
    byte[] message = Vectors.octets("puzzle.message.auth");
    IkeMessage outer = decode(message);
    assertThat(outer.payloads().get(0)).isEqualTo(solution("sha256"));
    EncryptedPayload sk = outer.first(EncryptedPayload.class).orElseThrow();
    assertThat(opener().open(message, sk.offset())).contains(Vectors.octets("puzzle.auth.inner"));
    message[40] ^= 1;
    assertThat(opener().open(message, sk.offset())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false"})
  void onlyTheFirstFragmentHasTheSolution(int number, boolean solved) {
    byte[] message = Vectors.octets("puzzle.message.auth.fragment-" + number);
    IkeMessage outer = decode(message);
    assertThat(outer.first(PuzzleSolutionPayload.class).isPresent()).isEqualTo(solved);
    EncryptedFragmentPayload skf = outer.first(EncryptedFragmentPayload.class).orElseThrow();
    assertThat(skf.fragment()).isEqualTo(number);
    assertThat(skf.total()).isEqualTo(2);
    assertThat(skf.firstInner()).isEqualTo(number == 1 ? PayloadType.NOTIFY : 0);
    byte[] all = Vectors.octets("puzzle.auth.inner");
    assertThat(opener().open(message, skf.offset()))
        .contains(number == 1 ? Arrays.copyOf(all, 9) : Arrays.copyOfRange(all, 9, all.length));
  }

  /** Seals with the IV and the key of the vectors, by another way than the engine's own. */
  private record Fixed(byte[] expected, int body) implements MessageProtection {
    @Override
    public int bodyOctets(int plaintextOctets) {
      return 8 + plaintextOctets + 1 + 16;
    }

    @Override
    public byte[] seal(byte[] prefix, byte[] plaintext) {
      assertThat(prefix).isEqualTo(Arrays.copyOf(expected, body));
      return Arrays.copyOfRange(expected, body, expected.length);
    }

    @Override
    public Optional<byte[]> open(byte[] message, int bodyOffset) {
      return Optional.empty();
    }
  }

  @Test
  void whatIsWrittenIsWhatTheIntegrityCheckShallCover() {
    byte[] expected = Vectors.octets("puzzle.message.auth");
    int body = decode(expected).first(EncryptedPayload.class).orElseThrow().offset();
    IkeHeader header = IkeHeader.of(SPI_I, SPI_R, ExchangeType.IKE_AUTH, true, false, 1);
    assertThat(
            MessageEncoder.encode(
                header, List.of(solution("sha256")), INNER, new Fixed(expected, body)))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(PrfAlgorithm.class)
  void intAuthCoversWhatStoodInClear(PrfAlgorithm prf) {
    byte[] fromInitiator = HexFormat.of().parseHex("0000000c00240000aabbccdd");
    byte[] fromResponder = HexFormat.of().parseHex("0000000c0024000011223344");
    IkeHeader header = IkeHeader.of(SPI_I, SPI_R, ExchangeType.IKE_INTERMEDIATE, true, false, 1);
    byte[] ahead = MessageEncoder.encode(header, List.of(solution(prf.modelName())));
    for (boolean solved : new boolean[] {false, true}) {
      IntermediateAuth auth = new IntermediateAuth();
      for (int n = 1; n <= 2; n++) {
        ClearPart clear = solved && n == 1 ? ClearPart.of(ahead, ahead.length) : ClearPart.NONE;
        SaCrypto crypto = crypto(prf, octets(36, 2), 5 + 2 * n, 6 + 2 * n);
        auth.add(message(false, n), clear, PayloadType.KE, fromInitiator, crypto);
        auth.add(message(true, n), ClearPart.NONE, PayloadType.KE, fromResponder, crypto);
      }
      String name = "intauth." + prf.modelName() + (solved ? ".solution" : ".plain");
      assertThat(auth.octets()).isEqualTo(Vectors.octets(name));
    }
  }

  private static IkeHeader message(boolean response, int messageId) {
    return IkeHeader.of(
        SPI_I, SPI_R, ExchangeType.IKE_INTERMEDIATE, !response, response, messageId);
  }

  @Test
  void whatStandsAheadOfAFragmentIsReadAsAheadOfSk() {
    byte[] whole = Vectors.octets("puzzle.message.auth");
    byte[] fragment = Vectors.octets("puzzle.message.auth.fragment-1");
    int sk = decode(whole).first(EncryptedPayload.class).orElseThrow().offset() - 4;
    int skf = decode(fragment).first(EncryptedFragmentPayload.class).orElseThrow().offset() - 8;
    ClearPart clear = ClearPart.of(fragment, skf);
    assertThat(clear.octets()).isEqualTo(ClearPart.of(whole, sk).octets());
    assertThat(clear.octets()).isEqualTo(Arrays.copyOfRange(whole, IkeHeader.LENGTH, sk));
    assertThat(clear.first()).isEqualTo(PayloadType.PUZZLE_SOLUTION);
  }
}
