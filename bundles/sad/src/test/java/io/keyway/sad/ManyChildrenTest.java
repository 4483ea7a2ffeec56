package io.keyway.sad;

import static io.keyway.sad.Bench.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of children on one plane, and a restart of the device under all of them. */
class ManyChildrenTest {

  private static final int CHILDREN = 2_000;

  @TempDir Path directory;

  private static SaKeys key(int number) {
    byte[] octets = new byte[EncryptionAlgorithm.AES_GCM_16_256.keyMaterialOctets()];
    ByteBuffer.wrap(octets).putInt(number);
    return new SaKeys(SecretBytes.wrap(octets), SecretBytes.empty());
  }

  @Test
  @Timeout(180)
  void areInstalledBurntReplacedAndRemoved() {
    Bench bench = new Bench(directory);
    Duration limit = Duration.ofMinutes(5);
    List<SecurityAssociation> first = install(bench, 0, limit);
    assertThat(bench.plane.sas).hasSize(2 * CHILDREN);
    assertThat(bench.plane.requests.size()).as("writes travel together").isLessThan(300);

    bench.events.clear();
    bench.plane.restart();
    bench.time.settle();
    assertThat(bench.events).filteredOn(SadEvent.Burnt.class::isInstance).hasSize(CHILDREN);

    install(bench, CHILDREN, limit);
    List<CompletableFuture<Outcome>> removals = new ArrayList<>();
    first.forEach(sa -> removals.add(bench.sad.remove(sa.id(), TIMEOUT).toCompletableFuture()));
    bench.time.settle();
    assertThat(removals).allMatch(removal -> removal.join().gone());
    assertThat(bench.plane.sas).as("only what replaced them").hasSize(2 * CHILDREN);
    assertThat(bench.plane.installs)
        .extracting(install -> install.sa().direction() + install.key())
        .doesNotHaveDuplicates();
    bench.sad.close(java.util.Optional.empty());
  }

  private static List<SecurityAssociation> install(Bench bench, int from, Duration limit) {
    List<CompletableFuture<Result<SpiLease>>> leases = new ArrayList<>();
    for (int i = 0; i < CHILDREN; i++) {
      leases.add(bench.sad.reserve("ipu-1", limit).toCompletableFuture());
    }
    bench.time.settle();
    List<SecurityAssociation> sas = new ArrayList<>();
    List<CompletableFuture<Outcome>> answers = new ArrayList<>();
    for (int i = 0; i < CHILDREN; i++) {
      SpiLease lease = leases.get(i).join().value().orElseThrow();
      for (Direction direction : Direction.values()) {
        SecurityAssociation sa = Bench.sa(direction, lease, "c" + (from + i));
        sas.add(sa);
        answers.add(bench.sad.add(sa, key(from + i), limit).toCompletableFuture());
      }
    }
    bench.time.settle();
    assertThat(answers).allMatch(answer -> answer.join().done());
    return sas;
  }
}
