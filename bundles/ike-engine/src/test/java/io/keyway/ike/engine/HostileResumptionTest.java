package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Session resumption where messages are lost, repeated, forged and replayed. */
class HostileResumptionTest extends ResumptionCase {
  // --- hostile networks and peers --------------------------------------------------------------

  @Test
  void everyMessageMayBeLostOrComeTwice() {
    for (int fate = 0; fate < 2; fate++) {
      for (int index = 0; index < 4; index++) {
        lab = new Lab();
        up(left(), right());
        restartLeft(left());
        int[] seen = {0};
        int chosen = index;
        boolean lose = fate == 0;
        lab.net.setWeather(
            d ->
                seen[0]++ != chosen
                    ? List.of(Net.LATENCY)
                    : lose
                        ? List.of()
                        : List.of(Net.LATENCY, Net.LATENCY.multipliedBy(3), Duration.ofSeconds(1)));
        initiateAgain();
        lab.net.fine();
        assertResumed(1);
      }
    }
  }

  @Test
  void aPeerThatDoesNotKnowTheExchangeIsAskedTheUsualWay() {
    up(left(), right());
    restartLeft(left());
    lab.net.setWeather(
        d ->
            message(d).header().exchangeType() == ExchangeType.IKE_SESSION_RESUME
                ? List.of()
                : List.of(Net.LATENCY));
    initiateAgain();
    assertThat(sent(ExchangeType.IKE_SESSION_RESUME, LEFT)).hasSize(3);
    assertFullHandshake();
  }

  @Test
  void aTicketThatNobodySawStaysGood() {
    up(left(), right());
    restartLeft(left());
    lab.net.dead();
    var result = lab.left.engine.initiate("to-right", "net", Duration.ofMinutes(5));
    lab.time.run(Duration.ofMinutes(3));
    assertThat(result.toCompletableFuture().join().outcome().done()).isFalse();
    lab.net.fine();
    initiateAgain();
    assertResumed(1);
  }

  @Test
  void forgedAnswersDelayButPreventNothing() {
    byte[] nonce = new byte[32];
    new Random(9).nextBytes(nonce);
    List<List<Payload>> forgeries =
        List.of(
            List.of(new NoncePayload(Octets.copyOf(nonce))),
            List.of(NotifyPayload.of(NotifyType.TICKET_NACK)),
            List.of(NotifyPayload.of(NotifyType.INVALID_SYNTAX)),
            List.of(NotifyPayload.of(NotifyType.REDIRECT, Octets.copyOf(nonce))),
            List.of());
    for (List<Payload> forged : forgeries) {
      lab = new Lab();
      up(left(), right());
      restartLeft(left());
      boolean[] done = {false};
      lab.net.setWeather(
          d -> {
            if (d.local().equals(LEFT)
                && message(d).header().exchangeType() == ExchangeType.IKE_SESSION_RESUME
                && !done[0]) {
              done[0] = true;
              long spiI = message(d).header().initiatorSpi();
              byte[] octets =
                  MessageEncoder.encode(
                      IkeHeader.of(spiI, 77, ExchangeType.IKE_SESSION_RESUME, false, true, 0),
                      forged);
              lab.time.after(
                  Duration.ofMillis(2),
                  () -> lab.net.deliver(new Datagram(RIGHT, LEFT, false, octets)));
            }
            return List.of(Net.LATENCY);
          });
      initiateAgain();
      lab.time.run(Duration.ofSeconds(40));
      assertFullHandshake();
      assertThat(lab.right.count("ike-half-open")).isZero();
    }
  }

  @Test
  void whoSawATicketCanNeitherUseItNorSpoilIt() {
    up(left(), right());
    restartLeft(left());
    List<Datagram> taken = new ArrayList<>();
    lab.net.setWeather(
        d -> {
          taken.add(d);
          return List.of();
        });
    lab.left.engine.initiate("to-right", "net", Duration.ofMinutes(5));
    lab.time.run(Duration.ofMillis(20));
    assertThat(taken).hasSize(1);
    Octets ticket =
        message(taken.get(0)).notification(NotifyType.TICKET_OPAQUE).orElseThrow().data();
    lab.net.fine();
    // An observer presents it from elsewhere, and goes on with what it cannot know.
    for (int i = 0; i < 20; i++) {
      long spi = 1000 + i;
      InetSocketAddress from = new InetSocketAddress(LEFT.getAddress(), 500);
      lab.net.inject(
          new Datagram(
              from,
              RIGHT,
              false,
              MessageEncoder.encode(
                  IkeHeader.of(spi, 0, ExchangeType.IKE_SESSION_RESUME, true, false, 0),
                  List.of(
                      new NoncePayload(Octets.copyOf(new byte[32])),
                      NotifyPayload.of(NotifyType.TICKET_OPAQUE, ticket)))));
    }
    lab.time.run(Duration.ofSeconds(10));
    assertThat(lab.right.count("ike-resumed-responder")).isEqualTo(1);
    lab.time.run(Duration.ofSeconds(40));
    assertResumed(1);
  }

  @Test
  void aReplayedResumptionIsAnsweredButMakesNothing() {
    up(left(), right());
    restartLeft(left());
    int from = lab.net.sent().size();
    initiateAgain();
    List<Datagram> all = List.copyOf(lab.net.sent().subList(from, lab.net.sent().size()));
    lab.time.run(Duration.ofMinutes(2));
    for (Datagram datagram : all) {
      if (datagram.local().equals(LEFT)) {
        lab.net.inject(datagram);
        lab.time.run(Duration.ofSeconds(1));
      }
    }
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.right.engine.snapshot()).hasSize(1);
    assertResumed(1);
  }

  @Test
  void aFloodOfTicketsLeavesNothingBehind() {
    lab = new Lab(EngineSettings.defaults().withHalfOpen(Duration.ofSeconds(30), 32, 200));
    up(left(), right());
    restartLeft(left());
    Random random = new Random(5);
    byte[] junk = new byte[300];
    for (int i = 0; i < 3000; i++) {
      random.nextBytes(junk);
      junk[0] = 1;
      lab.net.inject(
          new Datagram(
              new InetSocketAddress(Config.address("198.51.100." + i % 250), 500),
              RIGHT,
              false,
              MessageEncoder.encode(
                  IkeHeader.of(5000 + i, 0, ExchangeType.IKE_SESSION_RESUME, true, false, 0),
                  List.of(
                      new NoncePayload(Octets.copyOf(new byte[32])),
                      NotifyPayload.of(NotifyType.TICKET_OPAQUE, Octets.copyOf(junk))))));
    }
    lab.time.run(Duration.ofMillis(100));
    assertThat(lab.right.count("ike-half-open")).isZero();
    assertThat(lab.right.count("ike-tickets-refused-unknown-key")).isPositive();
    initiateAgain();
    assertResumed(1);
  }
}
