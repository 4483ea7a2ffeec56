package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.ConnectionConfig.Recovery;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Usage;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.engine.recovery.CrashTokens;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.ProtocolId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Quick crash detection (RFC 6290), against ourselves, with the octets on the wire. */
class CrashDetectionTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration DPD = Duration.ofSeconds(10);
  private static final InetSocketAddress LEFT =
      new InetSocketAddress(Config.address("192.0.2.1"), 500);
  private static final InetSocketAddress RIGHT =
      new InetSocketAddress(Config.address("192.0.2.2"), 500);

  private final Lab lab = new Lab();

  private void up(Config left, Config right) {
    lab.load(left, right);
    lab.up();
    lab.assertOnePair("net");
  }

  private static IkeMessage message(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram.octets())).value();
  }

  private static String hex(Octets octets) {
    return HexFormat.of().formatHex(octets.toArray());
  }

  /** Kills the right gateway and starts it again, with the same configuration. */
  private void restartRight(Config config, boolean emptyPlane) {
    lab.right = lab.right.reborn(emptyPlane);
    assertThat(lab.right.load(config.build()).done()).isTrue();
  }

  private Datagram shown() {
    return lab.net.sent().stream()
        .filter(d -> d.local().equals(RIGHT) && message(d).has(NotifyType.INVALID_IKE_SPI))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aGatewayThatLostEverythingIsBackAfterOneQuestion() {
    up(Lab.leftNet().dpd(DPD), Lab.rightNet());
    restartRight(Lab.rightNet(), true);
    int before = lab.net.sent().size();
    lab.time.until(Duration.ofSeconds(20), () -> lab.net.sent().size() > before);
    // The liveness check is on its way; without tokens it would take 80 seconds to give up.
    lab.time.run(Duration.ofMillis(150));
    assertThat(lab.right.plane.sas()).hasSize(2);
    assertThat(lab.left.count("ike-crash-tokens-accepted")).isEqualTo(1);
    assertThat(lab.right.count("ike-crash-tokens-shown")).isEqualTo(1);
    assertThat(lab.left.count("ike-crash-recovered")).isEqualTo(1);
    lab.time.run(Duration.ofMinutes(2));
    lab.assertOnePair("net");
    assertThat(lab.left.engine.snapshot()).hasSize(1);
  }

  @Test
  void theStateTellsWhatIsAgreedOn() {
    up(Lab.leftNet().mobike(), Lab.rightNet().mobike());
    for (var gateway : List.of(lab.left, lab.right)) {
      assertThat(gateway.onlySa().extensions()).isEqualTo(new IkeSaStatus.Extensions(true, true));
      gateway.get(gateway.engine.rekey(new Selection.IkeUid(gateway.onlySa().uid()), LIMIT));
      lab.time.run(Duration.ofSeconds(1));
    }
    assertThat(lab.left.onlySa().extensions()).isEqualTo(new IkeSaStatus.Extensions(true, true));
    assertThat(lab.right.onlySa().extensions()).isEqualTo(new IkeSaStatus.Extensions(true, true));
    Lab plain = new Lab();
    plain.load(Lab.leftNet().recovery(new Recovery(false)), Lab.rightNet());
    plain.up();
    assertThat(plain.left.onlySa().extensions()).isEqualTo(IkeSaStatus.Extensions.NONE);
    assertThat(plain.right.onlySa().extensions()).isEqualTo(IkeSaStatus.Extensions.NONE);
  }

  @Test
  void whereThePlaneOfTheGatewayWentOnNoPacketIsLost() {
    up(Lab.leftNet().dpd(DPD), Lab.rightNet());
    lab.traffic("net");
    restartRight(Lab.rightNet(), false);
    lab.time.run(Duration.ofMinutes(1));
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-crash-recovered")).isEqualTo(1);
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
  }

  @Test
  void aPeerThatInstallsSlowlyLosesNothingToTheGatewayThatForgot() {
    up(Lab.leftNet().dpd(DPD), Lab.rightNet());
    lab.left.plane.setLatency(Duration.ofMillis(100));
    lab.traffic("net");
    restartRight(Lab.rightNet(), false);
    lab.time.run(Duration.ofMinutes(1));
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-crash-recovered")).isEqualTo(1);
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
    assertThat(lab.right.plane.reusedKeys()).isEmpty();
  }

  @Test
  void theFirstPacketOfThePeerShowsTheGatewayThatForgotThatItMayTurn() {
    up(Lab.leftNet().dpd(DPD), Lab.rightNet());
    restartRight(Lab.rightNet(), false);
    assertThat(lab.time.until(Duration.ofSeconds(20), () -> waiting().isPresent())).isTrue();
    assertThat(lab.right.plane.log()).as("still under the old key").doesNotContain("unclaim net");
    lab.time.run(Duration.ofSeconds(1));
    assertThat(waiting()).as("nothing came").isPresent();
    lab.right.plane.sas(Direction.INBOUND).stream()
        .filter(sa -> !lab.right.plane.isEarlier(sa))
        .forEach(sa -> lab.right.plane.setUsage(sa.sa().id(), Usage.of(1, 100)));
    lab.time.run(Duration.ofMillis(300));
    assertThat(waiting()).isEmpty();
    assertThat(lab.right.plane.log()).containsSubsequence("select net", "unclaim net");
  }

  private Optional<ChildSaStatus> waiting() {
    return lab.right.children().stream().filter(c -> c.state().equals("WAITING")).findFirst();
  }

  @Test
  void anInitiatorThatForgotIsWaitedFor() {
    // Only the left one can initiate, so the right one asks, learns and waits.
    up(Lab.leftNet(), Lab.rightNet().anyPeer().dpd(DPD));
    lab.left = lab.left.reborn(true);
    assertThat(lab.left.load(Lab.leftNet().build()).done()).isTrue();
    assertThat(
            lab.time.until(
                Duration.ofSeconds(20), () -> lab.right.count("ike-crash-tokens-accepted") == 1))
        .isTrue();
    assertThat(lab.right.onlySa().state()).isEqualTo("FORGOTTEN");
    lab.up();
    lab.time.run(Duration.ofSeconds(40));
    lab.assertOnePair("net");
    assertThat(lab.right.engine.snapshot()).hasSize(1);
  }

  @Test
  void aRekeyedIkeSaHasATokenOfItsOwnOnBothSides() {
    for (boolean byLeft : new boolean[] {true, false}) {
      Lab other = new Lab();
      other.load(Lab.leftNet().dpd(DPD), Lab.rightNet().dpd(DPD));
      other.up();
      var who = byLeft ? other.left : other.right;
      who.get(who.engine.rekey(new Selection.IkeUid(who.onlySa().uid()), LIMIT));
      other.time.run(Duration.ofSeconds(1));
      other.right = other.right.reborn(true);
      assertThat(other.right.load(Lab.rightNet().build()).done()).isTrue();
      other.time.run(Duration.ofSeconds(20));
      assertThat(other.left.count("ike-crash-tokens-accepted")).isEqualTo(1);
      other.assertOnePair("net");
    }
  }

  @Test
  void theAnswerInClearHasTheOctetsOfTheRfc() {
    up(Lab.leftNet().dpd(DPD), Lab.rightNet());
    long spiI = lab.left.onlySa().initiatorSpi();
    long spiR = lab.left.onlySa().responderSpi();
    restartRight(Lab.rightNet(), true);
    lab.time.run(Duration.ofSeconds(12));
    byte[] octets = shown().octets();
    Octets token =
        message(shown()).notification(NotifyType.QUICK_CRASH_DETECTION).orElseThrow().data();
    assertThat(token.length()).isEqualTo(CrashTokens.TOKEN_OCTETS);
    assertThat(octets)
        .asHexString()
        .isEqualToIgnoringCase(
            String.format("%016x%016x", spiI, spiR)
                + "29" // next Notify (41)
                + "20" // version 2.0
                + "25" // INFORMATIONAL (37), as the request
                + "20" // flags: response, of the responder
                + "00000002" // message id of the request
                + "0000003c" // length 60
                + "29000008" // next Notify, length 8
                + "00000004" // protocol 0, SPI size 0, INVALID_IKE_SPI (4)
                + "00000018" // last, length 24
                + "01004023" // protocol IKE (1), SPI size 0, QUICK_CRASH_DETECTION (16419)
                + hex(token));
    assertThat(hex(token)).isNotEqualTo("0".repeat(32));
  }

  @Test
  void aTokenThatIsNotThePeersEndsNothing() {
    up(Lab.leftNet().dpd(DPD), Lab.rightNet());
    long spiI = lab.left.onlySa().initiatorSpi();
    long spiR = lab.left.onlySa().responderSpi();
    lab.net.dead();
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.time.run(Duration.ofMillis(20));
    Random random = new Random(4);
    for (int i = 0; i < 500; i++) {
      byte[] guess = new byte[CrashTokens.TOKEN_OCTETS];
      random.nextBytes(guess);
      lab.net.deliver(
          new Datagram(
              RIGHT,
              LEFT,
              false,
              MessageEncoder.encode(
                  IkeHeader.of(spiI, spiR, ExchangeType.CREATE_CHILD_SA, false, true, 2),
                  List.of(
                      NotifyPayload.of(NotifyType.INVALID_IKE_SPI),
                      new NotifyPayload(
                          ProtocolId.IKE,
                          Octets.EMPTY,
                          NotifyType.QUICK_CRASH_DETECTION,
                          Octets.copyOf(guess))))));
    }
    lab.time.run(Duration.ofMillis(20));
    lab.net.fine();
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(spiI);
    assertThat(lab.left.count("ike-crash-tokens-refused")).isEqualTo(5);
    assertThat(lab.left.count("ike-crash-tokens-throttled")).isEqualTo(495);
    lab.assertOnePair("net");
  }

  @Test
  void noTokenOfALivingIkeSaIsShownHoweverItIsAskedFor() {
    up(Lab.leftNet(), Lab.rightNet());
    long spiI = lab.left.onlySa().initiatorSpi();
    long spiR = lab.left.onlySa().responderSpi();
    int before = lab.net.sent().size();
    for (boolean initiator : new boolean[] {true, false}) {
      for (long[] spis : new long[][] {{spiI, spiR}, {spiR, spiI}, {spiI, 7}, {7, spiR}}) {
        for (InetSocketAddress to : new InetSocketAddress[] {LEFT, RIGHT}) {
          byte[] octets = sealedLooking(spis[0], spis[1], initiator, 200);
          lab.net.inject(new Datagram(to.equals(LEFT) ? RIGHT : LEFT, to, false, octets));
        }
      }
    }
    lab.time.run(Duration.ofSeconds(1));
    String held = tokensOf(spiI, spiR);
    for (Datagram answer : lab.net.sent().subList(before, lab.net.sent().size())) {
      message(answer)
          .notification(NotifyType.QUICK_CRASH_DETECTION)
          .ifPresent(token -> assertThat(held).doesNotContain(hex(token.data())));
    }
    lab.assertOnePair("net");
  }

  /** What each side gave the other of the living IKE SA. */
  private String tokensOf(long spiI, long spiR) {
    CrashTokens left = new CrashTokens(NativeIkeEngine.NAME, null);
    left.use(lab.left.store);
    CrashTokens right = new CrashTokens(NativeIkeEngine.NAME, null);
    right.use(lab.right.store);
    return hex(left.token(true, spiI, spiR).orElseThrow())
        + " "
        + hex(right.token(false, spiI, spiR).orElseThrow());
  }

  /** A datagram that could be protected, for all that its first octets tell. */
  private static byte[] sealedLooking(long spiI, long spiR, boolean initiator, int length) {
    byte[] octets = new byte[length];
    byte[] header =
        MessageEncoder.encode(
            IkeHeader.of(spiI, spiR, ExchangeType.INFORMATIONAL, initiator, false, 9), List.of());
    System.arraycopy(header, 0, octets, 0, header.length);
    octets[16] = 46;
    octets[26] = (byte) (length >> 8);
    octets[27] = (byte) length;
    octets[30] = (byte) (length - 28 >> 8);
    octets[31] = (byte) (length - 28);
    return octets;
  }

  @Test
  void answersAreHardlyLongerThanQuestionsAndFewPerAddress() {
    lab.load(Lab.leftNet(), Lab.rightNet());
    for (int i = 0; i < 50; i++) {
      lab.net.inject(new Datagram(LEFT, RIGHT, false, sealedLooking(7, 100 + i, true, 55)));
    }
    lab.time.run(Duration.ofMillis(50));
    assertThat(lab.right.count("ike-crash-tokens-shown")).isZero();
    for (int i = 0; i < 50; i++) {
      lab.net.inject(new Datagram(LEFT, RIGHT, false, sealedLooking(7, 100 + i, true, 100)));
    }
    lab.time.run(Duration.ofMillis(50));
    assertThat(lab.right.count("ike-crash-tokens-shown")).isEqualTo(4);
    // Others are not held back by that.
    for (int i = 0; i < 1000; i++) {
      lab.net.inject(
          new Datagram(
              new InetSocketAddress(Config.address("198.51." + i / 250 + "." + i % 250), 500),
              RIGHT,
              false,
              sealedLooking(7, 1000 + i, true, 100)));
    }
    lab.time.run(Duration.ofMillis(50));
    assertThat(lab.right.count("ike-crash-tokens-shown")).isGreaterThan(950);
  }

  @Test
  void withoutTheSecretOrTheOptionItTakesTheTimeout() {
    Config off = Lab.leftNet().dpd(DPD).recovery(new Recovery(false));
    up(off, Lab.rightNet());
    restartRight(Lab.rightNet(), true);
    lab.time.run(Duration.ofSeconds(60));
    assertThat(lab.left.count("ike-crash-tokens-accepted")).isZero();
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");

    Lab lost = new Lab();
    lost.load(Lab.leftNet().dpd(DPD), Lab.rightNet());
    lost.up();
    lost.right.store.remove(NativeIkeEngine.NAME, "crash-detection-secret");
    lost.right.store.sync();
    lost.time.run(Duration.ofMillis(10));
    lost.right = lost.right.reborn(true);
    assertThat(lost.right.load(Lab.rightNet().build()).done()).isTrue();
    lost.time.run(Duration.ofSeconds(20));
    assertThat(lost.left.count("ike-crash-tokens-refused")).isPositive();
    assertThat(lost.left.onlySa().state()).isEqualTo("ESTABLISHED");
  }

  @Test
  void latencyOfOneRoundTripIsWhatItTakes() {
    up(Lab.leftNet().dpd(DPD), Lab.rightNet());
    restartRight(Lab.rightNet(), true);
    int before = lab.net.sent().size();
    lab.time.until(Duration.ofSeconds(20), () -> lab.net.sent().size() > before);
    lab.time.run(Net.LATENCY.multipliedBy(2).plusMillis(1));
    // The question was answered, and the next thing on the wire is already IKE_SA_INIT.
    Datagram last = lab.net.sent().get(lab.net.sent().size() - 1);
    assertThat(message(last).header().exchangeType()).isEqualTo(ExchangeType.IKE_SA_INIT);
    assertThat(last.local()).isEqualTo(LEFT);
  }
}
