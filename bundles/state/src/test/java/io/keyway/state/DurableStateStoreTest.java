package io.keyway.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore.StateRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableStateStoreTest {
  @TempDir Path directory;
  private Path file;
  private Path key;
  private final List<DurableStateStore> open = new ArrayList<>();

  @BeforeEach
  void places() {
    file = directory.resolve("data/state.journal");
    key = directory.resolve("etc/state.key");
  }

  @AfterEach
  void close() {
    open.forEach(DurableStateStore::close);
  }

  private DurableStateStore open(Disk disk) {
    return open(file, disk);
  }

  private DurableStateStore open(Path journal, Disk disk) {
    DurableStateStore store =
        DurableStateStore.open(journal, key, Quota.DEFAULT, DurableStateStoreTest::daemon, disk);
    open.add(store);
    return store;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    return thread;
  }

  /** What a process that starts now finds; the files themselves stay as they are. */
  private Map<String, String> afterCrash() throws IOException {
    return afterCrash(Files.exists(file) ? Files.readAllBytes(file) : null);
  }

  private Map<String, String> afterCrash(byte[] journal) throws IOException {
    Path elsewhere = Files.createTempDirectory(directory, "crash");
    Path copy = elsewhere.resolve("state.journal");
    if (journal != null) {
      Files.write(copy, journal);
    }
    try (DurableStateStore store = open(copy, Disk.REAL)) {
      return contents(store);
    }
  }

  private static Map<String, String> contents(DurableStateStore store) {
    Map<String, String> found = new TreeMap<>();
    for (String owner : List.of("sad", "spd")) {
      for (String name : store.keys(owner)) {
        StateRecord value = store.get(owner, name).orElseThrow();
        found.put(
            owner + "/" + name,
            value.schema() + ":" + new String(value.octets(), StandardCharsets.UTF_8));
      }
    }
    return found;
  }

  private static void put(DurableStateStore store, String owner, String key, String text) {
    Outcome outcome =
        store.put(new StateRecord(owner, key, 3, text.getBytes(StandardCharsets.UTF_8)));
    assertThat(outcome.done()).as(outcome.reason()).isTrue();
  }

  private static void sync(DurableStateStore store) throws Exception {
    store.sync().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static void refusesToSync(DurableStateStore store, String... words) {
    CompletableFuture<Void> sync = store.sync().toCompletableFuture();
    assertThatThrownBy(() -> sync.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .satisfies(e -> assertThat(e.getCause().getMessage()).contains(words));
  }

  private List<String> aside(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of.getParent())) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(name -> name.contains("unreadable"))
          .toList();
    }
  }

  @Test
  void whatWasSyncedIsThereAfterACrash() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "a", "one");
    put(store, "spd", "b", "two");
    put(store, "sad", "a", "three");
    put(store, "sad", "gone", "x");
    store.remove("sad", "gone");
    sync(store);
    assertThat(afterCrash()).isEqualTo(Map.of("sad/a", "3:three", "spd/b", "3:two"));
  }

  @Test
  void anOrderlyEndKeepsWhatNobodySynced() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "a", "one");
    store.close();
    try (DurableStateStore again = open(Disk.REAL)) {
      assertThat(contents(again)).isEqualTo(Map.of("sad/a", "3:one"));
    }
    assertThatThrownBy(() -> store.sync().toCompletableFuture().get())
        .hasMessageContaining("closed");
  }

  @Test
  void whatNobodySyncsGetsThereSoon() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    sync(store);
    put(store, "sad", "a", "one");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (afterCrash().isEmpty() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    assertThat(afterCrash()).isEqualTo(Map.of("sad/a", "3:one"));
  }

  @Test
  void aTornTailIsCutWhereverItIsTorn() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "a", "one");
    sync(store);
    int first = (int) Files.size(file);
    put(store, "sad", "a", "two");
    put(store, "spd", "b", "two");
    sync(store);
    byte[] whole = Files.readAllBytes(file);
    for (int length = first; length < whole.length; length++) {
      assertThat(afterCrash(Arrays.copyOf(whole, length)))
          .as("cut at %d of %d", length, whole.length)
          .isEqualTo(Map.of("sad/a", "3:one"));
      byte[] zeros = Arrays.copyOf(Arrays.copyOf(whole, length), whole.length);
      if (!Arrays.equals(zeros, whole)) {
        assertThat(afterCrash(zeros))
            .as("zeros from %d on", length)
            .isEqualTo(Map.of("sad/a", "3:one"));
      }
    }
    assertThat(afterCrash(whole)).isEqualTo(Map.of("sad/a", "3:two", "spd/b", "3:two"));
  }

  @Test
  void damageInTheMiddleIsToldAndTheFileIsKept() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "a", "one");
    sync(store);
    int first = (int) Files.size(file);
    put(store, "sad", "b", "two");
    sync(store);
    int second = (int) Files.size(file);
    put(store, "sad", "c", "three");
    sync(store);
    store.close();
    byte[] whole = Files.readAllBytes(file);
    for (int at = first; at < second; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      Path journal = Files.createTempDirectory(directory, "damaged").resolve("state.journal");
      Files.write(journal, damaged);
      try (DurableStateStore again = open(journal, Disk.REAL)) {
        assertThat(contents(again)).as("octet %d is wrong", at).isEmpty();
        assertThat(aside(journal)).hasSize(1);
        assertThat(journal.resolveSibling(aside(journal).get(0))).hasBinaryContent(damaged);
        put(again, "sad", "new", "life");
        sync(again);
      }
    }
  }

  @Test
  void framesInAnotherOrderOrOfAnotherFileAreTold() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    sync(store);
    int start = (int) Files.size(file);
    put(store, "sad", "a", "one");
    sync(store);
    int first = (int) Files.size(file);
    put(store, "sad", "a", "two");
    sync(store);
    byte[] whole = Files.readAllBytes(file);
    byte[] swapped = Arrays.copyOf(whole, start);
    swapped = join(swapped, Arrays.copyOfRange(whole, first, whole.length));
    swapped = join(swapped, Arrays.copyOfRange(whole, start, first));
    assertThat(afterCrash(swapped)).isEmpty();

    store.close();
    DurableStateStore again = open(Disk.REAL);
    sync(again);
    int base = (int) Files.size(file);
    put(again, "sad", "b", "x");
    sync(again);
    byte[] other = Files.readAllBytes(file);
    // A frame of the old file at the place of the new one's: another key, so it does not count.
    byte[] foreign =
        join(Arrays.copyOf(other, base), Arrays.copyOfRange(whole, first, whole.length));
    assertThat(afterCrash(foreign)).doesNotContainValue("3:x").hasSize(1);
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  @Test
  void withAnotherKeyOrNoneTheFileIsKeptForTheRightOne() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "a", "one");
    store.close();
    byte[] right = Files.readAllBytes(key);
    Files.delete(key);
    try (DurableStateStore other = open(Disk.REAL)) {
      assertThat(contents(other)).isEmpty();
      assertThat(aside(file)).hasSize(1);
      sync(other);
    }
    Files.move(
        file.resolveSibling(aside(file).get(0)),
        file,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.write(key, right);
    try (DurableStateStore again = open(Disk.REAL)) {
      assertThat(contents(again)).isEqualTo(Map.of("sad/a", "3:one"));
    }
  }

  @Test
  void aKeyFileThatOthersCanReadIsRefusedAndNothingIsTouched() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "a", "one");
    store.close();
    byte[] before = Files.readAllBytes(file);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    try (DurableStateStore other = open(Disk.REAL)) {
      put(other, "sad", "b", "two");
      refusesToSync(other, "chmod 600 " + key, "restart");
    }
    assertThat(file).hasBinaryContent(before);
    Files.write(key, new byte[31]);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    try (DurableStateStore other = open(Disk.REAL)) {
      refusesToSync(other, "31 octets");
    }
  }

  @Test
  void aSecondStoreOnTheSameFileWritesNothing() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "a", "one");
    sync(store);
    try (DurableStateStore second = open(Disk.REAL)) {
      assertThat(contents(second)).isEmpty();
      refusesToSync(second, "in use by another process");
    }
    assertThat(afterCrash()).isEqualTo(Map.of("sad/a", "3:one"));
  }

  @Test
  void filesAreForTheirOwnerOnlyAndNamesNoContent() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    put(store, "sad", "tunnel-to-the-bank", "10.77.66.55");
    sync(store);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    String raw = Files.readString(file, StandardCharsets.ISO_8859_1);
    assertThat(raw).contains("keyway-state").doesNotContain("bank").doesNotContain("10.77");
  }

  @Test
  void aDiskThatRefusesIsToldAndWorksAgainLater() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    DurableStateStore store = open(disk);
    put(store, "sad", "a", "one");
    sync(store);
    disk.refusing = true;
    put(store, "sad", "b", "two");
    assertThat(store.get("sad", "b")).as("memory goes on").isPresent();
    refusesToSync(store, "No space left", "make room");
    refusesToSync(store, "No space left");
    assertThat(afterCrash()).isEqualTo(Map.of("sad/a", "3:one"));
    disk.refusing = false;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      try {
        sync(store);
        break;
      } catch (ExecutionException e) {
        Thread.sleep(50);
      }
    }
    assertThat(afterCrash()).isEqualTo(Map.of("sad/a", "3:one", "sad/b", "3:two"));
  }

  @Test
  void manyWhoSyncTogetherShareAForce() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    DurableStateStore store = open(disk);
    sync(store);
    int before = disk.forces.get();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      put(store, "sad", "k" + i, "x".repeat(100));
      all.add(store.sync().toCompletableFuture());
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    assertThat(disk.forces.get() - before).isLessThan(1000);
    assertThat(afterCrash()).hasSize(2000);
  }

  @Test
  void deadRecordsAreLeftOutSooner() throws Exception {
    DurableStateStore store = open(Disk.REAL);
    for (int i = 0; i < 100; i++) {
      put(store, "sad", "same", i + "x".repeat(100_000));
      sync(store);
    }
    assertThat(Files.size(file)).isLessThan(4L << 20);
    assertThat(afterCrash().get("sad/same")).startsWith("3:99x");
  }

  /** Whichever operation is the last of the process, and however much of a write it does. */
  @Test
  void aCrashAtAnyOperationLosesNothingThatWasSynced() throws Exception {
    boolean through = false;
    for (int last = 1; !through; last++) {
      for (int missing : new int[] {1, 1 << 20}) {
        FaultyDisk disk = new FaultyDisk();
        disk.last = last;
        disk.missing = missing;
        Path journal = Files.createTempDirectory(directory, "ops").resolve("state.journal");
        Map<String, String> synced = Map.of();
        Map<String, String> attempted = Map.of();
        Files.deleteIfExists(key);
        DurableStateStore store = open(journal, disk);
        for (int round = 0; round < 5; round++) {
          put(store, "sad", "k" + round % 2, round + "x".repeat(500_000));
          attempted = contents(store);
          try {
            sync(store);
            synced = attempted;
          } catch (ExecutionException e) {
            break;
          }
        }
        byte[] left = Files.exists(journal) ? Files.readAllBytes(journal) : null;
        Map<String, String> found = afterCrash(left);
        assertThat(found.equals(synced) || found.equals(attempted))
            .as("operation %d, %d octets missing: %s", last, missing, found.keySet())
            .isTrue();
        through |= disk.operations.get() < last;
        store.close();
      }
    }
  }
}
