package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Additional key exchanges (RFC 9370) in IKE_INTERMEDIATE (RFC 9242) and after CREATE_CHILD_SA. */
class AdditionalKeysTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static IkeProposal ike(KeyExchangeMethod first, KeyExchangeMethod... more) {
    return new IkeProposal(
        "hybrid",
        EncryptionAlgorithm.AES_GCM_16_256,
        IntegrityAlgorithm.NONE,
        PrfAlgorithm.PRF_HMAC_SHA2_384,
        first,
        List.of(more));
  }

  private static EspProposal esp(KeyExchangeMethod... more) {
    return new EspProposal(
        "hybrid",
        EncryptionAlgorithm.AES_GCM_16_256,
        IntegrityAlgorithm.NONE,
        Optional.of(KeyExchangeMethod.X25519),
        List.of(more),
        true);
  }

  private static Lab lab(IkeProposal ike, EspProposal esp) {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().ike(ike).esp(esp), Lab.rightNet().ike(ike).esp(esp));
    return lab;
  }

  /** Messages of an exchange that were sent so far; ML-KEM makes them long, and fragmented. */
  private static long sent(Lab lab, int exchange) {
    return lab.net.sent().stream()
        .filter(d -> exchangeOf(d) == exchange && isWholeOrFirst(d))
        .count();
  }

  private static boolean isWholeOrFirst(Datagram datagram) {
    return MessageDecoder.message(datagram.octets())
            instanceof DecodeResult.Decoded<IkeMessage> decoded
        && decoded
            .value()
            .first(EncryptedFragmentPayload.class)
            .filter(fragment -> fragment.fragment() > 1)
            .isEmpty();
  }

  private static int exchangeOf(Datagram datagram) {
    return datagram.octets()[18];
  }

  static Stream<IkeProposal> hybrids() {
    return Stream.of(
        ike(KeyExchangeMethod.X25519, KeyExchangeMethod.ML_KEM_512),
        ike(KeyExchangeMethod.X25519, KeyExchangeMethod.ML_KEM_768),
        ike(KeyExchangeMethod.ECP_384, KeyExchangeMethod.ML_KEM_1024),
        ike(
            KeyExchangeMethod.X25519,
            KeyExchangeMethod.ML_KEM_768,
            KeyExchangeMethod.X448,
            KeyExchangeMethod.ECP_256));
  }

  @ParameterizedTest
  @MethodSource("hybrids")
  void eachHasAnExchangeOfItsOwnBeforeAuthentication(IkeProposal proposal) {
    Lab lab = lab(proposal, Config.ESP_GCM).up();
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().proposal()).isEqualTo(proposal.keywords());
    int exchanges = proposal.additional().size();
    assertThat(sent(lab, ExchangeType.IKE_INTERMEDIATE)).isEqualTo(2L * exchanges);
    assertThat(lab.left.count("ike-additional-key-exchanges")).isEqualTo(exchanges);
    assertThat(lab.right.count("ike-additional-key-exchanges")).isEqualTo(exchanges);
  }

  @ParameterizedTest
  @EnumSource(names = {"ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"})
  void mlKemMayAlsoComeFirst(KeyExchangeMethod method) {
    Lab lab = lab(ike(method, KeyExchangeMethod.X25519), Config.ESP_GCM).up();
    lab.assertOnePair("net");
  }

  @Test
  void itSurvivesLossAndRepetition() {
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      Lab lab =
          new Lab(
              EngineSettings.defaults().withRetransmission(Duration.ofSeconds(1), 1.2, 15), seed);
      IkeProposal proposal =
          ike(KeyExchangeMethod.X25519, KeyExchangeMethod.ML_KEM_768, KeyExchangeMethod.ML_KEM_512);
      lab.load(Lab.leftNet().ike(proposal), Lab.rightNet().ike(proposal));
      lab.net.setWeather(
          d ->
              switch (random.nextInt(4)) {
                case 0 -> List.of();
                case 1 -> List.of(Net.LATENCY, Duration.ofMillis(random.nextInt(3000)));
                default -> List.of(Net.LATENCY);
              });
      assertThat(lab.left.initiate("to-right", "net").outcome().reason())
          .as("seed %d", seed)
          .isEmpty();
      lab.net.fine();
      lab.time.run(Duration.ofSeconds(30));
      lab.assertOnePair("net");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anIkeRekeyRepeatsThem(boolean byResponder) {
    Lab lab =
        lab(
                ike(
                    KeyExchangeMethod.X25519,
                    KeyExchangeMethod.ML_KEM_768,
                    KeyExchangeMethod.ECP_256),
                Config.ESP_GCM)
            .up();
    Gateway gateway = byResponder ? lab.right : lab.left;
    long spi = gateway.onlySa().initiatorSpi();
    assertThat(
            gateway
                .get(gateway.engine.rekey(new Selection.IkeUid(gateway.onlySa().uid()), LIMIT))
                .outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(5));
    assertThat(sent(lab, ExchangeType.IKE_FOLLOWUP_KE)).isEqualTo(4);
    assertThat(gateway.onlySa().initiatorSpi()).isNotEqualTo(spi);
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
    // The new keys work on both sides.
    Gateway other = byResponder ? lab.left : lab.right;
    String connection = byResponder ? "to-right" : "to-left";
    assertThat(
            other.get(other.engine.rekey(new Selection.Child(connection, "net"), LIMIT)).outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(20));
    lab.assertOnePair("net");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aChildRekeyRepeatsThemAndLosesNoPacket(boolean byResponder) {
    Lab lab =
        lab(
                ike(KeyExchangeMethod.X25519),
                esp(KeyExchangeMethod.ML_KEM_768, KeyExchangeMethod.ECP_256))
            .up();
    assertThat(sent(lab, ExchangeType.IKE_FOLLOWUP_KE)).isZero();
    lab.traffic("net");
    Gateway gateway = byResponder ? lab.right : lab.left;
    String connection = byResponder ? "to-left" : "to-right";
    assertThat(
            gateway
                .get(gateway.engine.rekey(new Selection.Child(connection, "net"), LIMIT))
                .outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(20));
    assertThat(sent(lab, ExchangeType.IKE_FOLLOWUP_KE)).isEqualTo(4);
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
    lab.assertOnePair("net");
  }

  @Test
  void bothSidesMayRekeyTheIkeSaAtOnce() {
    Lab lab = lab(ike(KeyExchangeMethod.X25519, KeyExchangeMethod.ML_KEM_768), Config.ESP_GCM).up();
    lab.left.engine.rekey(new Selection.IkeUid(lab.left.onlySa().uid()), LIMIT);
    lab.right.engine.rekey(new Selection.IkeUid(lab.right.onlySa().uid()), LIMIT);
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
    lab.assertOnePair("net");
  }

  @Test
  void bothSidesMayRekeyTheChildAtOnce() {
    Lab lab = lab(ike(KeyExchangeMethod.X25519), esp(KeyExchangeMethod.ML_KEM_768)).up();
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT);
    lab.time.run(Duration.ofMinutes(2));
    lab.assertOnePair("net");
  }

  @Test
  void aPeerThatDoesNotGoOnLeavesNothingBehind() {
    Lab lab = lab(ike(KeyExchangeMethod.X25519), esp(KeyExchangeMethod.ML_KEM_768)).up();
    lab.net.setWeather(
        d -> exchangeOf(d) == ExchangeType.IKE_FOLLOWUP_KE ? List.of() : List.of(Net.LATENCY));
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.time.run(Duration.ofSeconds(40));
    assertThat(lab.right.plane.leases()).isEmpty();
    assertThat(lab.right.plane.sas()).hasSize(2);
  }

  @Test
  void withoutThemOnOneSideNothingIsAgreedOn() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().ike(ike(KeyExchangeMethod.X25519, KeyExchangeMethod.ML_KEM_768)),
        Lab.rightNet().ike(ike(KeyExchangeMethod.X25519)));
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .contains("NO_PROPOSAL_CHOSEN");
    lab.assertNothingLeft();
  }

  @Test
  void aPeerThatKnowsNoneGetsTheProposalWithoutThem() {
    Lab lab = new Lab();
    IkeProposal plain = ike(KeyExchangeMethod.X25519);
    lab.load(
        Lab.leftNet().ike(ike(KeyExchangeMethod.X25519, KeyExchangeMethod.ML_KEM_768), plain),
        Lab.rightNet().ike(plain));
    lab.up();
    assertThat(lab.left.onlySa().proposal()).isEqualTo(plain.keywords());
    assertThat(sent(lab, ExchangeType.IKE_INTERMEDIATE)).isZero();
  }
}
