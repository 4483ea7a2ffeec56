package io.keyway.sad;

import static io.keyway.sad.Bench.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadService.Purpose;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Whatever comes in whatever order: on tables of a few rows no pair that was let in ever finds them
 * full, and every rekey that waits gets its turn.
 */
class MakeBeforeBreakTest {

  private static final Duration PATIENT = Duration.ofHours(1);

  /** A child in the making. */
  private record Making(
      CompletableFuture<Result<SpiLease>> lease, Optional<List<SecurityAssociation>> old) {}

  private Bench bench;
  private int seed;
  private final List<Outcome> refusedByThePlane = new ArrayList<>();

  @Property(tries = 150)
  void alwaysFits(
      @ForAll @IntRange(min = 2, max = 40) int rows,
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 99) Integer> events)
      throws IOException {
    Path directory = Files.createTempDirectory("rooms");
    try {
      bench = new Bench(directory);
      bench.plane.saRows(rows);
      run(events);
    } finally {
      bench.sad.close(Optional.empty());
      try (var files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private void run(List<Integer> events) {
    List<List<SecurityAssociation>> standing = new ArrayList<>();
    Queue<Making> makings = new ArrayDeque<>();
    for (int event : events) {
      if (event < 40) {
        makings.add(new Making(ask(Purpose.NEW), Optional.empty()));
      } else if (event < 75 && !standing.isEmpty()) {
        makings.add(
            new Making(
                ask(event % 2 == 0 ? Purpose.REKEY : Purpose.PEER_REKEY),
                Optional.of(standing.remove(event % standing.size()))));
      } else if (event < 95) {
        step(makings, standing);
      } else if (!standing.isEmpty()) {
        remove(standing.remove(0));
      }
    }
    for (int rounds = 0; !makings.isEmpty() && rounds < 1000; rounds++) {
      step(makings, standing);
    }
    assertThat(makings).as("waiting for ever").isEmpty();
    assertThat(refusedByThePlane).as("let in, and found no room").isEmpty();
    // With everybody done, whoever stands can still be rekeyed.
    for (List<SecurityAssociation> pair : List.copyOf(standing)) {
      SpiLease lease = ask(Purpose.REKEY).join().value().orElseThrow();
      install(lease);
      remove(pair);
    }
    assertThat(refusedByThePlane).isEmpty();
  }

  /** The oldest that got its lease goes on; who was refused is over. */
  private void step(Queue<Making> makings, List<List<SecurityAssociation>> standing) {
    for (Making making : makings) {
      if (making.lease().isDone()) {
        makings.remove(making);
        Result<SpiLease> lease = making.lease().join();
        if (lease.done()) {
          standing.add(install(lease.value().orElseThrow()));
          making.old().ifPresent(this::remove);
        } else {
          making.old().ifPresent(standing::add);
        }
        return;
      }
    }
    bench.time.advance(Duration.ofSeconds(1));
  }

  private CompletableFuture<Result<SpiLease>> ask(Purpose purpose) {
    CompletableFuture<Result<SpiLease>> answer =
        bench.sad.reserve("ipu-1", purpose, PATIENT).toCompletableFuture();
    bench.time.settle();
    return answer;
  }

  private List<SecurityAssociation> install(SpiLease lease) {
    List<SecurityAssociation> pair = new ArrayList<>();
    seed++;
    for (Direction direction : Direction.values()) {
      SecurityAssociation sa = Bench.sa(direction, lease, "c" + seed);
      pair.add(sa);
      // Each key once; a byte would not be enough for all of them.
      byte[] key = new byte[36];
      ByteBuffer.wrap(key).putInt(2 * seed + direction.ordinal());
      Outcome outcome =
          bench.now(
              bench.sad.add(sa, new SaKeys(SecretBytes.wrap(key), SecretBytes.empty()), TIMEOUT));
      if (!outcome.done()) {
        refusedByThePlane.add(outcome);
      }
    }
    return pair;
  }

  private void remove(List<SecurityAssociation> pair) {
    pair.forEach(sa -> assertThat(bench.now(bench.sad.remove(sa.id(), TIMEOUT)).gone()).isTrue());
  }
}
