package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.WireSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Long messages in fragments (RFC 7383); a long list of selectors makes IKE_AUTH long. */
class FragmentationTest {
  private static final EngineSettings SHORT =
      EngineSettings.defaults().withWire(WireSettings.DEFAULT.withFragments(576, 1280));

  private static String many(String format) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      text.append(i == 0 ? "" : ",").append(String.format(format, 2 * i));
    }
    return text.toString();
  }

  private static Config left() {
    return Config.left().child("net", many("10.1.%d.0/24"), "10.2.0.0/16");
  }

  private static Config right() {
    return Config.right().child("net", "10.2.0.0/16", many("10.1.%d.0/24"));
  }

  private static Lab lab() {
    Lab lab = new Lab(SHORT);
    lab.load(left(), right());
    return lab;
  }

  private static Optional<EncryptedFragmentPayload> fragment(Datagram datagram) {
    return MessageDecoder.message(datagram.octets())
            instanceof DecodeResult.Decoded<IkeMessage> decoded
        ? decoded.value().first(EncryptedFragmentPayload.class)
        : Optional.empty();
  }

  private static List<Datagram> fragments(Lab lab) {
    return lab.net.sent().stream().filter(d -> fragment(d).isPresent()).toList();
  }

  private static boolean isNumber(Datagram datagram, int number) {
    return fragment(datagram).filter(f -> f.fragment() == number).isPresent();
  }

  @Test
  void longMessagesGoInFragmentsThatFitAndShortOnesDoNot() {
    Lab lab = lab().up();

    lab.assertOnePair("net");
    assertThat(fragments(lab)).hasSizeGreaterThan(3);
    assertThat(lab.net.sent()).allMatch(d -> d.octets().length <= 576 - 28);
    assertThat(fragments(lab)).anyMatch(d -> d.octets().length > 500);
    assertThat(lab.net.sent().get(0)).as("IKE_SA_INIT").matches(d -> fragment(d).isEmpty());
    assertThat(lab.right.count("ike-messages-reassembled")).isEqualTo(1);
    assertThat(lab.left.count("ike-messages-fragmented")).isEqualTo(1);
    assertThat(lab.right.count("ike-reassembly-octets")).isZero();
  }

  @Test
  void eachEndCanSwitchThemOff() {
    for (boolean ours : new boolean[] {true, false}) {
      Lab lab = new Lab(SHORT);
      lab.load(left().fragmentation(ours), right().fragmentation(!ours));

      lab.up();

      assertThat(fragments(lab)).isEmpty();
      assertThat(lab.net.sent()).anyMatch(d -> d.octets().length > 576);
    }
  }

  @Test
  void disorderAndRepetitionDoNoHarm() {
    Lab lab = lab();
    Random random = new Random(3);
    lab.net.setWeather(
        d ->
            List.of(
                Duration.ofMillis(5 + random.nextInt(200)),
                Duration.ofMillis(5 + random.nextInt(200))));

    lab.up();

    lab.time.run(Duration.ofSeconds(1));
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-messages-reassembled")).isEqualTo(1);
  }

  @Test
  void allFragmentsAreRepeatedUntilTheMessageIsComplete() {
    Lab lab = lab();
    // The second fragment is lost twice; what came before stays and is not needed again.
    int[] lost = {0};
    lab.net.setWeather(d -> isNumber(d, 2) && lost[0]++ < 2 ? List.of() : List.of(Net.LATENCY));

    lab.up();

    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-retransmissions")).isBetween(1L, 2L);
    assertThat(lab.right.count("ike-dropped-fragments")).isPositive();
  }

  @Test
  void anAnswerThatWasLostIsRepeatedOncePerRequest() {
    Lab lab = lab();
    int[] answers = {0};
    lab.net.setWeather(
        d -> {
          boolean answer =
              d.local().getAddress().equals(Config.address("192.0.2.2")) && fragment(d).isPresent();
          return answer && answers[0]++ < fragment(d).get().total()
              ? List.of()
              : List.of(Net.LATENCY);
        });

    lab.up();

    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-replies-repeated")).isEqualTo(1);
  }

  @Test
  void forgedFragmentsAreNeitherKeptNorInTheWay() {
    Lab lab = lab();
    List<Datagram> forged = new ArrayList<>();
    lab.net.setWeather(
        d -> {
          if (fragment(d).isPresent() && !forged.contains(d)) {
            byte[] octets = d.octets().clone();
            octets[octets.length - 1] ^= 1;
            Datagram copy = new Datagram(d.local(), d.remote(), d.marker(), octets);
            forged.add(copy);
            lab.net.inject(copy);
          }
          return List.of(forged.contains(d) ? Net.LATENCY : Net.LATENCY.plusMillis(5));
        });

    lab.up();

    assertThat(forged).isNotEmpty();
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-dropped-unauthentic")).isPositive();
  }

  @Test
  void theRestOfAMessageIsNotAwaitedForEver() {
    Lab lab = lab();
    lab.net.setWeather(d -> isNumber(d, 2) ? List.of() : List.of(Net.LATENCY));

    assertThat(lab.left.initiate("to-right", "net").outcome().done()).isFalse();

    lab.time.run(Duration.ofMinutes(5));
    assertThat(lab.right.count("ike-reassembly-octets")).isZero();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.events(EngineEvent.IkeUp.class)).isEmpty();
  }

  @Test
  void whatPeersMakeUsKeepIsBounded() {
    Lab lab =
        new Lab(
            EngineSettings.defaults()
                .withWire(
                    WireSettings.DEFAULT.withFragments(576, 1280).withReassemblyOctets(1000)));
    lab.load(left(), right());

    assertThat(lab.left.initiate("to-right", "net").outcome().done()).isFalse();

    assertThat(lab.right.count("ike-dropped-fragments")).isPositive();
    assertThat(lab.right.count("ike-reassembly-octets")).isLessThanOrEqualTo(1000);
  }

  @Test
  void overIpv6TheyAreAsLongAsEveryLinkCarries() {
    Lab lab = new Lab(SHORT);
    lab.load(left().at("2001:db8::1", "2001:db8::2"), right().at("2001:db8::2", "2001:db8::1"));

    lab.up();

    assertThat(fragments(lab)).isNotEmpty();
    assertThat(lab.net.sent()).allMatch(d -> d.octets().length <= 1280 - 48);
    assertThat(fragments(lab)).anyMatch(d -> d.octets().length > 1100);
    assertThat(fragments(lab).get(0).remote().getAddress().getAddress()).hasSize(16);
  }

  /** A path that carries no packet above 576 octets, and tells nobody. */
  private static List<Duration> narrow(Datagram d) {
    return d.octets().length > 576 - 28 ? List.of() : List.of(Net.LATENCY);
  }

  @Test
  void aPathThatCarriesLessThanWeThinkIsPassedInShorterPieces() {
    Lab lab = new Lab();
    lab.load(left(), right());
    lab.net.setWeather(FragmentationTest::narrow);

    lab.up();

    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-fragments-shortened")).isEqualTo(1);
    assertThat(lab.right.count("ike-fragments-shortened")).isEqualTo(1);
    assertThat(lab.left.count("ike-messages-fragmented")).isEqualTo(2);

    // Known from now on: a rekey takes no retransmission, from either side.
    long before = lab.left.count("ike-retransmissions");
    for (Gateway each : List.of(lab.left, lab.right)) {
      each.get(
          each.engine.rekey(
              new IkeEngine.Selection.ChildUid(each.children().get(0).uid()),
              Duration.ofSeconds(60)));
      lab.time.run(Duration.ofSeconds(10));
    }
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-retransmissions")).isEqualTo(before);
    assertThat(lab.right.count("ike-retransmissions")).isZero();
  }

  @Test
  void anAnswerThatThePeerAsksForAgainAndAgainIsCutSmaller() {
    Lab lab = new Lab();
    lab.load(left(), right());
    // Only one direction is narrow.
    lab.net.setWeather(
        d ->
            d.local().getAddress().equals(Config.address("192.0.2.2"))
                ? narrow(d)
                : List.of(Net.LATENCY));

    lab.up();

    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-fragments-shortened")).isEqualTo(1);
  }

  @Test
  void whatIsShortAlreadyIsNotCut() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().dpd(Duration.ofSeconds(5)), Lab.rightNet());
    lab.up();
    lab.net.dead();

    lab.time.run(Duration.ofSeconds(20));
    lab.net.fine();
    lab.time.run(Duration.ofSeconds(60));

    assertThat(lab.left.count("ike-retransmissions")).isPositive();
    assertThat(lab.left.count("ike-fragments-shortened")).isZero();
    lab.assertOnePair("net");
  }
}
