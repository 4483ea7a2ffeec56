package io.keyway.sad;

import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.sad.Bench.TIMEOUT;
import static io.keyway.sad.Bench.sa;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.Usage;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits that a plane keeps, and those that are kept for it. */
class LifetimesTest {

  @TempDir Path directory;
  private Bench bench;

  @BeforeEach
  void start() {
    bench = new Bench(directory);
  }

  private SecurityAssociation limited(Limit soft, Limit hard, boolean esn) {
    SecurityAssociation out =
        sa(Direction.OUTBOUND, bench.reserve(), "c1", new Lifetime(soft, hard), esn);
    assertThat(bench.add(out, 1).kind()).isEqualTo(OK);
    bench.events.clear();
    return out;
  }

  @Test
  void timeLimitsAreToldOnceEachAndTheHardOneIsEnforced() {
    SecurityAssociation out = limited(new Limit(100, 0, 0), new Limit(200, 0, 0), true);
    bench.time.advance(Duration.ofSeconds(99));
    assertThat(bench.events).isEmpty();
    bench.time.advance(Duration.ofSeconds(2));
    assertThat(bench.events)
        .containsExactly(
            new SadEvent.Expired(out.child(), out.id(), false, "its rekey-time of 100 s"));
    bench.time.advance(Duration.ofSeconds(100));
    assertThat(bench.events).hasSize(2);
    assertThat(((SadEvent.Expired) bench.events.get(1)).hard()).isTrue();
    assertThat(bench.plane.sas).isNotEmpty();
    bench.time.advance(Duration.ofSeconds(11));
    assertThat(bench.plane.sas).as("nobody ended it").isEmpty();
  }

  @Test
  void removedSaHasNoTimers() {
    SecurityAssociation out = limited(new Limit(100, 0, 0), new Limit(200, 0, 0), true);
    bench.now(bench.sad.remove(out.id(), TIMEOUT));
    bench.time.advance(Duration.ofSeconds(300));
    assertThat(bench.events).isEmpty();
  }

  @Test
  void packetsAreCountedFromTheInstallOnEvenWhenTheRowIsOlder() {
    bench.plane.counters.put(Bench.PAIR, Usage.of(5000, 1));
    SecurityAssociation out = limited(new Limit(0, 0, 1000), new Limit(0, 0, 2000), true);
    bench.time.advance(Duration.ofSeconds(1));
    bench.plane.counters.put(Bench.PAIR, Usage.of(5999, 1));
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events).isEmpty();
    bench.plane.counters.put(Bench.PAIR, Usage.of(6000, 1));
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events)
        .containsExactly(
            new SadEvent.Expired(out.child(), out.id(), false, "1000 packets of 1000"));
    // The row was made anew: its counter began again.
    bench.plane.counters.put(Bench.PAIR, Usage.of(1000, 1));
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events).hasSize(2).last().extracting("hard").isEqualTo(true);
  }

  @Test
  void withoutEsnTheCounterNeverWraps() {
    limited(Limit.NONE, Limit.NONE, false);
    bench.time.advance(Duration.ofSeconds(1));
    bench.plane.counters.put(Bench.PAIR, Usage.of(Bounds.SOFT_PACKETS, 1));
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events).hasSize(1).first().extracting("hard").isEqualTo(false);
    bench.plane.counters.put(Bench.PAIR, Usage.of(Bounds.HARD_PACKETS, 1));
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events).hasSize(2).last().extracting("hard").isEqualTo(true);
  }

  @Test
  void expiryOnThePlaneFindsItsSa() {
    SecurityAssociation out = bench.child("c1", 1).get(1);
    bench.events.clear();
    bench.plane.tell(new PlaneEvent.Expired(out.id().spi(), out.id().destination(), false));
    bench.plane.tell(new PlaneEvent.Expired(out.id().spi(), out.id().destination(), false));
    bench.plane.tell(new PlaneEvent.Expired(out.id().spi(), Bench.LOCAL, true));
    bench.time.settle();
    assertThat(bench.events).hasSize(1);
    assertThat(((SadEvent.Expired) bench.events.get(0)).sa()).isEqualTo(out.id());
  }

  @Test
  void whereAPeerWasSeenIsToldToTheOwnerOfTheInboundSa() {
    List<SecurityAssociation> pair = bench.child("c1", 1);
    bench.events.clear();
    InetAddress elsewhere = Bench.address("203.0.113.9");
    bench.plane.tell(new PlaneEvent.Mapping(pair.get(0).id().spi(), elsewhere, 4501));
    bench.plane.tell(new PlaneEvent.Mapping(new Spi(0xdeadbeefL), elsewhere, 4501));
    bench.time.settle();
    assertThat(bench.events)
        .containsExactly(
            new SadEvent.PeerSeen(pair.get(0).child(), pair.get(0).id(), elsewhere, 4501));
  }

  @Test
  void expiryThatNamesAnotherDestinationFindsTheInboundSaByItsSpi() {
    SecurityAssociation in = bench.child("c1", 1).get(0);
    bench.events.clear();
    bench.plane.tell(new PlaneEvent.Expired(in.id().spi(), Bench.address("2001:db8::7"), false));
    bench.time.settle();
    assertThat(bench.events).hasSize(1);
    assertThat(((SadEvent.Expired) bench.events.get(0)).sa()).isEqualTo(in.id());
  }

  @Test
  void volumeLimitThatThePlaneKeepsButToldToNobodyIsFoundByItsCounters() {
    limited(new Limit(0, 1000, 0), new Limit(0, 2000, 0), true);
    bench.time.advance(Duration.ofSeconds(1));
    bench.plane.disconnect("the stream was lost");
    bench.plane.counters.put(Bench.PAIR, Usage.of(10, 1500));
    bench.time.advance(Duration.ofSeconds(20));
    bench.events.clear();
    bench.plane.connect();
    bench.time.advance(Duration.ofSeconds(6));
    assertThat(bench.events)
        .filteredOn(SadEvent.Expired.class::isInstance)
        .hasSize(1)
        .first()
        .extracting("hard", "reason")
        .containsExactly(false, "1500 bytes of 1000");
  }

  @Test
  void inboundSasThatNobodyCountsAreReplacedOneByOneAfterContactWasLost() {
    for (int i = 1; i <= 3; i++) {
      SecurityAssociation in =
          sa(
              Direction.INBOUND,
              bench.reserve(),
              "c" + i,
              new Lifetime(new Limit(0, 1000, 0), Limit.NONE),
              true);
      assertThat(bench.add(in, i).kind()).isEqualTo(OK);
    }
    bench.events.clear();
    bench.time.advance(Duration.ofSeconds(60));
    assertThat(bench.events).isEmpty();
    bench.plane.disconnect("the stream was lost");
    bench.plane.connect();
    bench.time.advance(Duration.ofSeconds(11));
    assertThat(bench.events).filteredOn(SadEvent.Expired.class::isInstance).hasSize(1);
    bench.time.advance(Duration.ofSeconds(30));
    assertThat(bench.events).filteredOn(SadEvent.Expired.class::isInstance).hasSize(3);
  }
}
