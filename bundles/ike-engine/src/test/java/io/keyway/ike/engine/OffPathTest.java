package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who is not on the path, and so sees nothing, can neither make nor end anything. Who sees the
 * messages, but cannot hold them up, can delay at most.
 */
class OffPathTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final InetSocketAddress LEFT =
      new InetSocketAddress(Config.address("192.0.2.1"), 500);
  private static final InetSocketAddress RIGHT =
      new InetSocketAddress(Config.address("192.0.2.2"), 500);

  private static final Duration SOON = Duration.ofMillis(1);

  private static IkeHeader header(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeHeader>) MessageDecoder.header(datagram.octets())).value();
  }

  private static IkeMessage message(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram.octets())).value();
  }

  private static Datagram toLeft(byte[] octets) {
    return new Datagram(RIGHT, LEFT, false, octets);
  }

  private static NotifyPayload error(int type) {
    return type == NotifyType.INVALID_KE_PAYLOAD
        ? NotifyPayload.of(type, Octets.ofHex("0013"))
        : type == NotifyType.COOKIE
            ? NotifyPayload.of(type, Octets.ofHex("0102030405060708"))
            : NotifyPayload.of(type);
  }

  /** A response to IKE_SA_INIT as its observer can make it. */
  private static byte[] forged(Datagram request, long spiR, List<? extends Payload> payloads) {
    return MessageEncoder.encode(
        IkeHeader.of(
            header(request).initiatorSpi(), spiR, ExchangeType.IKE_SA_INIT, false, true, 0),
        payloads);
  }

  /** Brings the tunnel up while an observer answers each IKE_SA_INIT before the peer can. */
  private static Lab upAgainst(
      Config left, Config right, java.util.function.Function<Datagram, List<byte[]>> forger) {
    Lab lab = new Lab();
    lab.load(left, right);
    lab.net.setWeather(
        d -> {
          if (d.local().equals(LEFT)
              && header(d).exchangeType() == ExchangeType.IKE_SA_INIT
              && !header(d).isResponse()) {
            for (byte[] answer : forger.apply(d)) {
              lab.time.after(SOON, () -> lab.net.deliver(toLeft(answer)));
            }
          }
          return List.of(Net.LATENCY);
        });
    CompletableFuture<ChildResult> result =
        lab.left.engine.initiate("to-right", "net", LIMIT).toCompletableFuture();
    lab.time.run(Duration.ofSeconds(15));
    assertThat(result).isDone();
    assertThat(result.join().outcome().reason()).isEmpty();
    lab.time.run(Duration.ofMinutes(2));
    lab.assertOnePair("net");
    assertThat(lab.left.engine.snapshot()).hasSize(1);
    assertThat(lab.right.engine.snapshot()).hasSize(1);
    assertThat(lab.left.count("ike-internal-errors")).isZero();
    return lab;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        NotifyType.NO_PROPOSAL_CHOSEN,
        NotifyType.AUTHENTICATION_FAILED,
        NotifyType.INVALID_KE_PAYLOAD,
        NotifyType.INVALID_MAJOR_VERSION,
        NotifyType.INVALID_SYNTAX,
        NotifyType.INVALID_IKE_SPI,
        NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD,
        40_000
      })
  void aForgedRefusalOfTheFirstMessageIsOutrunByTheGenuineAnswer(int type) {
    upAgainst(
        Lab.leftNet().ike(Config.GCM_X25519, Config.GCM_ECP256),
        Lab.rightNet().ike(Config.GCM_X25519),
        d -> List.of(forged(d, 0, List.of(error(type)))));
  }

  @Test
  void forgedAnswersThatFitNothingAreNotBelieved() {
    Lab lab =
        upAgainst(
            Lab.leftNet(),
            Lab.rightNet(),
            d -> {
              IkeMessage request = message(d);
              List<Payload> noKe = new ArrayList<>(request.payloads());
              noKe.removeIf(KePayload.class::isInstance);
              byte[] truncated = forged(d, 7, request.payloads());
              truncated[27] = 40;
              return List.of(
                  forged(d, 9, noKe), forged(d, 0, request.payloads()), truncated, new byte[28]);
            });
    assertThat(lab.left.count("ike-init-answers-doubted")).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aForgedAnswerWithKeysOfTheForgerDoesNotWinByBeingFirst(int forgeries) {
    upAgainst(
        Lab.leftNet(),
        Lab.rightNet(),
        d -> {
          IkeMessage request = message(d);
          List<byte[]> answers = new ArrayList<>();
          for (int i = 1; i <= forgeries; i++) {
            answers.add(
                forged(
                    d,
                    i,
                    List.of(
                        firstProposal(request),
                        request.first(KePayload.class).orElseThrow(),
                        new NoncePayload(Octets.copyOf(new byte[32])))));
          }
          return answers;
        });
  }

  private static SaPayload firstProposal(IkeMessage request) {
    return new SaPayload(List.of(request.first(SaPayload.class).orElseThrow().proposals().get(0)));
  }

  @Test
  void aForgedAnswerBehindTheGenuineOneDoesNoHarm() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet());
    lab.net.setWeather(
        d -> {
          if (d.local().equals(RIGHT) && header(d).exchangeType() == ExchangeType.IKE_SA_INIT) {
            IkeMessage answer = message(d);
            byte[] later =
                MessageEncoder.encode(
                    IkeHeader.of(
                        header(d).initiatorSpi(), 99, ExchangeType.IKE_SA_INIT, false, true, 0),
                    answer.payloads());
            lab.time.after(Net.LATENCY.plus(SOON), () -> lab.net.deliver(toLeft(later)));
          }
          return List.of(Net.LATENCY);
        });
    assertThat(lab.left.initiate("to-right", "net").outcome().reason()).isEmpty();
    lab.time.run(Duration.ofMinutes(2));
    lab.assertOnePair("net");
    assertThat(lab.left.engine.snapshot()).hasSize(1);
    assertThat(lab.left.plane.leases()).isEmpty();
  }

  @Test
  void aRefusalThatNobodyContradictsIsBelievedAfterAMoment() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().ike(Config.GCM_X25519), Lab.rightNet().ike(Config.GCM_ECP256));
    CompletableFuture<ChildResult> result =
        lab.left.engine.initiate("to-right", "net", LIMIT).toCompletableFuture();
    lab.time.run(Duration.ofMillis(500));
    assertThat(result).isNotDone();
    lab.time.run(Duration.ofMillis(600));
    assertThat(result.join().outcome().reason()).contains("NO_PROPOSAL_CHOSEN");
  }

  @Test
  void whoSeesNothingFindsNoIkeSaToEndWhateverItSends() {
    Lab lab = Lab.withNet().up();
    String before = lab.left.onlySa() + " " + lab.right.onlySa();
    Random random = new Random(3);
    int[] types = {
      NotifyType.INVALID_IKE_SPI,
      NotifyType.AUTHENTICATION_FAILED,
      NotifyType.NO_PROPOSAL_CHOSEN,
      NotifyType.COOKIE,
      NotifyType.INVALID_KE_PAYLOAD,
      NotifyType.INVALID_MAJOR_VERSION
    };
    for (int i = 0; i < 3000; i++) {
      // It knows addresses and ports, and may guess small message ids, but no SPI.
      IkeHeader header =
          IkeHeader.of(
              random.nextLong(),
              random.nextLong(),
              34 + random.nextInt(4),
              random.nextBoolean(),
              random.nextBoolean(),
              random.nextInt(4));
      byte[] octets =
          MessageEncoder.encode(header, List.of(error(types[random.nextInt(types.length)])));
      lab.net.inject(toLeft(octets));
      lab.net.inject(new Datagram(LEFT, RIGHT, false, octets));
    }
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.left.onlySa() + " " + lab.right.onlySa()).isEqualTo(before);
    assertThat(lab.right.count("ike-half-open")).isZero();
    lab.assertOnePair("net");
  }

  @ParameterizedTest
  @ValueSource(ints = {34, 35, 36, 37, 38, 43, 44})
  void whoSeesTheSpisCannotEndAnIkeSaInClear(int exchange) {
    Lab lab = Lab.withNet().up();
    String before = lab.left.onlySa() + " " + lab.right.onlySa();
    long spiI = lab.left.onlySa().initiatorSpi();
    long spiR = lab.left.onlySa().responderSpi();
    lab.net.dead();
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.time.run(Duration.ofMillis(50));
    lab.net.fine();
    for (int type :
        new int[] {
          NotifyType.INVALID_IKE_SPI,
          NotifyType.AUTHENTICATION_FAILED,
          NotifyType.NO_PROPOSAL_CHOSEN,
          NotifyType.COOKIE,
          NotifyType.INVALID_KE_PAYLOAD,
          NotifyType.INVALID_MAJOR_VERSION,
          NotifyType.INVALID_SYNTAX
        }) {
      for (int id = 0; id < 6; id++) {
        for (boolean response : new boolean[] {true, false}) {
          lab.net.inject(
              toLeft(
                  MessageEncoder.encode(
                      IkeHeader.of(spiI, spiR, exchange, false, response, id),
                      List.of(error(type)))));
          lab.net.inject(
              new Datagram(
                  LEFT,
                  RIGHT,
                  false,
                  MessageEncoder.encode(
                      IkeHeader.of(spiI, spiR, exchange, true, response, id),
                      List.of(error(type)))));
        }
      }
    }
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(before).contains(Long.toString(spiI));
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(spiI);
    lab.assertOnePair("net");
  }

  @Test
  void aHalfOpenIkeSaIsNotEndedByForgedAuthentication() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet());
    lab.net.setWeather(
        d -> {
          if (d.local().equals(LEFT) && header(d).exchangeType() == ExchangeType.IKE_AUTH) {
            for (int i = 0; i < 20; i++) {
              byte[] forged = d.octets().clone();
              forged[forged.length - 1 - i] ^= 1;
              lab.time.after(SOON, () -> lab.net.deliver(new Datagram(LEFT, RIGHT, false, forged)));
            }
            byte[] clear =
                MessageEncoder.encode(
                    header(d), List.of(NotifyPayload.of(NotifyType.AUTHENTICATION_FAILED)));
            lab.time.after(SOON, () -> lab.net.deliver(new Datagram(LEFT, RIGHT, false, clear)));
          }
          return List.of(Net.LATENCY);
        });
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.right.count("ike-dropped-unauthentic")).isEqualTo(21);
  }

  @Test
  void anAddressThatOnlyForgersUseIsNotFollowed() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().natTraversal(), Lab.rightNet().natTraversal().anyPeer());
    InetSocketAddress nat = new InetSocketAddress(Config.address("198.51.100.9"), 4500);
    lab.net.setNat(
        d ->
            d.local().getAddress().equals(LEFT.getAddress())
                ? new Datagram(nat, d.remote(), d.marker(), d.octets())
                : d.remote().equals(nat)
                    ? new Datagram(d.local(), portOfLeft(d), d.marker(), d.octets())
                    : d);
    lab.up();
    InetSocketAddress peer = lab.right.onlySa().remote();
    long spiI = lab.left.onlySa().initiatorSpi();
    long spiR = lab.left.onlySa().responderSpi();
    InetSocketAddress evil = new InetSocketAddress(Config.address("203.0.113.66"), 4500);
    InetSocketAddress right = new InetSocketAddress(RIGHT.getAddress(), 4500);
    // Not authentic, from another address.
    for (int id = 0; id < 5; id++) {
      byte[] octets =
          MessageEncoder.encode(
              IkeHeader.of(spiI, spiR, ExchangeType.INFORMATIONAL, true, false, id), List.of());
      lab.net.inject(new Datagram(evil, right, true, octets));
    }
    // Authentic once, replayed from another address.
    for (Datagram old : List.copyOf(lab.net.sent())) {
      if (old.local().getAddress().equals(LEFT.getAddress())) {
        lab.net.inject(new Datagram(evil, right, true, old.octets()));
      }
    }
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.right.onlySa().remote()).isEqualTo(peer);
    assertThat(lab.right.count("ike-peer-moved")).isEqualTo(1);
    lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    assertThat(lab.right.onlySa().remote()).isEqualTo(peer);
  }

  private static InetSocketAddress portOfLeft(Datagram d) {
    return new InetSocketAddress(LEFT.getAddress(), d.remote().getPort());
  }

  @Test
  void aMessageHeldUpAndSentFromElsewhereDivertsThePeerOnlyUntilItSpeaks() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().natTraversal().dpd(Duration.ofSeconds(5)),
        Lab.rightNet().natTraversal().anyPeer());
    InetSocketAddress nat = new InetSocketAddress(Config.address("198.51.100.9"), 4500);
    InetSocketAddress evil = new InetSocketAddress(Config.address("203.0.113.66"), 4500);
    boolean[] diverts = {false};
    lab.net.setNat(
        d ->
            d.local().getAddress().equals(LEFT.getAddress())
                ? new Datagram(diverts[0] ? evil : nat, d.remote(), d.marker(), d.octets())
                : d.remote().equals(nat)
                    ? new Datagram(d.local(), portOfLeft(d), d.marker(), d.octets())
                    : d);
    lab.up();
    diverts[0] = true;
    assertThat(
            lab.time.until(Duration.ofSeconds(10), () -> lab.right.onlySa().remote().equals(evil)))
        .isTrue();
    diverts[0] = false;
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.right.onlySa().remote()).isEqualTo(nat);
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
  }
}
