package io.keyway.sad;

import static io.keyway.api.Outcome.Kind.ABSENT;
import static io.keyway.api.Outcome.Kind.CONFLICT;
import static io.keyway.api.Outcome.Kind.FULL;
import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.REFUSED;
import static io.keyway.api.Outcome.Kind.SAME;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static io.keyway.api.Outcome.Kind.UNKNOWN;
import static io.keyway.sad.Bench.TIMEOUT;
import static io.keyway.sad.Bench.keys;
import static io.keyway.sad.Bench.sa;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.testing.FakePlane;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SadCoreTest {

  @TempDir Path directory;
  private Bench bench;

  @BeforeEach
  void start() {
    bench = new Bench(directory);
  }

  // ---- installing and removing --------------------------------------------------------------

  @Test
  void installsAPairAndTakesItAwayAgain() {
    List<SecurityAssociation> pair = bench.child("c1", 1);
    assertThat(bench.plane.sas.keySet()).containsExactly(pair.get(0).id(), pair.get(1).id());
    assertThat(bench.state(pair.get(1).id())).isEqualTo("installed");

    for (SecurityAssociation sa : pair) {
      assertThat(bench.now(bench.sad.remove(sa.id(), TIMEOUT)).kind()).isEqualTo(OK);
      assertThat(bench.now(bench.sad.remove(sa.id(), TIMEOUT)).kind()).isEqualTo(ABSENT);
    }
    assertThat(bench.plane.sas).isEmpty();
    assertThat(bench.sad.entries()).isEmpty();
  }

  @Test
  void planeThatIsNotThereIsNamed() {
    Outcome outcome = bench.now(bench.sad.reserve("ipu-9", TIMEOUT)).outcome();
    assertThat(outcome.kind()).isEqualTo(UNAVAILABLE);
    assertThat(outcome.reason()).isEqualTo("data plane ipu-9 is not there (no service)");
  }

  @Test
  void planeThatIsDownIsNamedWithItsReason() {
    SpiLease lease = bench.reserve();
    bench.plane.disconnect("connection refused");
    bench.time.settle();
    Outcome outcome = bench.add(sa(Direction.INBOUND, lease, "c1"), 1);
    assertThat(outcome.kind()).isEqualTo(UNAVAILABLE);
    assertThat(outcome.reason()).contains("ipu-1").contains("connection refused");
    assertThat(bench.plane.requests).isEmpty();
    assertThat(bench.events).last().isInstanceOf(SadEvent.PlaneDown.class);
  }

  @Test
  void keysThatDoNotFitTheAlgorithmAreRefused() {
    SpiLease lease = bench.reserve();
    SaKeys shortKeys =
        new SaKeys(
            io.keyway.api.key.SecretBytes.wrap(new byte[32]),
            io.keyway.api.key.SecretBytes.empty());
    Outcome outcome =
        bench.now(bench.sad.add(sa(Direction.OUTBOUND, lease, "c"), shortKeys, TIMEOUT));
    assertThat(outcome.kind()).isEqualTo(REFUSED);
    assertThat(outcome.reason()).contains("32").contains("aes256-gcm").contains("36");
    assertThat(shortKeys.encryption().isWiped()).isTrue();
  }

  @Test
  void twoChildrenCannotShareAnIndex() {
    SpiLease lease = bench.reserve();
    assertThat(bench.add(sa(Direction.INBOUND, lease, "c1"), 1).kind()).isEqualTo(OK);
    assertThat(bench.add(sa(Direction.OUTBOUND, lease, "c2"), 2).kind()).isEqualTo(CONFLICT);
    assertThat(bench.add(sa(Direction.INBOUND, lease, "c1"), 3).kind()).isEqualTo(CONFLICT);
  }

  @Test
  void writesGoOutInOrderAndGatherWhileThePlaneIsSlow() {
    bench.plane.slow(true);
    List<CompletionStage<Outcome>> answers = new ArrayList<>();
    List<SpiLease> leases = new ArrayList<>();
    bench.plane.slow(false);
    for (int i = 0; i < 5; i++) {
      leases.add(bench.reserve());
    }
    bench.plane.slow(true);
    for (int i = 0; i < 5; i++) {
      answers.add(bench.sad.add(sa(Direction.INBOUND, leases.get(i), "c" + i), keys(i), TIMEOUT));
      bench.time.settle();
    }
    assertThat(bench.plane.requests).hasSize(1);
    bench.plane.answer();
    bench.time.settle();
    assertThat(bench.plane.requests).hasSize(2);
    assertThat(bench.plane.requests.get(1))
        .extracting(change -> ((PlaneChange.AddSa) change).sa().child().uid())
        .containsExactly("c1", "c2", "c3", "c4");
    assertThat(answers.get(1).toCompletableFuture()).isNotDone();
    bench.plane.answer();
    bench.time.settle();
    answers.forEach(answer -> assertThat(bench.now(answer).kind()).isEqualTo(OK));
  }

  @Test
  void aSlowPlaneDelaysOnlyItself() {
    FakePlane other = FakePlane.narrow("ipu-2");
    bench.sad.bind(other);
    other.connect();
    bench.time.settle();
    SpiLease slowLease = bench.reserve();
    bench.plane.slow(true);
    CompletionStage<Outcome> stuck =
        bench.sad.add(sa(Direction.INBOUND, slowLease, "slow"), keys(1), TIMEOUT);
    SpiLease lease = bench.now(bench.sad.reserve("ipu-2", TIMEOUT)).value().orElseThrow();
    assertThat(bench.add(sa(Direction.INBOUND, lease, "quick"), 2).kind()).isEqualTo(OK);
    assertThat(stuck.toCompletableFuture()).isNotDone();
  }

  @Test
  void inboundInstallThatFailsLeavesNothingAndMayBeTriedAgain() {
    SpiLease lease = bench.reserve();
    SecurityAssociation in = sa(Direction.INBOUND, lease, "c1");
    bench.plane.failing(change -> Optional.of(Outcome.full("no room in the SAD")));
    assertThat(bench.add(in, 1).kind()).isEqualTo(FULL);
    assertThat(bench.sad.entries()).isEmpty();
    bench.plane.failing(change -> Optional.empty());
    assertThat(bench.add(in, 1).kind()).isEqualTo(OK);
  }

  @Test
  void inboundInstallWithLostAnswerIsUndone() {
    SpiLease lease = bench.reserve();
    SecurityAssociation in = sa(Direction.INBOUND, lease, "c1");
    bench.plane.lying(
        change ->
            change instanceof PlaneChange.AddSa
                ? Optional.of(Outcome.unknown("deadline exceeded"))
                : Optional.empty());
    assertThat(bench.add(in, 1).kind()).isEqualTo(UNKNOWN);
    bench.time.settle();
    assertThat(bench.plane.sas).isEmpty();
    assertThat(bench.sad.entries()).isEmpty();
  }

  // ---- burnt keys ---------------------------------------------------------------------------

  @Test
  void outboundKeyIsInTheJournalBeforeItIsWritten() throws Exception {
    SpiLease lease = bench.reserve();
    List<String> seen = new ArrayList<>();
    bench.plane.failing(
        change -> {
          try {
            seen.add(Files.readString(bench.journal));
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
          return Optional.empty();
        });
    assertThat(bench.add(sa(Direction.OUTBOUND, lease, "c1"), 7).kind()).isEqualTo(OK);
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0)).contains("install\t").contains("\tipu-1\tout\t");
    assertThat(seen.get(0)).doesNotContain("0707070707070707");
  }

  @Test
  void outboundKeyIsNeverWrittenTwice() {
    SpiLease lease = bench.reserve();
    SecurityAssociation out = sa(Direction.OUTBOUND, lease, "c1");
    bench.plane.failing(change -> Optional.of(Outcome.full("no room")));
    assertThat(bench.add(out, 1).kind()).isEqualTo(FULL);
    bench.plane.failing(change -> Optional.empty());

    Outcome again = bench.add(out, 1);
    assertThat(again.kind()).isEqualTo(REFUSED);
    assertThat(again.reason()).startsWith("burnt");
    assertThat(bench.plane.installs).isEmpty();
    assertThat(bench.add(out, 2).kind()).isEqualTo(OK);
  }

  @Test
  void whatPeopleWroteForOneDirectionIsRefusedForTheOther() {
    SpiLease lease = bench.reserve();
    assertThat(bench.add(manual(sa(Direction.INBOUND, lease, "m1")), 1).kind()).isEqualTo(OK);
    Outcome outcome = bench.add(manual(sa(Direction.OUTBOUND, lease, "m1")), 1);
    assertThat(outcome.kind()).isEqualTo(REFUSED);
    assertThat(outcome.reason()).contains("the other direction");
    assertThat(bench.add(manual(sa(Direction.OUTBOUND, lease, "m1")), 2).kind()).isEqualTo(OK);
  }

  private static SecurityAssociation manual(SecurityAssociation sa) {
    return new SecurityAssociation(
        sa.id(),
        new ChildId(new Owner(Owner.MANUAL, "1"), sa.child().uid(), "manual"),
        sa.lease(),
        sa.encryption(),
        sa.integrity(),
        sa.esn(),
        sa.replayWindow(),
        sa.mode(),
        Endpoints.NONE,
        sa.selectors(),
        sa.lifetime());
  }

  @Test
  void removedKeyIsRefusedAlsoUnderAnotherSaltAndInAnotherGeneration() {
    List<SecurityAssociation> pair = bench.child("c1", 1);
    pair.forEach(sa -> bench.now(bench.sad.remove(sa.id(), TIMEOUT)));
    bench.plane.restart();
    bench.time.settle();
    SpiLease lease = bench.reserve();
    byte[] octets = new byte[36];
    java.util.Arrays.fill(octets, (byte) 101);
    octets[35] = 0;
    SaKeys otherSalt =
        new SaKeys(
            io.keyway.api.key.SecretBytes.wrap(octets), io.keyway.api.key.SecretBytes.empty());
    Outcome outcome =
        bench.now(bench.sad.add(sa(Direction.OUTBOUND, lease, "c2"), otherSalt, TIMEOUT));
    assertThat(outcome.kind()).isEqualTo(REFUSED);
  }

  @Test
  void burntKeysAreRememberedAcrossARestartOfTheProcess() {
    SpiLease lease = bench.reserve();
    bench.plane.failing(change -> Optional.of(Outcome.full("no room")));
    bench.add(sa(Direction.OUTBOUND, lease, "c1"), 1);
    bench.plane.failing(change -> Optional.empty());
    bench.sad.unbind(bench.plane);
    bench.sad.close(Optional.empty());

    bench.open("run-2");
    bench.sad.bind(bench.plane);
    bench.time.settle();
    SpiLease fresh = bench.reserve();
    assertThat(bench.add(sa(Direction.OUTBOUND, fresh, "c2"), 1).kind()).isEqualTo(REFUSED);
    assertThat(bench.add(sa(Direction.OUTBOUND, fresh, "c2"), 2).kind()).isEqualTo(OK);
  }

  @Test
  void outboundInstallWithLostAnswerIsBurntRemovedAndReportedUnknown() {
    SpiLease lease = bench.reserve();
    SecurityAssociation out = sa(Direction.OUTBOUND, lease, "c1");
    bench.plane.slow(true);
    SaKeys keys = keys(1);
    CompletionStage<Outcome> answer = bench.sad.add(out, keys, TIMEOUT);
    bench.time.settle();
    assertThat(bench.plane.sas).containsKey(out.id());
    bench.time.advance(TIMEOUT);
    assertThat(bench.now(answer).kind()).isEqualTo(UNKNOWN);
    bench.plane.loseAnswers();
    bench.plane.slow(false);

    bench.time.advance(Duration.ofSeconds(10));
    assertThat(bench.plane.sas).as("taken away without anybody asking").isEmpty();
    assertThat(bench.sad.entries()).isEmpty();
    assertThat(keys.encryption().isWiped()).isTrue();
    assertThat(bench.add(out, 1).kind()).isEqualTo(REFUSED);
  }

  @Test
  void lateAnswerAfterTheCallerGaveUpStillLeadsToRemoval() {
    SpiLease lease = bench.reserve();
    SecurityAssociation out = sa(Direction.OUTBOUND, lease, "c1");
    bench.plane.slow(true);
    CompletionStage<Outcome> answer = bench.sad.add(out, keys(1), Duration.ofMillis(100));
    bench.time.advance(Duration.ofMillis(200));
    assertThat(bench.now(answer).kind()).isEqualTo(UNKNOWN);
    bench.plane.slow(false);
    bench.plane.answer();
    bench.time.settle();
    assertThat(bench.plane.sas).isEmpty();
  }

  @Test
  void whatWaitedTooLongInTheQueueIsNotWritten() {
    SpiLease first = bench.reserve();
    SpiLease second = bench.reserve();
    bench.plane.slow(true);
    bench.sad.add(sa(Direction.OUTBOUND, first, "c1"), keys(1), TIMEOUT);
    bench.time.settle();
    SaKeys keys = keys(2);
    SecurityAssociation late = sa(Direction.OUTBOUND, second, "c2");
    CompletionStage<Outcome> answer = bench.sad.add(late, keys, Duration.ofMillis(10));
    bench.time.advance(Duration.ofMillis(20));
    assertThat(bench.now(answer).kind()).isEqualTo(UNAVAILABLE);
    assertThat(keys.encryption().isWiped()).isTrue();
    bench.plane.slow(false);
    bench.plane.answer();
    bench.time.settle();
    assertThat(bench.plane.sas).doesNotContainKey(late.id());
    assertThat(bench.add(late, 2).kind()).as("never written, so it may be").isEqualTo(OK);
  }

  @Test
  void withoutAJournalNoKeyIsInstalled() throws Exception {
    SpiLease lease = bench.reserve();
    Bench other = new Bench(directory.resolve("other"));
    SpiLease lease2 = other.reserve();
    // The file's channel is closed behind its back, as on a failing disk.
    other.sad.close(Optional.empty());
    SaKeys keys = keys(1);
    Outcome outcome = other.now(other.sad.add(sa(Direction.OUTBOUND, lease2, "c1"), keys, TIMEOUT));
    assertThat(outcome.kind()).isEqualTo(UNAVAILABLE);
    assertThat(keys.encryption().isWiped()).isTrue();
    assertThat(other.plane.installs).isEmpty();
    assertThat(bench.add(sa(Direction.OUTBOUND, lease, "c1"), 1).kind()).isEqualTo(OK);
  }

  // ---- planes restart -----------------------------------------------------------------------

  @Test
  void newGenerationBurnsEveryChildOfThePlaneOnce() {
    bench.child("c1", 1);
    bench.child("c2", 2);
    bench.events.clear();
    bench.plane.restart();
    bench.time.settle();
    assertThat(bench.events)
        .filteredOn(SadEvent.Burnt.class::isInstance)
        .extracting(event -> ((SadEvent.Burnt) event).child().uid())
        .containsExactly("c1", "c2");
    assertThat(bench.sad.entries()).allMatch(entry -> entry.state().equals("burnt"));
  }

  @Test
  void newcomersLearnWhatIsBurnt() {
    bench.child("c1", 1);
    bench.plane.restart();
    bench.time.settle();
    List<SadEvent> late = new ArrayList<>();
    bench.sad.subscribe(late::add);
    bench.time.settle();
    assertThat(late).hasSize(1).first().isInstanceOf(SadEvent.Burnt.class);
  }

  @Test
  void leaseOfAnotherGenerationIsVoid() {
    SpiLease lease = bench.reserve();
    bench.plane.restart();
    bench.time.settle();
    Outcome outcome = bench.add(sa(Direction.INBOUND, lease, "c1"), 1);
    assertThat(outcome.kind()).isEqualTo(UNAVAILABLE);
    assertThat(outcome.reason()).contains("life 1").contains("life 2");
    assertThat(bench.now(bench.sad.release(lease)).kind()).isEqualTo(SAME);
    assertThat(bench.plane.released).isEmpty();
  }

  @Test
  void spiOfABurntSaIsNotGivenAgainBeforeThatSaIsGone() {
    List<SecurityAssociation> old = bench.child("c1", 1);
    bench.plane.restart();
    bench.time.settle();
    SpiLease fresh = bench.reserve();
    assertThat(fresh.spi()).isNotEqualTo(old.get(0).lease().spi());
    SecurityAssociation in = sa(Direction.INBOUND, fresh, "c2");
    assertThat(bench.add(in, 5).kind()).isEqualTo(OK);
    old.forEach(sa -> assertThat(bench.now(bench.sad.remove(sa.id(), TIMEOUT)).gone()).isTrue());
    assertThat(bench.plane.sas).containsOnlyKeys(in.id());
    assertThat(bench.reserve().spi()).as("out of quarantine").isEqualTo(old.get(0).lease().spi());
  }

  @Test
  void removalWhileThePlaneIsDownIsDoneWhenItIsBack() {
    List<SecurityAssociation> pair = bench.child("c1", 1);
    bench.plane.disconnect("gone");
    bench.time.settle();
    for (SecurityAssociation sa : pair) {
      Outcome outcome = bench.now(bench.sad.remove(sa.id(), TIMEOUT));
      assertThat(outcome.kind()).isEqualTo(UNAVAILABLE);
      assertThat(outcome.reason()).contains("when it is back");
    }
    assertThat(bench.plane.sas).hasSize(2);
    bench.plane.connect();
    bench.time.advance(Duration.ofSeconds(3));
    assertThat(bench.plane.sas).isEmpty();
    assertThat(bench.sad.entries()).isEmpty();
  }

  @Test
  void failedRemovalIsTriedAgain() {
    List<SecurityAssociation> pair = bench.child("c1", 1);
    bench.plane.failing(change -> Optional.of(Outcome.unavailable("busy")));
    assertThat(bench.now(bench.sad.remove(pair.get(1).id(), TIMEOUT)).kind())
        .isEqualTo(UNAVAILABLE);
    bench.time.advance(Duration.ofSeconds(4));
    assertThat(bench.state(pair.get(1).id())).isEqualTo("removing");
    bench.plane.failing(change -> Optional.empty());
    bench.time.advance(Duration.ofSeconds(60));
    assertThat(bench.plane.sas).containsOnlyKeys(pair.get(0).id());
  }

  @Test
  void removalRightAfterAnInstallOnItsWayFollowsIt() {
    SpiLease lease = bench.reserve();
    SecurityAssociation in = sa(Direction.INBOUND, lease, "c1");
    bench.plane.slow(true);
    CompletionStage<Outcome> add = bench.sad.add(in, keys(1), TIMEOUT);
    bench.time.settle();
    CompletionStage<Outcome> remove = bench.sad.remove(in.id(), TIMEOUT);
    bench.plane.slow(false);
    bench.plane.answer();
    assertThat(bench.now(add).kind()).isEqualTo(OK);
    assertThat(bench.now(remove).kind()).isEqualTo(OK);
    assertThat(bench.plane.sas).isEmpty();
  }

  @Test
  void installInFlightWhenThePlaneRestartsIsNotTrusted() {
    SpiLease lease = bench.reserve();
    SecurityAssociation out = sa(Direction.OUTBOUND, lease, "c1");
    bench.plane.slow(true);
    CompletionStage<Outcome> add = bench.sad.add(out, keys(1), TIMEOUT);
    bench.time.settle();
    bench.plane.doubt();
    bench.time.settle();
    bench.plane.slow(false);
    bench.plane.answer();
    assertThat(bench.now(add).kind()).isEqualTo(UNKNOWN);
    bench.time.settle();
    assertThat(bench.plane.sas).isEmpty();
  }

  // ---- leases -------------------------------------------------------------------------------

  @Test
  void unusedLeaseGoesBackOnceAndAUsedOneDoesNot() {
    SpiLease unused = bench.reserve();
    assertThat(bench.now(bench.sad.release(unused)).kind()).isEqualTo(OK);
    assertThat(bench.now(bench.sad.release(unused)).kind()).isEqualTo(SAME);
    assertThat(bench.plane.released).containsExactly(unused);

    SpiLease used = bench.reserve();
    SecurityAssociation in = sa(Direction.INBOUND, used, "c1");
    bench.add(in, 1);
    assertThat(bench.now(bench.sad.release(used)).kind()).isEqualTo(CONFLICT);
    bench.now(bench.sad.remove(in.id(), TIMEOUT));
    assertThat(bench.now(bench.sad.release(used)).kind()).isEqualTo(SAME);
    assertThat(bench.plane.released).containsExactly(unused);
  }

  @Test
  void leaseThatComesTooLateIsGivenBack() {
    bench.plane.slow(true);
    var answer = bench.sad.reserve("ipu-1", Duration.ofMillis(50));
    bench.time.advance(Duration.ofMillis(60));
    assertThat(bench.now(answer).outcome().kind()).isEqualTo(UNAVAILABLE);
    bench.plane.answer();
    bench.time.settle();
    assertThat(bench.plane.released).hasSize(1);
  }
}
