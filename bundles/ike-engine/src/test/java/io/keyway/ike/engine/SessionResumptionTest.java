package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.store.StateStore.StateRecord;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Session resumption (RFC 5723), against ourselves, with the octets on the wire. */
class SessionResumptionTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration DPD = Duration.ofSeconds(10);
  private static final String SHELF = NativeIkeEngine.NAME + "-tickets";
  private static final InetSocketAddress LEFT =
      new InetSocketAddress(Config.address("192.0.2.1"), 500);
  private static final InetSocketAddress RIGHT =
      new InetSocketAddress(Config.address("192.0.2.2"), 500);

  private Lab lab = new Lab();

  private static Config left() {
    return Lab.leftNet().resumption();
  }

  private static Config right() {
    return Lab.rightNet().resumption();
  }

  private void up(Config left, Config right) {
    lab.load(left, right);
    lab.up();
    lab.assertOnePair("net");
  }

  private void restartLeft(Config config) {
    lab.left = lab.left.reborn(true);
    assertThat(lab.left.load(config.build()).done()).isTrue();
  }

  private void restartRight(Config config) {
    lab.right = lab.right.reborn(true);
    assertThat(lab.right.load(config.build()).done()).isTrue();
  }

  private static IkeMessage message(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram.octets())).value();
  }

  private List<Datagram> sent(int exchangeType, InetSocketAddress by) {
    return lab.net.sent().stream()
        .filter(d -> d.local().equals(by))
        .filter(d -> message(d).header().exchangeType() == exchangeType)
        .toList();
  }

  private void initiateAgain() {
    ChildResult result = lab.left.initiate("to-right", "net");
    assertThat(result.outcome().reason()).isEmpty();
    lab.time.run(Duration.ofMillis(50));
  }

  private void assertResumed(int times) {
    assertThat(lab.left.count("ike-resumed-initiator")).isEqualTo(times);
    assertThat(lab.right.count("ike-resumed-responder")).isEqualTo(times);
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().resumption().resumed()).isTrue();
    assertThat(lab.right.onlySa().resumption().resumed()).isTrue();
    assertThat(lab.right.count("ike-half-open")).isZero();
  }

  private void assertFullHandshake() {
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().resumption().resumed()).isFalse();
    assertThat(lab.right.onlySa().resumption().resumed()).isFalse();
  }

  /** Both ends are away from each other until both gave up. */
  private void losePath() {
    lab.net.dead();
    lab.time.run(Duration.ofMinutes(3));
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    lab.net.fine();
  }

  // --- it works -----------------------------------------------------------------------------

  @Test
  void afterOurRestartTheIkeSaIsResumedWithoutCredentials() {
    up(left(), right());
    assertThat(lab.left.onlySa().resumption().ticketUntil()).isPresent();
    assertThat(lab.right.onlySa().resumption().ticketUntil()).isPresent();
    assertThat(lab.left.onlySa().resumption().resumed()).isFalse();
    long inits = sent(ExchangeType.IKE_SA_INIT, LEFT).size();
    restartLeft(left());
    lab.left.secrets.remove("psk");
    initiateAgain();
    assertResumed(1);
    assertThat(sent(ExchangeType.IKE_SA_INIT, LEFT)).hasSize((int) inits);
    assertThat(sent(ExchangeType.IKE_SESSION_RESUME, LEFT)).hasSize(1);
  }

  @Test
  void aGatewayThatWasRestartedResumesItsPeersAfterOneQuestion() {
    up(left().dpd(DPD), right());
    restartRight(right());
    int before = lab.net.sent().size();
    lab.time.until(Duration.ofSeconds(20), () -> lab.net.sent().size() > before);
    lab.time.run(Duration.ofMillis(150));
    assertResumed(1);
    assertThat(lab.left.count("ike-crash-recovered")).isEqualTo(1);
  }

  @Test
  void whereThePathWasLostBothEndsResume() {
    up(left().dpd(DPD), right().dpd(DPD));
    losePath();
    initiateAgain();
    assertResumed(1);
  }

  @Test
  void whereOnlyWeNoticedTheGatewayDropsTheOldOneSilently() {
    up(left().dpd(DPD), right());
    lab.net.dead();
    lab.time.run(Duration.ofMinutes(3));
    assertThat(lab.left.engine.snapshot()).isEmpty();
    long before = lab.right.onlySa().responderSpi();
    lab.net.fine();
    initiateAgain();
    lab.time.run(Duration.ofSeconds(40));
    assertResumed(1);
    assertThat(lab.right.onlySa().responderSpi()).isNotEqualTo(before);
    assertThat(sent(ExchangeType.INFORMATIONAL, RIGHT))
        .noneMatch(d -> message(d).header().responderSpi() == before);
  }

  @Test
  void eachTicketBringsTheNextOne() {
    up(left(), right());
    for (int i = 1; i <= 4; i++) {
      restartLeft(left());
      initiateAgain();
      assertThat(lab.right.count("ike-resumed-responder")).isEqualTo(i);
      assertThat(lab.left.onlySa().resumption().ticketUntil()).isPresent();
    }
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
  }

  @Test
  void whatWasRekeyedIsResumedWithTheKeysOfTheLast() {
    for (boolean byLeft : new boolean[] {true, false}) {
      lab = new Lab();
      up(left(), right());
      var who = byLeft ? lab.left : lab.right;
      who.get(who.engine.rekey(new Selection.IkeUid(who.onlySa().uid()), LIMIT));
      lab.time.run(Duration.ofSeconds(3));
      assertThat(lab.left.count("ike-tickets-received")).isEqualTo(2);
      restartLeft(left());
      initiateAgain();
      assertResumed(1);
      who = byLeft ? lab.left : lab.right;
      who.get(who.engine.rekey(new Selection.IkeUid(who.onlySa().uid()), LIMIT));
      lab.time.run(Duration.ofSeconds(10));
      lab.assertOnePair("net");
      assertThat(lab.left.onlySa().resumption().resumed()).isTrue();
    }
  }

  @Test
  void aTicketIsRenewedBeforeItEnds() {
    Duration hour = Duration.ofHours(1);
    up(left().resumption(hour), right().resumption(hour));
    lab.time.run(Duration.ofHours(5));
    assertThat(lab.left.count("ike-tickets-received")).isBetween(6L, 9L);
    restartLeft(left().resumption(hour));
    initiateAgain();
    assertResumed(1);
  }

  @Test
  void aResumedIkeSaIsAuthenticatedAnewWhenTheFirstOneWouldHaveBeen() {
    Duration hour = Duration.ofHours(1);
    up(left(), right().reauth(hour));
    assertThat(
            Duration.between(
                lab.time.instant(), lab.left.onlySa().resumption().ticketUntil().orElseThrow()))
        .isLessThanOrEqualTo(hour);
    lab.time.run(Duration.ofMinutes(30));
    restartLeft(left());
    initiateAgain();
    assertResumed(1);
    // Half an hour is left, of which the client waits for 85 % at most.
    lab.time.run(Duration.ofMinutes(28));
    assertThat(lab.left.count("ike-reauthenticated")).isEqualTo(1);
    lab.time.run(Duration.ofSeconds(20));
    assertFullHandshake();
  }

  @Test
  void underLoadACookieComesFirst() {
    lab = new Lab(EngineSettings.defaults().withHalfOpen(Duration.ofSeconds(30), 0, 1000));
    up(left(), right());
    long cookies = lab.right.count("ike-cookies-sent");
    restartLeft(left());
    initiateAgain();
    assertThat(lab.right.count("ike-cookies-sent")).isEqualTo(cookies + 1);
    assertResumed(1);
  }

  // --- what must not be resumed --------------------------------------------------------------

  @Test
  void whatAnOperatorEndedIsNotResumed() {
    for (boolean byLeft : new boolean[] {true, false}) {
      lab = new Lab();
      up(left(), right());
      StateRecord ticket = lab.left.store.get(SHELF, "to-right").orElseThrow();
      var who = byLeft ? lab.left : lab.right;
      who.get(who.engine.terminate(new Selection.IkeUid(who.onlySa().uid()), LIMIT));
      lab.time.run(Duration.ofSeconds(1));
      assertThat(lab.left.store.get(SHELF, "to-right")).isEmpty();
      initiateAgain();
      assertFullHandshake();
      assertThat(sent(ExchangeType.IKE_SESSION_RESUME, LEFT)).isEmpty();
      // And who kept the ticket all the same is refused.
      lab.left.store.put(ticket);
      lab.left.store.sync();
      lab.time.run(Duration.ofMillis(10));
      restartLeft(left());
      initiateAgain();
      assertThat(lab.right.count("ike-tickets-refused-spent")).isEqualTo(1);
      assertFullHandshake();
    }
  }

  @Test
  void aTicketIsGoodOnce() {
    up(left(), right());
    StateRecord ticket = lab.left.store.get(SHELF, "to-right").orElseThrow();
    restartLeft(left());
    initiateAgain();
    assertResumed(1);
    lab.left.store.put(ticket);
    lab.left.store.sync();
    lab.time.run(Duration.ofMillis(10));
    restartLeft(left());
    initiateAgain();
    assertThat(lab.right.count("ike-tickets-refused-spent")).isEqualTo(1);
    assertThat(lab.right.count("ike-resumed-responder")).isEqualTo(1);
    assertFullHandshake();
  }

  @Test
  void aRefusedTicketCostsOneRoundTripAndNoWait() {
    up(left(), right());
    restartLeft(left());
    lab.right.store.remove(NativeIkeEngine.NAME, "ticket-keys");
    lab.right.store.sync();
    lab.time.run(Duration.ofMillis(10));
    restartRight(right());
    var before = lab.time.instant();
    assertThat(lab.left.initiate("to-right", "net").outcome().reason()).isEmpty();
    assertThat(Duration.between(before, lab.time.instant())).isLessThan(Duration.ofMillis(100));
    assertThat(lab.right.count("ike-tickets-refused-unknown-key")).isEqualTo(1);
    assertThat(lab.left.count("ike-resumptions-given-up")).isEqualTo(1);
    assertThat(lab.left.count("notify-ticket-nack-received")).isEqualTo(1);
    assertFullHandshake();
    // The one that came with it is the one that counts now.
    restartLeft(left());
    initiateAgain();
    assertResumed(1);
  }

  @Test
  void whatTheConfigurationPermitsNoMoreIsRefused() {
    for (Config change : List.of(Lab.rightNet(), right().secret("other"))) {
      lab = new Lab();
      up(left(), right());
      restartLeft(left());
      restartRight(change);
      lab.right.secrets.with("other", "a shared secret");
      initiateAgain();
      assertThat(lab.right.count("ike-tickets-refused-not-permitted")).isEqualTo(1);
      assertFullHandshake();
    }
  }

  @Test
  void algorithmsThatAreNotConfiguredAnyMoreAreNotResumed() {
    Config both = right().ike(Config.GCM_ECP256, Config.GCM_X25519);
    up(left(), both);
    restartLeft(left().ike(Config.GCM_X25519, Config.GCM_ECP256));
    restartRight(right().ike(Config.GCM_ECP256));
    initiateAgain();
    assertThat(lab.right.count("ike-tickets-refused-not-permitted")).isEqualTo(1);
    assertFullHandshake();
    assertThat(lab.left.onlySa().proposal()).contains("ecp256");
  }

  @Test
  void whatOurConfigurationPermitsNoMoreIsNotTried() {
    up(left(), right());
    restartLeft(left().secret("other"));
    lab.left.secrets.with("other", "a shared secret");
    initiateAgain();
    assertThat(sent(ExchangeType.IKE_SESSION_RESUME, LEFT)).isEmpty();
    assertFullHandshake();
  }

  @Test
  void aConnectionThatWasRemovedLeavesNoTicket() {
    up(left(), right());
    lab.left.get(lab.left.engine.unload("to-right", LIMIT));
    assertThat(lab.left.store.keys(SHELF)).isEmpty();
    assertThat(lab.left.count("ike-tickets-held")).isZero();
  }

  @Test
  void reauthenticationIsNeverDoneByTicket() {
    up(left().reauth(Duration.ofMinutes(10)), right());
    lab.time.run(Duration.ofMinutes(11));
    assertThat(lab.left.count("ike-reauthenticated")).isEqualTo(1);
    assertThat(sent(ExchangeType.IKE_SESSION_RESUME, LEFT)).isEmpty();
    restartLeft(left().reauth(Duration.ofMinutes(10)));
    initiateAgain();
    assertResumed(1);
  }

  @Test
  void withoutTheOptionOnEitherSideThereAreNoTickets() {
    for (boolean onLeft : new boolean[] {true, false}) {
      lab = new Lab();
      up(onLeft ? left() : Lab.leftNet(), onLeft ? Lab.rightNet() : right());
      assertThat(lab.left.onlySa().resumption().ticketUntil()).isEmpty();
      assertThat(lab.right.onlySa().resumption().ticketUntil()).isEmpty();
      restartLeft(onLeft ? left() : Lab.leftNet());
      initiateAgain();
      assertFullHandshake();
    }
  }

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

  // --- octets -----------------------------------------------------------------------------------

  @Test
  void theMessagesHaveTheOctetsOfTheRfc() {
    up(left().fragmentation(false).stays(), right().fragmentation(false));
    Octets ticket = heldTicket();
    restartLeft(left().fragmentation(false).stays());
    initiateAgain();
    String request = hex(sent(ExchangeType.IKE_SESSION_RESUME, LEFT).get(0).octets());
    int notify = 8 + ticket.length();
    assertThat(request.substring(32, 40)).isEqualTo("28202608"); // next Nonce, 2.0, 38, initiator
    assertThat(request.substring(16, 32)).isEqualTo("0".repeat(16)); // no responder SPI yet
    assertThat(request.substring(40, 48)).isEqualTo("00000000"); // message id 0
    assertThat(request.substring(56, 64)).isEqualTo("29000024"); // next Notify, length 36
    assertThat(request.substring(128, 144 + 2 * ticket.length()))
        .isEqualTo(
            "2900" // next Notify
                + String.format("%04x", notify)
                + "0000401d" // protocol 0, SPI size 0, TICKET_OPAQUE (16413)
                + hex(ticket.toArray()));
    String response = hex(sent(ExchangeType.IKE_SESSION_RESUME, RIGHT).get(0).octets());
    assertThat(response.substring(32, 48)).isEqualTo("2820262000000000");
    assertThat(response.substring(56, 64)).isEqualTo("29000024");
    assertThat(response.substring(0, 16)).isEqualTo(request.substring(0, 16));
    assertThat(response.substring(16, 32)).isNotEqualTo("0".repeat(16));
    assertThat(request).doesNotContain(hex("192.0.2.1".getBytes()));
  }

  @Test
  void aRefusalIsOneNotificationWithoutASpi() {
    lab.load(left(), right());
    lab.net.inject(
        new Datagram(
            LEFT,
            RIGHT,
            false,
            MessageEncoder.encode(
                IkeHeader.of(0x0102030405060708L, 0, 38, true, false, 0),
                List.of(
                    new NoncePayload(Octets.copyOf(new byte[16])),
                    NotifyPayload.of(NotifyType.TICKET_OPAQUE, Octets.copyOf(new byte[64]))))));
    lab.time.run(Duration.ofMillis(20));
    assertThat(hex(sent(ExchangeType.IKE_SESSION_RESUME, RIGHT).get(0).octets()))
        .isEqualTo(
            "01020304050607080000000000000000"
                + "29202620" // next Notify, version 2.0, IKE_SESSION_RESUME (38), response
                + "0000000000000024" // message id 0, length 36
                + "000000080000401c"); // last, length 8, TICKET_NACK (16412)
  }

  private Octets heldTicket() {
    byte[] record = lab.left.store.get(SHELF, "to-right").orElseThrow().octets();
    return Octets.copyOf(record, 3, (record[1] & 0xff) << 8 | record[2] & 0xff);
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
