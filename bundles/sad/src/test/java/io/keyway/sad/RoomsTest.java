package io.keyway.sad;

import static io.keyway.sad.Bench.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.Result;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SadService.Purpose;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets the last rows of a table. */
class RoomsTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path directory;
  private Bench bench;

  @BeforeEach
  void start() {
    bench = new Bench(directory);
    bench.plane.saRows(5);
  }

  private CompletableFuture<Result<SpiLease>> ask(Purpose purpose, Duration timeout) {
    CompletableFuture<Result<SpiLease>> answer =
        bench.sad.reserve("ipu-1", purpose, timeout).toCompletableFuture();
    bench.time.settle();
    return answer;
  }

  private void install(SpiLease lease, String uid, int seed) {
    for (Direction direction : Direction.values()) {
      int key = direction == Direction.INBOUND ? seed : seed + 100;
      assertThat(bench.add(Bench.sa(direction, lease, uid), key)).isEqualTo(Outcome.ok());
    }
  }

  private void remove(List<SecurityAssociation> pair) {
    pair.forEach(sa -> assertThat(bench.now(bench.sad.remove(sa.id(), TIMEOUT)).gone()).isTrue());
  }

  @Test
  void newTunnelMayNotTakeTheLastRowsThatRekeysNeed() {
    for (int i = 1; i <= 4; i++) {
      bench.child("c" + i, i);
    }
    Outcome outcome = ask(Purpose.NEW, LONG).join().outcome();
    assertThat(outcome.kind()).isEqualTo(Kind.FULL);
    assertThat(outcome.reason())
        .contains("rx of data plane ipu-1", "4 of 5 rows are used", "1 are kept for rekeys");
    assertThat(ask(Purpose.REKEY, LONG).join().done()).isTrue();
  }

  @Test
  void leaseThatIsOutHasItsRowsKept() {
    for (int i = 0; i < 4; i++) {
      assertThat(ask(Purpose.NEW, LONG).join().done()).isTrue();
    }
    assertThat(ask(Purpose.NEW, LONG).join().outcome().reason()).contains("4 are promised");
  }

  @Test
  void rekeysWaitInLineAndTheFirstThatCameGetsTheRowsFirst() {
    List<SecurityAssociation> old = bench.child("c1", 1);
    for (int i = 2; i <= 4; i++) {
      bench.child("c" + i, i);
    }
    SpiLease first = ask(Purpose.REKEY, LONG).join().value().orElseThrow();
    CompletableFuture<Result<SpiLease>> second = ask(Purpose.REKEY, LONG);
    CompletableFuture<Result<SpiLease>> third = ask(Purpose.REKEY, LONG);
    assertThat(second).isNotDone();
    install(first, "c1-new", 11);
    bench.time.settle();
    assertThat(second).isNotDone();
    remove(old);
    assertThat(second.join().done()).isTrue();
    assertThat(third).isNotDone();
    assertThat(bench.now(bench.sad.release(second.join().value().orElseThrow())).gone()).isTrue();
    bench.time.settle();
    assertThat(third.join().done()).isTrue();
  }

  @Test
  void whoWaitsInVainIsToldWhatFor() {
    for (int i = 1; i <= 4; i++) {
      bench.child("c" + i, i);
    }
    assertThat(ask(Purpose.REKEY, LONG).join().done()).isTrue();
    CompletableFuture<Result<SpiLease>> own = ask(Purpose.REKEY, Duration.ofSeconds(10));
    CompletableFuture<Result<SpiLease>> peers = ask(Purpose.PEER_REKEY, Duration.ofSeconds(10));
    bench.time.advance(Duration.ofSeconds(3));
    assertThat(own).isNotDone();
    assertThat(peers.join().outcome().kind()).isEqualTo(Kind.FULL);
    bench.time.advance(Duration.ofSeconds(8));
    assertThat(own.join().outcome().kind()).isEqualTo(Kind.FULL);
    assertThat(own.join().outcome().reason())
        .contains("waiting for free rows in rx of data plane ipu-1", "4 of 5 rows are used");
  }

  @Test
  void rowsThatOthersFreeAreFound() {
    for (int i = 1; i <= 4; i++) {
      bench.child("c" + i, i);
    }
    bench.plane.saRows(4);
    CompletableFuture<Result<SpiLease>> waits = ask(Purpose.REKEY, LONG);
    assertThat(waits).isNotDone();
    bench.plane.saRows(8);
    bench.time.advance(Duration.ofSeconds(1));
    assertThat(waits.join().done()).isTrue();
  }

  @Test
  void planeThatGoesTurnsThoseWhoWaitAway() {
    for (int i = 1; i <= 4; i++) {
      bench.child("c" + i, i);
    }
    ask(Purpose.REKEY, LONG);
    CompletableFuture<Result<SpiLease>> waits = ask(Purpose.REKEY, LONG);
    bench.plane.disconnect("the cable was cut");
    bench.time.advance(Duration.ofSeconds(1));
    assertThat(waits.join().outcome().kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(waits.join().outcome().reason()).contains("the cable was cut");
  }

  @Test
  void restartOfThePlaneMakesEveryPromiseVoid() {
    for (int i = 0; i < 4; i++) {
      assertThat(ask(Purpose.NEW, LONG).join().done()).isTrue();
    }
    bench.plane.restart();
    bench.time.settle();
    for (int i = 0; i < 4; i++) {
      assertThat(ask(Purpose.NEW, LONG).join().done()).isTrue();
    }
  }

  @Test
  void pairWhoseSecondHalfFailsGivesItsRowsBack() {
    for (int i = 1; i <= 3; i++) {
      bench.child("c" + i, i);
    }
    SpiLease lease = ask(Purpose.NEW, LONG).join().value().orElseThrow();
    SecurityAssociation in = Bench.sa(Direction.INBOUND, lease, "c4");
    bench.add(in, 4);
    bench.plane.failing(change -> java.util.Optional.of(Outcome.refused("no")));
    assertThat(bench.add(Bench.sa(Direction.OUTBOUND, lease, "c4"), 104).kind())
        .isEqualTo(Kind.REFUSED);
    bench.plane.failing(change -> java.util.Optional.empty());
    assertThat(ask(Purpose.NEW, LONG).join().done()).isFalse();
    remove(List.of(in));
    assertThat(ask(Purpose.NEW, LONG).join().done()).isTrue();
  }

  @Test
  void leaseThatNobodyCameToUseIsTakenBack() {
    for (int i = 0; i < 4; i++) {
      assertThat(ask(Purpose.NEW, LONG).join().done()).isTrue();
    }
    bench.time.advance(Duration.ofMinutes(1));
    assertThat(ask(Purpose.NEW, LONG).join().done()).isFalse();
    bench.time.advance(Duration.ofMinutes(11));
    for (int i = 0; i < 4; i++) {
      assertThat(ask(Purpose.NEW, LONG).join().done()).isTrue();
    }
    assertThat(bench.plane.released).as("kept for the next, not given back").isEmpty();
  }
}
