package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.EngineSettings.Flood;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.PuzzleSolutionPayload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** First messages in numbers (RFC 7296 section 2.6, RFC 8019). */
class FloodTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final InetSocketAddress RIGHT =
      new InetSocketAddress(Config.address("192.0.2.2"), 500);

  private static Lab lab(int cookies, Flood flood) {
    Lab lab =
        new Lab(
            EngineSettings.defaults()
                .withHalfOpen(Duration.ofSeconds(30), cookies, 10_000)
                .withFlood(flood));
    lab.load(Lab.leftNet(), Lab.rightNet().anyPeer());
    return lab;
  }

  private static IkeMessage decode(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram.octets())).value();
  }

  /** A first message as the left one sends it. */
  private static byte[] firstMessage(Lab lab) {
    lab.net.dead();
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.time.run(Duration.ofMillis(2));
    return lab.net.sent().get(0).octets();
  }

  private static void flood(Lab lab, byte[] first, String from, int count, int seed) {
    lab.net.fine();
    for (int i = 1; i <= count; i++) {
      byte[] message = first.clone();
      message[0] ^= (byte) seed;
      message[1] ^= (byte) (i >> 8);
      message[2] ^= (byte) i;
      lab.net.inject(
          new Datagram(
              new InetSocketAddress(Config.address(from), 500 + seed), RIGHT, false, message));
    }
    lab.time.run(Duration.ofMillis(100));
    lab.net.dead();
  }

  @Test
  void aPuzzleIsSolvedAndTheTunnelComesUp() {
    Lab lab = lab(0, new Flood(256, 0, 9, 12));
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-puzzles-solved")).isEqualTo(1);
    assertThat(lab.right.count("ike-puzzles-sent")).isEqualTo(1);
    IkeMessage asked = decode(lab.net.sent().get(1));
    assertThat(asked.header().responderSpi()).isZero();
    assertThat(asked.payloads()).hasSize(2);
    NotifyPayload puzzle = asked.notification(NotifyType.PUZZLE).orElseThrow();
    // PRF_HMAC_SHA2_384 in two octets, and the bits (RFC 8019 section 8.1).
    assertThat(puzzle.data().toArray()).containsExactly(0, 6, 9);
    IkeMessage again = decode(lab.net.sent().get(2));
    assertThat(again.payloads().get(0).payloadType()).isEqualTo(PayloadType.NOTIFY);
    assertThat(again.payloads().get(1)).isInstanceOf(PuzzleSolutionPayload.class);
    assertThat(again.notification(NotifyType.COOKIE).orElseThrow().data())
        .isEqualTo(asked.notification(NotifyType.COOKIE).orElseThrow().data());
  }

  @Test
  void aPuzzleThatIsTooHardIsReturnedUnsolved() {
    Lab lab = lab(0, new Flood(256, 0, 12, 12));
    lab.net.setNat(
        d -> {
          byte[] octets = d.octets().clone();
          // The last octet of the answer with the puzzle is its difficulty.
          if (octets[19] == 0x20 && octets[octets.length - 1] == 12 && octets.length < 100) {
            octets[octets.length - 1] = 40;
          }
          return new Datagram(d.local(), d.remote(), d.marker(), octets);
        });
    lab.left.engine.initiate("to-right", "net", LIMIT);
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.left.count("ike-puzzles-solved")).isZero();
    assertThat(lab.right.count("ike-puzzles-unsolved")).isPositive();
  }

  @Test
  void puzzlesGetHarderWithTheFlood() {
    Lab lab = lab(0, new Flood(10_000, 0, 5, 6));
    byte[] first = firstMessage(lab);
    flood(lab, first, "198.51.100.1", 1, 1);
    byte[] answer = lab.net.sent().get(lab.net.sent().size() - 1).octets();
    assertThat(answer[answer.length - 1]).isEqualTo((byte) 5);
  }

  @Test
  void oneAddressCannotHaveMoreThanItsShareAndOthersComeIn() {
    Lab lab = lab(1000, new Flood(40, 1000, 10, 18));
    byte[] first = firstMessage(lab);
    flood(lab, first, "198.51.100.1", 100, 1);
    // Beyond a quarter of its share it would have to show that the address is its own.
    assertThat(lab.right.count("ike-half-open")).isEqualTo(10);
    assertThat(lab.right.count("ike-cookies-sent")).isEqualTo(90);
    flood(lab, first, "198.51.100.2", 5, 2);
    assertThat(lab.right.count("ike-half-open")).isEqualTo(15);
    lab.time.run(Duration.ofSeconds(40));
    flood(lab, first, "198.51.100.1", 3, 3);
    assertThat(lab.right.count("ike-half-open")).isEqualTo(3);
  }

  @Test
  void anAddressThatReturnsItsCookiesIsBoundedAllTheSame() {
    Lab lab = lab(1000, new Flood(8, 1000, 10, 18));
    byte[] first = firstMessage(lab);
    InetSocketAddress greedy = new InetSocketAddress(Config.address("198.51.100.1"), 500);
    for (int i = 1; i <= 20; i++) {
      byte[] message = first.clone();
      message[2] ^= (byte) i;
      lab.net.fine();
      int before = lab.net.sent().size();
      lab.net.inject(new Datagram(greedy, RIGHT, false, message));
      lab.time.run(Duration.ofMillis(20));
      lab.net.sent().subList(before, lab.net.sent().size()).stream()
          .map(FloodTest::decode)
          .flatMap(m -> m.notification(NotifyType.COOKIE).stream())
          .findFirst()
          .ifPresent(
              cookie -> {
                IkeMessage plain = decode(new Datagram(greedy, RIGHT, false, message));
                var payloads = new java.util.ArrayList<io.keyway.ike.message.Payload>();
                payloads.add(cookie);
                payloads.addAll(plain.payloads());
                lab.net.inject(
                    new Datagram(
                        greedy,
                        RIGHT,
                        false,
                        io.keyway.ike.message.MessageEncoder.encode(plain.header(), payloads)));
              });
      lab.time.run(Duration.ofMillis(20));
      lab.net.dead();
    }
    // Half of its share for the cookie alone, the rest for puzzles, or for luck in their place.
    long open = lab.right.count("ike-half-open");
    assertThat(open).isBetween(4L, 8L);
    assertThat(
            lab.right.count("ike-dropped-half-open-address")
                + lab.right.count("ike-puzzles-unsolved"))
        .isGreaterThanOrEqualTo(20 - open);
  }

  @Test
  void anIpv6SiteCountsAsOneAddress() {
    Lab lab = new Lab(EngineSettings.defaults().withFlood(new Flood(16, 1000, 10, 18)));
    lab.load(
        Lab.leftNet().at("2001:db8::1", "2001:db8::2"),
        Lab.rightNet().at("2001:db8::2", "2001:db8::1").anyPeer());
    byte[] first = firstMessage(lab);
    InetSocketAddress right = new InetSocketAddress(Config.address("2001:db8::2"), 500);
    lab.net.fine();
    for (int i = 1; i <= 10; i++) {
      byte[] message = first.clone();
      message[2] ^= (byte) i;
      lab.net.inject(
          new Datagram(
              new InetSocketAddress(Config.address("2001:db8:7::" + i), 500),
              right,
              false,
              message));
    }
    lab.time.run(Duration.ofMillis(100));
    assertThat(lab.right.count("ike-half-open")).isEqualTo(4);
    assertThat(List.of(lab.right.count("ike-cookies-sent"))).containsExactly(6L);
  }
}
