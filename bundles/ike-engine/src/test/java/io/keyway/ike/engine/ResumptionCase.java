package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.Octets;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** Two gateways with session resumption, and what tests of it look at. */
abstract class ResumptionCase {
  static final Duration LIMIT = Duration.ofSeconds(20);
  static final Duration DPD = Duration.ofSeconds(10);
  static final String SHELF = NativeIkeEngine.NAME + "-tickets";
  static final InetSocketAddress LEFT = new InetSocketAddress(Config.address("192.0.2.1"), 500);
  static final InetSocketAddress RIGHT = new InetSocketAddress(Config.address("192.0.2.2"), 500);

  Lab lab = new Lab();

  static Config left() {
    return Lab.leftNet().resumption();
  }

  static Config right() {
    return Lab.rightNet().resumption();
  }

  void up(Config left, Config right) {
    lab.load(left, right);
    lab.up();
    lab.assertOnePair("net");
  }

  void restartLeft(Config config) {
    lab.left = lab.left.reborn(true);
    assertThat(lab.left.load(config.build()).done()).isTrue();
  }

  void restartRight(Config config) {
    lab.right = lab.right.reborn(true);
    assertThat(lab.right.load(config.build()).done()).isTrue();
  }

  static IkeMessage message(Datagram datagram) {
    return ((DecodeResult.Decoded<IkeMessage>) MessageDecoder.message(datagram.octets())).value();
  }

  List<Datagram> sent(int exchangeType, InetSocketAddress by) {
    return lab.net.sent().stream()
        .filter(d -> d.local().equals(by))
        .filter(d -> message(d).header().exchangeType() == exchangeType)
        .toList();
  }

  void initiateAgain() {
    ChildResult result = lab.left.initiate("to-right", "net");
    assertThat(result.outcome().reason()).isEmpty();
    lab.time.run(Duration.ofMillis(50));
  }

  void assertResumed(int times) {
    assertThat(lab.left.count("ike-resumed-initiator")).isEqualTo(times);
    assertThat(lab.right.count("ike-resumed-responder")).isEqualTo(times);
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().resumption().resumed()).isTrue();
    assertThat(lab.right.onlySa().resumption().resumed()).isTrue();
    assertThat(lab.right.count("ike-half-open")).isZero();
  }

  void assertFullHandshake() {
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().resumption().resumed()).isFalse();
    assertThat(lab.right.onlySa().resumption().resumed()).isFalse();
  }

  /** Both ends are away from each other until both gave up. */
  void losePath() {
    lab.net.dead();
    lab.time.run(Duration.ofMinutes(3));
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    lab.net.fine();
  }

  Octets heldTicket() {
    byte[] record = lab.left.store.get(SHELF, "to-right").orElseThrow().octets();
    return Octets.copyOf(record, 3, (record[1] & 0xff) << 8 | record[2] & 0xff);
  }

  static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
