package io.keyway.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.Outcome.Kind;
import io.keyway.api.store.StateStore.StateRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class InMemoryStateStoreTest {
  private final InMemoryStateStore store = new InMemoryStateStore(new Quota(2, 3, 100));

  private static StateRecord record(String owner, String key, int schema, int... octets) {
    byte[] content = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      content[i] = (byte) octets[i];
    }
    return new StateRecord(owner, key, schema, content);
  }

  @Test
  void givesBackWhatWasPutWithItsSchema() {
    assertThat(store.put(record("engine", "ike/1", 7, 1, 2, 3)).kind()).isEqualTo(Kind.OK);
    StateRecord got = store.get("engine", "ike/1").orElseThrow();
    assertThat(got.owner()).isEqualTo("engine");
    assertThat(got.key()).isEqualTo("ike/1");
    assertThat(got.schema()).isEqualTo(7);
    assertThat(got.octets()).containsExactly(1, 2, 3);
  }

  @Test
  void keepsOwnersApart() {
    store.put(record("engine", "k", 1, 1));
    store.put(record("sad", "k", 1, 2));
    assertThat(store.get("engine", "k").orElseThrow().octets()).containsExactly(1);
    assertThat(store.get("sad", "k").orElseThrow().octets()).containsExactly(2);
    assertThat(store.remove("engine", "k").kind()).isEqualTo(Kind.OK);
    assertThat(store.keys("engine")).isEmpty();
    assertThat(store.keys("sad")).containsExactly("k");
    assertThat(store.get("spd", "k")).isEmpty();
  }

  @Test
  void sharesNoArrayWithAnybody() {
    StateRecord mine = record("engine", "k", 1, 5, 5);
    store.put(mine);
    Arrays.fill(mine.octets(), (byte) 0);
    StateRecord first = store.get("engine", "k").orElseThrow();
    assertThat(first.octets()).containsExactly(5, 5);
    Arrays.fill(first.octets(), (byte) 9);
    assertThat(store.get("engine", "k").orElseThrow().octets()).containsExactly(5, 5);
    store.put(record("engine", "k", 1, 6));
    assertThat(first.octets()).as("a copy survives a replacement").containsExactly(9, 9);
  }

  @Test
  void removingTwiceSaysAbsent() {
    store.put(record("engine", "k", 1, 1));
    assertThat(store.remove("engine", "k").kind()).isEqualTo(Kind.OK);
    assertThat(store.remove("engine", "k").kind()).isEqualTo(Kind.ABSENT);
    assertThat(store.remove("nobody", "k").reason()).contains("nobody").contains("k");
  }

  @Test
  void boundsRecordsOctetsAndOwners() {
    for (int i = 0; i < 3; i++) {
      assertThat(store.put(record("engine", "k" + i, 1, i)).done()).isTrue();
    }
    assertThat(store.put(record("engine", "k3", 1)).kind()).isEqualTo(Kind.FULL);
    assertThat(store.put(record("engine", "k2", 2, 9)).kind()).as("replacing").isEqualTo(Kind.OK);

    assertThat(store.put(new StateRecord("sad", "k", 1, new byte[98])).done()).isTrue();
    assertThat(store.put(new StateRecord("sad", "l", 1, new byte[1])).reason())
        .contains("100 octets")
        .contains("octetsPerOwner");
    assertThat(store.put(new StateRecord("sad", "k", 1, new byte[10])).done()).isTrue();
    assertThat(store.put(new StateRecord("sad", "l", 1, new byte[50])).done()).isTrue();

    assertThat(store.put(record("spd", "k", 1)).reason()).contains("2 owners").contains("'spd'");
  }

  @Test
  void aRemovedRecordFreesItsRoom() {
    store.put(new StateRecord("sad", "k", 1, new byte[98]));
    store.remove("sad", "k");
    assertThat(store.put(new StateRecord("sad", "m", 1, new byte[98])).done()).isTrue();
  }

  @Test
  void closingForgetsEverything() {
    store.put(record("engine", "k", 1, 1));
    store.close();
    assertThat(store.get("engine", "k")).isEmpty();
    assertThat(store.put(record("new", "k", 1, 1)).done()).isTrue();
  }

  @Test
  void refusesNamelessRecordsAndSenselessQuotas() {
    assertThatThrownBy(() -> store.put(record(" ", "k", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("owner");
    assertThatThrownBy(() -> store.put(record("engine", "", 1))).hasMessageContaining("key");
    assertThatThrownBy(() -> new Quota(0, 1, 1)).hasMessageContaining("at least 1");
  }

  @Test
  void neverHandsOutAHalfWipedCopy() throws Exception {
    InMemoryStateStore large = new InMemoryStateStore(Quota.DEFAULT);
    ExecutorService workers = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> jobs = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        byte value = (byte) (i + 1);
        jobs.add(
            () -> {
              boolean whole = true;
              for (int n = 0; n < 2000; n++) {
                byte[] content = new byte[64];
                Arrays.fill(content, value);
                large.put(new StateRecord("o", "k", 1, content));
                byte[] got = large.get("o", "k").orElseThrow().octets();
                byte[] expected = new byte[64];
                Arrays.fill(expected, got[0]);
                whole &= got[0] != 0 && Arrays.equals(got, expected);
              }
              return whole;
            });
      }
      for (Future<Boolean> job : workers.invokeAll(jobs)) {
        assertThat(job.get()).isTrue();
      }
    } finally {
      workers.shutdownNow();
    }
  }
}
