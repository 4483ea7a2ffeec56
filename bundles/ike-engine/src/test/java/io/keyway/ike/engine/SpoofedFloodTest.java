package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.EngineSettings.Flood;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Tens of thousands of first messages from addresses that are not the sender's, or that are. */
class SpoofedFloodTest {
  private static final int FLOOD = 20_000;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Lab lab;

  SpoofedFloodTest() {
    this.lab = new Lab();
  }

  private static InetAddress ipv4(int i) {
    return address(ByteBuffer.allocate(4).putInt(0xc6120000 + i).array());
  }

  /** Of one /64. */
  private static InetAddress ipv6(int i) {
    return address(
        ByteBuffer.allocate(16).putLong(0x20010db800660000L).putInt(7).putInt(i).array());
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] template(Lab lab) {
    lab.net.dead();
    lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(1));
    lab.time.run(Duration.ofMillis(2));
    byte[] first = lab.net.sent().get(0).octets();
    // Its attempt is over before the test begins.
    lab.time.run(Duration.ofMinutes(3));
    lab.net.fine();
    return first;
  }

  private static byte[] numbered(byte[] template, int i) {
    byte[] message = template.clone();
    ByteBuffer.wrap(message).putLong(0x5a5a_0000_0000_0000L + i);
    return message;
  }

  /** The peer gets in within two round trips and a little, and what is kept stays small. */
  private static void floodedButUp(
      Lab lab, InetSocketAddress right, IntFunction<InetAddress> from) {
    byte[] template = template(lab);
    for (int i = 0; i < FLOOD; i++) {
      Datagram first =
          new Datagram(
              new InetSocketAddress(from.apply(i), 500), right, false, numbered(template, i));
      lab.time.after(Duration.ofNanos(100_000L * i), () -> lab.net.inject(first));
    }
    // In the midst of it.
    lab.time.run(Duration.ofSeconds(1));
    CompletableFuture<ChildResult> result =
        lab.left.engine.initiate("to-right", "net", LIMIT).toCompletableFuture();
    lab.time.run(Duration.ofMillis(200));
    assertThat(result).isDone();
    assertThat(result.join().outcome().reason()).isEmpty();
    lab.time.run(Duration.ofSeconds(2));
    assertThat(lab.right.count("ike-half-open")).isLessThanOrEqualTo(64);
    assertThat(lab.right.count("ike-cookies-sent")).isGreaterThan(FLOOD - 100L);
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.right.count("ike-half-open")).isZero();
    lab.assertOnePair("net");
  }

  @Test
  void aPeerGetsInThroughAFloodFromForgedIpv4Addresses() {
    lab.load(Lab.leftNet(), Lab.rightNet().anyPeer());
    floodedButUp(
        lab, new InetSocketAddress(Config.address("192.0.2.2"), 500), SpoofedFloodTest::ipv4);
  }

  @Test
  void aPeerGetsInThroughAFloodFromAllOfAForgedIpv6Network() {
    lab.load(
        Lab.leftNet().at("2001:db8::1", "2001:db8::2"),
        Lab.rightNet().at("2001:db8::2", "2001:db8::1").anyPeer());
    floodedButUp(
        lab, new InetSocketAddress(Config.address("2001:db8::2"), 500), SpoofedFloodTest::ipv6);
  }

  @Test
  void aPeerGetsInThroughAFloodInItsOwnName() {
    lab.load(Lab.leftNet(), Lab.rightNet().anyPeer());
    InetAddress own = Config.address("192.0.2.1");
    floodedButUp(lab, new InetSocketAddress(Config.address("192.0.2.2"), 500), i -> own);
  }

  @Test
  void thoseWhoHaveAnIkeSaAreHeardWhileFirstMessagesOverflow() {
    lab.load(Lab.leftNet().dpd(Duration.ofSeconds(60)), Lab.rightNet().anyPeer());
    byte[] template = template(lab);
    lab.up();
    InetSocketAddress right = new InetSocketAddress(Config.address("192.0.2.2"), 500);
    lab.net.setWeather(
        d -> {
          if (d.remote().equals(right)) {
            // All at once, ahead of the liveness check.
            for (int i = 0; i < FLOOD; i++) {
              lab.net.deliver(
                  new Datagram(
                      new InetSocketAddress(ipv4(i), 500), right, false, numbered(template, i)));
            }
            return List.of(Duration.ZERO);
          }
          return List.of(Net.LATENCY);
        });
    lab.time.run(Duration.ofSeconds(70));
    assertThat(lab.right.count("ike-dropped-backlog")).isPositive();
    assertThat(lab.left.count("ike-liveness-checks")).isEqualTo(1);
    assertThat(lab.left.count("ike-retransmissions") - retransmissionsOfTemplate()).isZero();
    lab.assertOnePair("net");
  }

  private static long retransmissionsOfTemplate() {
    return EngineSettings.defaults().transmissions() - 1L;
  }

  @Test
  void whoOwnsManyNetworksAndReturnsItsCookiesLeavesRoomForOthers() {
    Lab small =
        new Lab(
            EngineSettings.defaults()
                .withHalfOpen(Duration.ofSeconds(30), 0, 400)
                .withFlood(new Flood(32, 10_000, 10, 18)));
    small.load(
        Lab.leftNet().at("2001:db8::1", "2001:db8::2"),
        Lab.rightNet().at("2001:db8::2", "2001:db8::1").anyPeer());
    byte[] template = template(small);
    InetSocketAddress right = new InetSocketAddress(Config.address("2001:db8::2"), 500);
    // 40 networks could have 32 each, which is three times of what there is room for.
    for (int i = 0; i < 1600; i++) {
      byte[] network =
          ByteBuffer.allocate(16).putLong(0x20010db8_0077_0000L + i % 40).putLong(i).array();
      InetSocketAddress evil = new InetSocketAddress(address(network), 500);
      byte[] first = numbered(template, i);
      int before = small.net.sent().size();
      small.net.deliver(new Datagram(evil, right, false, first));
      small.time.run(Duration.ofMillis(1));
      cookie(small, before)
          .ifPresent(
              cookie -> {
                List<Payload> payloads = new ArrayList<>();
                payloads.add(cookie);
                IkeMessage plain = message(first);
                payloads.addAll(plain.payloads());
                small.net.deliver(
                    new Datagram(
                        evil, right, false, MessageEncoder.encode(plain.header(), payloads)));
              });
      small.time.run(Duration.ofMillis(1));
    }
    assertThat(small.right.count("ike-half-open")).isBetween(100L, 399L);
    assertThat(small.left.initiate("to-right", "net").outcome().reason()).isEmpty();
    small.time.run(Duration.ofSeconds(1));
    small.assertOnePair("net");
  }

  private static java.util.Optional<Payload> cookie(Lab lab, int before) {
    return lab.net.sent().subList(before, lab.net.sent().size()).stream()
        .map(d -> message(d.octets()))
        .flatMap(m -> m.notification(NotifyType.COOKIE).stream())
        .map(n -> (Payload) n)
        .findFirst();
  }

  private static IkeMessage message(byte[] octets) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(octets)).value();
  }
}
