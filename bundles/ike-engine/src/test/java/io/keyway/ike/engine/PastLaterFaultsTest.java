package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.ConfigurationPayload.Attribute;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.UnknownPayload;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What daemons fell over at the hands of who has an account: attributes of CP with lengths that lie
 * (CVE-2026-35330 and its like, RFC 7296 section 3.15), addresses of somebody else (RFC 4555
 * sections 3.5 and 3.7), tokens that nobody may use (RFC 6290 section 4.1). The peer loses its own
 * IKE SA at most, nothing is left of it, and the next one is served.
 */
class PastLaterFaultsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String ELSEWHERE = "203.0.113.9";

  private final Lab lab = new Lab();
  private final HostilePeer peer = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519);

  private void load() {
    lab.load(
        Config.left().request("0.0.0.0").child("net", "dynamic", "10.2.0.0/16"),
        Config.right()
            .anyPeer()
            .pools(Config.pool("sites", "10.3.0.0/29", "fd00:3::/120"))
            .mobike()
            .child("net", "10.2.0.0/16", "dynamic"));
    peer.connect();
  }

  @AfterEach
  void anHonestPeerStillComesUp() {
    assertThat(lab.right.count("ike-internal-errors")).isZero();
    if (!lab.right.engine.snapshot().isEmpty()) {
      peer.request(ExchangeType.INFORMATIONAL, List.of(DeletePayload.ike()));
      lab.time.run(Duration.ofSeconds(30));
    }
    lab.assertNothingLeft();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.leases()).noneMatch(lease -> lease.online());
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-internal-errors")).isZero();
  }

  private IkeMessage only(List<IkeMessage> answers) {
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  private void up(Payload... more) {
    assertThat(only(peer.authenticate(more)).error()).isEmpty();
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.right.plane.sas()).hasSize(2);
  }

  private static Payload ask(Attribute... attributes) {
    return new ConfigurationPayload(ConfigurationPayload.CFG_REQUEST, List.of(attributes));
  }

  private static Payload ask() {
    return ask(new Attribute(1, Octets.EMPTY));
  }

  // --- CP -------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Longer than the payload, a header in the middle, a type alone, less than a CP header.
        "01000000 0001ffff 0a000301",
        "01000000 00010005 0a000301",
        "01000000 00010004 0a000301 0003",
        "01000000 00010000 000300",
        "0100",
      })
  void attributesBeyondTheirPayloadAreRefusedWhole(String body) {
    load();
    Payload cp = new UnknownPayload(PayloadType.CP, Octets.ofHex(body.replace(" ", "")));
    IkeMessage answer = only(peer.authenticate(cp));
    assertThat(answer.has(NotifyType.INVALID_SYNTAX)).isTrue();
    lab.time.run(Duration.ofMillis(50));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.count("ike-established-responder")).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 16, 255, 2000})
  void anAddressOfAWrongSizeIsNoWish(int octets) {
    load();
    up(ask(new Attribute(1, Octets.copyOf(new byte[octets]))));
    assertThat(lab.right.onlySa().addresses().remote()).containsExactly(Config.address("10.3.0.1"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 15, 18, 255, 2000})
  void anIpv6AddressOfAWrongSizeIsNoWish(int octets) {
    load();
    up(ask(new Attribute(1, Octets.EMPTY), new Attribute(8, Octets.copyOf(new byte[octets]))));
    assertThat(lab.right.onlySa().addresses().remote())
        .containsExactly(Config.address("10.3.0.1"), Config.address("fd00:3::1"));
  }

  @Test
  void ofManyPayloadsAndAddressesTheFirstIsGranted() {
    load();
    Attribute any = new Attribute(1, Octets.EMPTY);
    up(
        ask(any, any, any),
        ask(any),
        ask(any, any),
        ask(new Attribute(1, Octets.ofHex("0a030004"))));
    assertThat(lab.right.engine.leases()).hasSize(1);
    for (int i = 0; i < 20; i++) {
      only(peer.request(ExchangeType.INFORMATIONAL, List.of(ask(), ask(any, any))));
    }
    assertThat(lab.right.engine.leases()).as("asked for again and again").hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3, 4, 5, 128, 255})
  void whoAsksByAnotherTypeAsksForNothing(int type) {
    load();
    peer.authenticate(
        new ConfigurationPayload(type, List.of(new Attribute(1, Octets.ofHex("0a030001")))));
    assertThat(lab.right.engine.leases()).isEmpty();
  }

  // --- MOBIKE ---------------------------------------------------------------------------------

  private static Payload notify(int type, String hex) {
    return NotifyPayload.of(type, Octets.ofHex(hex));
  }

  private void stays(List<IkeMessage> answers) {
    assertThat(only(answers).error()).isEmpty();
    lab.time.run(Duration.ofSeconds(2));
    assertThat(lab.right.plane.sas())
        .allMatch(i -> i.sa().endpoints().remote().equals(Config.address("198.51.100.66")));
    assertThat(lab.right.count("mobike-peer-moved")).isZero();
  }

  @Test
  void whoDidNotAgreeOnMobikeDoesNotMove() {
    load();
    up(ask());
    peer.moveTo(ELSEWHERE);
    stays(
        peer.request(
            ExchangeType.INFORMATIONAL,
            List.of(
                NotifyPayload.of(NotifyType.UPDATE_SA_ADDRESSES),
                notify(NotifyType.COOKIE2, "00".repeat(16)))));
  }

  /** The request of ours that asks whether the peer is where it says. */
  private IkeMessage moved() {
    load();
    up(ask(), NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED));
    peer.moveTo(ELSEWHERE);
    List<IkeMessage> heard =
        peer.request(
            ExchangeType.INFORMATIONAL, List.of(NotifyPayload.of(NotifyType.UPDATE_SA_ADDRESSES)));
    return heard.stream().filter(m -> !m.header().isResponse()).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "", "00", "00000000000000000000000000000000"})
  void aWrongAnswerToCookie2EndsTheIkeSa(String cookie) {
    IkeMessage question = moved();
    assertThat(question.has(NotifyType.COOKIE2)).isTrue();
    if (cookie.equals("none")) {
      peer.respond(question);
    } else {
      peer.respond(question, notify(NotifyType.COOKIE2, cookie));
    }
    lab.time.run(Duration.ofMinutes(3));
    assertThat(lab.right.plane.sas()).isEmpty();
    assertThat(lab.right.count("mobike-route-checks-failed")).isOne();
    assertThat(lab.net.sent()).as("no child went there").noneMatch(d -> d.octets()[18] == 36);
  }

  @Test
  void theRightAnswerToCookie2Moves() {
    IkeMessage question = moved();
    peer.respond(question, question.notification(NotifyType.COOKIE2).orElseThrow());
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.count("mobike-route-checks-failed")).isZero();
    assertThat(lab.right.onlySa().remote().getAddress()).isEqualTo(Config.address(ELSEWHERE));
    assertThat(lab.net.sent())
        .as("only now the child follows, by a rekey")
        .anyMatch(d -> d.remote().equals(peer.address()) && d.octets()[18] == 36);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 65, 1000})
  void aCookie2OfAForbiddenLengthIsNotRepeated(int octets) {
    load();
    up(ask(), NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED));
    IkeMessage answer =
        only(
            peer.request(
                ExchangeType.INFORMATIONAL,
                List.of(notify(NotifyType.COOKIE2, "00".repeat(octets)))));
    assertThat(answer.has(NotifyType.COOKIE2)).isFalse();
  }

  @Test
  void additionalAddressesOfAWrongSizeAreNone() {
    load();
    up(ask(), NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED));
    stays(
        peer.request(
            ExchangeType.INFORMATIONAL,
            List.of(
                notify(NotifyType.ADDITIONAL_IP4_ADDRESS, ""),
                notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "cb0071"),
                notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "cb00710909"),
                notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "00000000"),
                notify(NotifyType.ADDITIONAL_IP6_ADDRESS, "20010db8"),
                notify(NotifyType.ADDITIONAL_IP6_ADDRESS, "00".repeat(15)),
                notify(NotifyType.ADDITIONAL_IP6_ADDRESS, "00".repeat(17)))));
  }

  // --- quick crash detection ------------------------------------------------------------------

  private static NotifyPayload token(int octets) {
    return new NotifyPayload(
        ProtocolId.IKE,
        Octets.EMPTY,
        NotifyType.QUICK_CRASH_DETECTION,
        Octets.ofHex("a5".repeat(octets)));
  }

  /** Gives a token, and later shows it in clear, when the engine waits for an answer. */
  private void showsToken(int octets) {
    load();
    up(ask(), token(octets));
    lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT);
    int before = lab.net.sent().size();
    lab.time.run(Duration.ofMillis(20));
    assertThat(lab.net.sent()).hasSizeGreaterThan(before);
    IkeMessage question =
        ((DecodeResult.Decoded<IkeMessage>)
                MessageDecoder.message(lab.net.sent().get(before).octets()))
            .value();
    peer.respondInClear(question, NotifyPayload.of(NotifyType.INVALID_IKE_SPI), token(octets));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 129, 255, 3000})
  void aTokenOfAForbiddenLengthProvesNothing(int octets) {
    showsToken(octets);
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.right.plane.sas()).isNotEmpty();
    assertThat(lab.right.count("ike-crash-tokens-accepted")).isZero();
    // It never answers, so in the end it is given up.
    lab.time.run(Duration.ofMinutes(5));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 128})
  void aTokenOfAnAllowedLengthDoes(int octets) {
    showsToken(octets);
    assertThat(lab.right.count("ike-crash-tokens-accepted")).isOne();
    lab.time.run(Duration.ofMinutes(5));
  }
}
