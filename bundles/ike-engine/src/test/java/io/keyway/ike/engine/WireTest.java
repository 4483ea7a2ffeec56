package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.UnknownPayload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Loss, repetition, disorder, and datagrams that no honest peer sends. */
class WireTest {
  /** More of them take longer and find more. */
  private static final int SEEDS = Integer.getInteger("keyway.engine.seeds", 10);

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final InetSocketAddress LEFT =
      new InetSocketAddress(Config.address("192.0.2.1"), 500);
  private static final InetSocketAddress RIGHT =
      new InetSocketAddress(Config.address("192.0.2.2"), 500);

  @Test
  void badWeatherDelaysButSpoilsNothing() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Lab lab =
          new Lab(
              EngineSettings.defaults().withRetransmission(Duration.ofSeconds(1), 1.2, 15), seed);
      lab.load(
          Lab.leftNet()
              .esp(Config.ESP_GCM_PFS)
              .childLife(60, 600)
              .ikeRekey(Duration.ofSeconds(150)),
          Lab.rightNet().esp(Config.ESP_GCM_PFS).childLife(70, 600).dpd(Duration.ofSeconds(9)));
      lab.net.setWeather(
          d -> {
            List<Duration> arrivals = new ArrayList<>();
            do {
              if (random.nextInt(100) >= 25) {
                arrivals.add(Duration.ofMillis(5 + random.nextInt(300)));
              }
            } while (random.nextInt(100) < 25);
            return arrivals;
          });
      assertThat(lab.left.initiate("to-right", "net").outcome().reason())
          .as("seed %d", seed)
          .isEmpty();
      lab.traffic("net");
      lab.time.run(Duration.ofMinutes(10));
      lab.net.fine();
      lab.time.run(Duration.ofSeconds(100));
      lab.time.until(
          Duration.ofSeconds(60),
          () ->
              lab.left.plane.sas().size() == 2
                  && lab.right.plane.sas().size() == 2
                  && lab.left.engine.snapshot().size() == 1
                  && lab.left.onlySa().initiatorSpi() == lab.right.onlySa().initiatorSpi()
                  && lab.left.plane.leases().isEmpty()
                  && lab.right.plane.leases().isEmpty());
      lab.assertOnePair("net");
      assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
      assertThat(lab.left.count("child-rekeyed")).isGreaterThan(5);
      assertThat(lab.held).as("seed %d", seed).isZero();
    }
  }

  @Test
  void everyRequestThatIsLostOnceIsRepeated() {
    for (int lost = 0; lost < 4; lost++) {
      Lab lab = Lab.withNet();
      int which = lost;
      lab.net.setWeather(
          d -> lab.net.sent().size() == which + 1 ? List.of() : List.of(Net.LATENCY));
      lab.up();
      lab.assertOnePair("net");
      assertThat(lab.left.count("ike-retransmissions")).isEqualTo(1);
      assertThat(lab.right.count("ike-established-responder")).isEqualTo(1);
    }
  }

  @Test
  void repeatedAnswersAreOctetForOctetTheSame() {
    Lab lab = Lab.withNet();
    lab.net.setWeather(d -> lab.net.sent().size() == 4 ? List.of() : List.of(Net.LATENCY));
    lab.up();
    List<Datagram> answers =
        lab.net.sent().stream()
            .filter(d -> d.local().equals(RIGHT) && header(d).messageId() == 1)
            .toList();
    assertThat(answers).hasSize(2);
    assertThat(answers.get(0).octets()).isEqualTo(answers.get(1).octets());
    List<Datagram> requests =
        lab.net.sent().stream()
            .filter(d -> d.local().equals(LEFT) && header(d).messageId() == 1)
            .toList();
    assertThat(requests.get(0).octets()).isEqualTo(requests.get(1).octets());
  }

  private static IkeHeader header(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeHeader>) MessageDecoder.header(datagram.octets())).value();
  }

  @Test
  void everyRecordedDatagramReplayedChangesNothing() {
    Lab lab = Lab.withNet().up();
    lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    lab.left.get(lab.left.engine.rekey(new Selection.IkeUid(lab.left.onlySa().uid()), LIMIT));
    lab.time.run(Duration.ofSeconds(60));
    String before = lab.left.onlySa() + " " + lab.right.onlySa();
    for (Datagram datagram : List.copyOf(lab.net.sent())) {
      lab.net.inject(datagram);
    }
    lab.time.run(Duration.ofSeconds(40));
    assertThat(lab.left.onlySa() + " " + lab.right.onlySa()).isEqualTo(before);
    lab.assertOnePair("net");
  }

  @Test
  void changedOctetsInAnyDatagramChangeNothing() {
    Random random = new Random(1);
    Lab lab = Lab.withNet();
    lab.net.setWeather(
        d -> {
          if (random.nextInt(3) == 0 && d.octets().length > 32) {
            // Behind the header, so that it reaches the SA.
            d.octets()[28 + random.nextInt(d.octets().length - 28)] ^= 1 << random.nextInt(8);
          }
          return List.of(Net.LATENCY);
        });
    // The sender keeps its own array, which a real network would not touch.
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.time.run(Duration.ofMinutes(10));
    assertThat(lab.left.count("ike-internal-errors")).isZero();
    assertThat(lab.right.count("ike-internal-errors")).isZero();
  }

  @Test
  void noiseIsCountedAndDropped() {
    Lab lab = Lab.withNet().up();
    Random random = new Random(2);
    for (int i = 0; i < 2000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      if (noise.length >= 28 && i % 2 == 0) {
        noise[17] = 0x20;
        noise[18] = (byte) (34 + random.nextInt(4));
        noise[24] = 0;
        noise[25] = 0;
        noise[26] = 0;
        noise[27] = (byte) noise.length;
      }
      lab.net.inject(new Datagram(LEFT, RIGHT, false, noise));
    }
    lab.time.run(Duration.ofSeconds(60));
    assertThat(lab.right.count("ike-internal-errors")).isZero();
    assertThat(lab.right.count("ike-dropped-malformed")).isGreaterThan(1000);
    assertThat(lab.right.count("ike-half-open")).isZero();
    lab.assertOnePair("net");
  }

  @Test
  void anUnknownCriticalPayloadInTheFirstMessageIsRefusedByItsNumber() {
    Lab lab = Lab.withNet();
    byte[] request =
        MessageEncoder.encode(
            IkeHeader.of(77, 0, 34, true, false, 0),
            List.of(new UnknownPayload(200, Octets.ofHex("00"))));
    request[29] = (byte) 0x80;
    lab.net.inject(new Datagram(LEFT, RIGHT, false, request));
    lab.time.run(Duration.ofSeconds(1));
    IkeMessage answer = message(lab.net.sent().get(0));
    assertThat(answer.notification(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD))
        .map(NotifyPayload::data)
        .contains(Octets.ofHex("c8"));
    assertThat(answer.header().isResponse()).isTrue();
  }

  private static IkeMessage message(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram.octets())).value();
  }

  @Test
  void aHigherMajorVersionIsToldOurs() {
    Lab lab = Lab.withNet();
    byte[] request = MessageEncoder.encode(IkeHeader.of(77, 0, 34, true, false, 0), List.of());
    request[17] = 0x30;
    lab.net.inject(new Datagram(LEFT, RIGHT, false, request));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(message(lab.net.sent().get(0)).has(NotifyType.INVALID_MAJOR_VERSION)).isTrue();
  }

  @Test
  void requestsForUnknownSpisAreAnsweredSeldom() {
    Lab lab = Lab.withNet();
    for (int i = 0; i < 1000; i++) {
      byte[] request =
          MessageEncoder.encode(IkeHeader.of(77, 1000 + i, 37, true, false, 3), List.of());
      lab.net.inject(new Datagram(LEFT, RIGHT, false, request));
    }
    lab.time.run(Duration.ofMillis(500));
    assertThat(lab.net.sent()).hasSize(10);
    assertThat(message(lab.net.sent().get(0)).has(NotifyType.INVALID_IKE_SPI)).isTrue();
    assertThat(lab.right.count("ike-unknown-spi")).isEqualTo(1000);
  }

  @Test
  void unprotectedErrorsDoNotEndAnIkeSa() {
    Lab lab = Lab.withNet().up();
    long spiI = lab.left.onlySa().initiatorSpi();
    long spiR = lab.left.onlySa().responderSpi();
    lab.net.dead();
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.time.run(Duration.ofMillis(50));
    lab.net.fine();
    for (int id = 0; id < 4; id++) {
      lab.net.inject(
          new Datagram(
              RIGHT,
              LEFT,
              false,
              MessageEncoder.encode(
                  IkeHeader.of(spiI, spiR, 36, false, true, id),
                  List.of(NotifyPayload.of(NotifyType.INVALID_IKE_SPI)))));
    }
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
    lab.assertOnePair("net");
  }

  @Test
  void halfOpenIkeSasAreBoundedAndExpire() {
    Lab lab = new Lab(EngineSettings.defaults().withHalfOpen(Duration.ofSeconds(5), 1000, 20));
    lab.load(Lab.leftNet(), Lab.rightNet());
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.time.run(Duration.ofMillis(2));
    Datagram first = lab.net.sent().get(0);
    lab.net.dead();
    for (int i = 1; i <= 50; i++) {
      byte[] flood = first.octets().clone();
      flood[0] ^= (byte) i;
      deliver(lab, new Datagram(LEFT, RIGHT, false, flood));
    }
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.count("ike-half-open")).isEqualTo(20);
    // The honest first message and fifty of the flood came.
    assertThat(lab.right.count("ike-dropped-half-open")).isEqualTo(31);
    lab.time.run(Duration.ofSeconds(10));
    assertThat(lab.right.count("ike-half-open")).isZero();
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }

  private static void deliver(Lab lab, Datagram datagram) {
    lab.net.fine();
    lab.net.inject(datagram);
    lab.net.dead();
  }

  @Test
  void aRepeatedFirstMessageOpensOneIkeSa() {
    Lab lab = Lab.withNet();
    lab.net.setWeather(d -> List.of(Net.LATENCY, Net.LATENCY, Net.LATENCY.multipliedBy(2)));
    lab.up();
    assertThat(lab.right.count("ike-established-responder")).isEqualTo(1);
    assertThat(lab.right.count("ike-half-open")).isZero();
    lab.assertOnePair("net");
  }
}
