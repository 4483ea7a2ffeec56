package io.keyway.spd;

import static io.keyway.api.Outcome.Kind.OK;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.Policy.Priorities;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.testing.FakePlane;
import io.keyway.testing.ManualTime;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;

/** A database on one narrow fake plane, and shorthands for what tests ask of it. */
abstract class SpdBench {

  static final Duration TIMEOUT = Duration.ofSeconds(3);
  static final Owner TUNNELS = new Owner("tunnels", "t1");
  static final Owner ENGINE = new Owner("ike-native", "e1");
  static final InetAddress LOCAL = address("192.0.2.1");
  static final InetAddress REMOTE = address("192.0.2.2");
  static final SelectorPair PAIR = pair("10.1.0.1", "10.2.0.1");

  final ManualTime time = new ManualTime();
  final FakePlane plane = FakePlane.narrow("ipu-1");
  SpdCore spd;

  @BeforeEach
  void start() {
    open();
    spd.bind(plane);
    plane.connect();
    time.settle();
  }

  void open() {
    spd = new SpdCore(new SpdEnvironment(time, time::schedule, SpdEnvironment.Settings.DEFAULT));
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static SelectorPair pair(String local, String remote) {
    return new SelectorPair(
        TrafficSelector.host(address(local), 6), TrafficSelector.host(address(remote), 6));
  }

  static ChildId hold(String connection) {
    return new ChildId(TUNNELS, "hold/" + connection, connection);
  }

  static ChildId child(String uid, String connection) {
    return new ChildId(ENGINE, uid, connection);
  }

  static Policy holding(String connection, SelectorPair pair) {
    return new Policy(
        hold(connection),
        "ipu-1",
        Direction.OUTBOUND,
        pair,
        Priorities.HOLD,
        new PolicyAction.Hold());
  }

  static PolicyAction.Protect sa(int index) {
    return new PolicyAction.Protect(
        new SaId("ipu-1", Direction.OUTBOUND, new Spi(0x1000 + index), REMOTE, index),
        IpsecMode.TUNNEL,
        Endpoints.of(LOCAL, REMOTE));
  }

  static Policy protecting(String uid, String connection, SelectorPair pair, int index) {
    return new Policy(
        child(uid, connection), "ipu-1", Direction.OUTBOUND, pair, Priorities.PROTECT, sa(index));
  }

  static Policy letting(String uid, String connection, SelectorPair pair, int index) {
    return new Policy(
        child(uid, connection), "ipu-1", Direction.INBOUND, pair, Priorities.PROTECT, sa(index));
  }

  <T> T now(CompletionStage<T> stage) {
    time.settle();
    assertThat(stage.toCompletableFuture()).as("answered").isDone();
    return stage.toCompletableFuture().join();
  }

  Outcome put(Policy policy) {
    return now(spd.put(policy, TIMEOUT));
  }

  Outcome select(String uid, String connection) {
    return now(spd.select(child(uid, connection), TIMEOUT));
  }

  void established(String uid, int index) {
    assertThat(put(protecting(uid, "t", PAIR, index)).kind()).isEqualTo(OK);
    assertThat(select(uid, "t").kind()).isEqualTo(OK);
  }

  PolicyAction onDevice() {
    return plane.actionFor(PAIR).orElse(null);
  }

  SpdService.Entry entry(ChildId child) {
    return spd.entries().stream()
        .filter(e -> e.policy().child().uid().equals(child.uid()))
        .findFirst()
        .orElseThrow();
  }
}
