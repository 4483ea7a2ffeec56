package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.store.StateStore.StateRecord;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Certificates;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Session resumption (RFC 5723), against ourselves, with the octets on the wire. */
class SessionResumptionTest extends ResumptionCase {
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
  void aPreSharedKeyThatWasReplacedEndsTheTicketsThatItMade() {
    up(left(), right());
    restartLeft(left());
    lab.left.secrets.with("psk", "another secret");
    lab.right.secrets.with("psk", "another secret");
    initiateAgain();
    assertThat(lab.right.count("ike-tickets-refused-withdrawn")).isEqualTo(1);
    assertFullHandshake();
    // And one that was deleted lets nobody in any more.
    restartLeft(left());
    lab.right.secrets.remove("psk");
    assertThat(lab.left.initiate("to-right", "net").outcome().done()).isFalse();
    assertThat(lab.right.count("ike-tickets-refused-withdrawn")).isEqualTo(2);
  }

  @Test
  void aCertificateThatWasRevokedEndsItsTickets() {
    Certificates root = new Certificates("root");
    root.give(lab.left, "left.example.org").give(lab.right, "right.example.org");
    root.trustedBy(lab.left).trustedBy(lab.right);
    Config left =
        left().ids("left.example.org", "right.example.org").authentication(BY_CERTIFICATE);
    up(left, right().ids("right.example.org", null).anyPeer().authentication(BY_CERTIFICATE));
    restartLeft(left);
    initiateAgain();
    assertResumed(1);
    // The root has serial number 1, the left one's certificate 2.
    restartLeft(left);
    root.revokedAt(lab.right, lab.time.instant(), 2);
    lab.time.run(Duration.ofMinutes(1));
    assertThat(lab.left.initiate("to-right", "net").outcome().done()).isFalse();
    assertThat(lab.right.count("ike-tickets-refused-withdrawn")).isEqualTo(1);
    assertThat(lab.right.count("ike-resumed-responder")).isEqualTo(1);
  }

  private static final UnaryOperator<Authentication> BY_CERTIFICATE =
      a ->
          new Authentication(
              Authentication.Method.CERTIFICATE,
              Authentication.Method.CERTIFICATE,
              a.localId(),
              a.remoteId(),
              "",
              new CertificateSettings(
                  "own",
                  "own-key",
                  List.of("root"),
                  CertificateSettings.Revocation.RELAXED,
                  List.of(),
                  List.of()));

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
}
