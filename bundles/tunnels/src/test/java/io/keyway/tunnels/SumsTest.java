package io.keyway.tunnels;

import static io.keyway.tunnels.FakeIntent.tunnel;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.api.tunnel.TunnelStatus;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sums of counters over lives of the controller, of which the one before just ends. */
class SumsTest {

  private static final Duration PERIOD = Duration.ofSeconds(60);

  private final FakeIntent intent = new FakeIntent();
  private final FakePlane plane = new FakePlane("ipu-1");
  private final FakeStore store = new FakeStore();

  /** What the plane says of each child, by its name. */
  private final Map<String, Usage> counters = new HashMap<>();

  /** The same of what came in; a plane that does not count it has nothing here. */
  private final Map<String, Usage> inbound = new HashMap<>();

  private ManualLoop loop;
  private FakeEngine engine;
  private CountingSpd spd;
  private TunnelsCore core;

  private final class CountingSpd extends FakeSpd {
    @Override
    public CompletionStage<Usage> usage(ChildId child, Duration timeout) {
      return CompletableFuture.completedFuture(
          counters.getOrDefault(child.connection(), Usage.ABSENT));
    }

    @Override
    public CompletionStage<Usage> received(ChildId child, Duration timeout) {
      return CompletableFuture.completedFuture(
          inbound.getOrDefault(child.connection(), Usage.ABSENT));
    }
  }

  @BeforeEach
  void nextLife() {
    loop = new ManualLoop();
    engine = new FakeEngine();
    spd = new CountingSpd();
    core = new TunnelsCore(loop, "life", new SplittableRandom(1), PERIOD);
    core.setStateStore(store);
    core.setSpd(spd);
    core.setSad(new FakeSad());
    core.setEngine(engine);
    core.addPlane(plane);
    core.setIntentStore(intent);
  }

  private TunnelStatus status() {
    return core.statuses().stream().filter(s -> s.name().equals("t")).findFirst().orElseThrow();
  }

  private void up() {
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    claimOf("t/udp", engine.lastUid(), 17);
  }

  private void claimOf(String child, String uid, int protocol) {
    SaId sa =
        new SaId("ipu-1", Direction.OUTBOUND, new Spi(0x1001), FakeIntent.address("192.0.2.2"), 1);
    spd.claims.add(
        new Policy(
            new ChildId(new Owner("ike-native", "1"), uid, child),
            "ipu-1",
            Direction.OUTBOUND,
            new SelectorPair(
                TrafficSelector.host(FakeIntent.address("10.1.0.1"), protocol),
                TrafficSelector.host(FakeIntent.address("10.2.0.1"), protocol)),
            Policy.Priorities.PROTECT,
            new PolicyAction.Protect(
                sa,
                IpsecMode.TUNNEL,
                io.keyway.api.sa.Endpoints.of(
                    FakeIntent.address("192.0.2.1"), FakeIntent.address("192.0.2.2")))));
  }

  private void counted(long packets) {
    counters.put("t/udp", Usage.of(packets, packets * 100));
    loop.advance(Duration.ofSeconds(1));
  }

  @Test
  void theSumIsKnownBeforeTheFirstReadingAndGoesOn() {
    up();
    counted(10);
    counted(4);
    loop.advance(PERIOD);
    counted(9);
    assertThat(status().outbound()).isEqualTo(Usage.of(19, 1900));
    nextLife();
    up();
    assertThat(status().outbound()).isEqualTo(Usage.of(14, 1400));
    counted(11);
    assertThat(status().outbound()).isEqualTo(Usage.of(21, 2100));
    assertThat(status().inbound()).isEqualTo(Usage.ABSENT);
  }

  @Test
  void whatWasReceivedIsSummedAsWhatWasSentAndGoesOnInTheNextLife() {
    up();
    inbound.put("t/udp", Usage.of(30, 3000));
    counted(10);
    assertThat(status().inbound()).isEqualTo(Usage.of(30, 3000));
    inbound.put("t/udp", Usage.of(5, 500));
    counted(10);
    assertThat(status().inbound()).as("the device restarted").isEqualTo(Usage.of(35, 3500));
    engine.listener.accept(
        new EngineEvent.ChildRekeyed("gw", engine.lastUid(), engine.child("t/udp")));
    nextLife();
    up();
    assertThat(status().inbound()).isEqualTo(Usage.of(35, 3500));
    inbound.put("t/udp", Usage.of(6, 600));
    counted(10);
    assertThat(status().inbound()).isEqualTo(Usage.of(36, 3600));
    assertThat(status().outbound()).isEqualTo(Usage.of(10, 1000));
  }

  @Test
  void whatAnEarlierVersionNotedIsReadAndItReadsWhatThisOneNotes() throws Exception {
    Sums sums = new Sums();
    sums.sent("t/udp", Usage.of(7, 700));
    byte[] before = Arrays.copyOf(sums.octets(), sums.octets().length - Integer.BYTES);
    sums.received("t/udp", Usage.of(9, 900));
    assertThat(sums.octets()).startsWith(before);
    Sums read = new Sums();
    read.resume(Sums.of(before));
    assertThat(read.sent()).isEqualTo(Usage.of(7, 700));
    assertThat(read.received()).isEqualTo(Usage.ABSENT);
    Sums all = new Sums();
    all.resume(Sums.of(sums.octets()));
    assertThat(all.received()).isEqualTo(Usage.of(9, 900));
    assertThat(all.changed()).isFalse();
  }

  @Test
  void whatGoesOnChangingIsNotedOnceInAPeriod() {
    up();
    counted(1);
    int before = store.puts;
    for (int second = 2; second < 50; second++) {
      counted(second);
    }
    assertThat(store.puts).isEqualTo(before);
    loop.advance(PERIOD);
    assertThat(store.puts).isEqualTo(before + 1);
    loop.advance(PERIOD.multipliedBy(5));
    assertThat(store.puts).as("nothing changed").isEqualTo(before + 1);
  }

  @Test
  void aReplacedSaIsNotedAtOnce() {
    up();
    counted(7);
    engine.listener.accept(
        new EngineEvent.ChildRekeyed("gw", engine.lastUid(), engine.child("t/udp")));
    nextLife();
    up();
    assertThat(status().outbound()).isEqualTo(Usage.of(7, 700));
  }

  @Test
  void aLostSaIsNotedAtOnce() {
    up();
    counted(7);
    engine.listener.accept(
        new EngineEvent.ChildDown("gw", "t/udp", engine.lastUid(), "the peer deleted it"));
    nextLife();
    intent.set(tunnel("t", "udp", "10.2.0.1/32"));
    assertThat(status().outbound()).isEqualTo(Usage.of(7, 700));
  }

  @Test
  void anOrderlyEndNotesEverything() {
    up();
    counted(7);
    core.close();
    nextLife();
    up();
    assertThat(status().outbound()).isEqualTo(Usage.of(7, 700));
  }

  @Test
  void nothingIsRememberedOfATunnelThatWasRemoved() {
    up();
    counted(7);
    loop.advance(PERIOD);
    assertThat(store.records).isNotEmpty();
    intent.set();
    assertThat(store.records).isEmpty();
    up();
    counted(7);
    loop.advance(PERIOD);
    nextLife();
    intent.set(tunnel("other", "udp", "10.2.0.7/32"));
    assertThat(store.records.keySet()).noneMatch(key -> key.endsWith("sums/t"));
  }

  @Test
  void aChildThatIsDownForAWhileMakesTheOthersCountOnceOnly() {
    intent.childPolicies.put(
        "both", FakeIntent.policy("both", EncryptionAlgorithm.AES_GCM_16_256, List.of(6, 17)));
    intent.set(tunnel("t", "both", "10.2.0.1/32"));
    claimOf("t/tcp", "uid-1", 6);
    claimOf("t/udp", "uid-2", 17);
    counters.put("t/tcp", Usage.of(100, 10000));
    counted(50);
    assertThat(status().outbound()).isEqualTo(Usage.of(150, 15000));
    engine.listener.accept(new EngineEvent.ChildDown("gw", "t/udp", "uid-2", "deleted"));
    loop.advance(Duration.ofSeconds(1));
    assertThat(status().outbound()).isEqualTo(Usage.of(150, 15000));
  }

  @Test
  void aPlaneThatIsAwayForAWhileMakesNothingCountTwice() {
    up();
    counted(10);
    counters.clear();
    loop.advance(Duration.ofSeconds(3));
    assertThat(status().outbound()).isEqualTo(Usage.of(10, 1000));
    counted(11);
    assertThat(status().outbound()).isEqualTo(Usage.of(11, 1100));
  }
}
