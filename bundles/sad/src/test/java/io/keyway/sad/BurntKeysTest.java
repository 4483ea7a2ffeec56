package io.keyway.sad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.testing.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BurntKeysTest {

  private static final Duration DAY = Duration.ofHours(24);

  @TempDir Path directory;
  private final ManualTime time = new ManualTime();

  private BurntKeys open() throws IOException {
    return BurntKeys.open(directory.resolve("sub/burnt"), Runnable::run, time, DAY, "p1");
  }

  private static SecretBytes key(int seed) {
    byte[] octets = new byte[36];
    java.util.Arrays.fill(octets, (byte) seed);
    return SecretBytes.wrap(octets);
  }

  private KeyNote note(BurntKeys keys, int seed, long generation) {
    SaId sa =
        new SaId(
            "ipu 1\tä",
            Direction.OUTBOUND,
            new Spi(0xC0000000L + seed),
            Bench.address("2001:db8::2"),
            seed);
    return new KeyNote(
        keys.fingerprint(Direction.OUTBOUND, EncryptionAlgorithm.AES_GCM_16_256, key(seed)),
        sa,
        new Generation(generation),
        "ike-native",
        "site/1\nx",
        time.instant().getEpochSecond());
  }

  private void burn(BurntKeys keys, KeyNote note) {
    assertThat(keys.take(note)).isTrue();
    assertThat(keys.commit(List.of(note)).toCompletableFuture()).isCompleted();
  }

  @Test
  void withoutEncryptionTheIntegrityKeyTellsKeysApart() throws IOException {
    BurntKeys keys = open();
    assertThat(keys.fingerprint(Direction.OUTBOUND, EncryptionAlgorithm.NULL, key(1)))
        .isNotEqualTo(keys.fingerprint(Direction.OUTBOUND, EncryptionAlgorithm.NULL, key(2)));
  }

  @Test
  void notesSurviveWithEverythingTheySay() throws Exception {
    BurntKeys keys = open();
    KeyNote note = note(keys, 1, 3);
    burn(keys, note);
    keys.close();
    BurntKeys again = open();
    assertThat(again.standing()).containsExactly(note);
    assertThat(again.take(note(again, 1, 9))).isFalse();
    again.close();
  }

  @Test
  void fileIsForTheOwnerOnlyAndHoldsNoKey() throws Exception {
    BurntKeys keys = open();
    burn(keys, note(keys, 0x5a, 1));
    Path file = directory.resolve("sub/burnt");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file))
        .doesNotContainIgnoringCase("5a5a5a5a")
        .doesNotContain("ZZZZ");
    keys.close();
  }

  @Test
  void directionsDoNotMeetAndSaltsDiffer() throws Exception {
    BurntKeys keys = open();
    Fingerprint out =
        keys.fingerprint(Direction.OUTBOUND, EncryptionAlgorithm.AES_GCM_16_256, key(1));
    assertThat(keys.fingerprint(Direction.INBOUND, EncryptionAlgorithm.AES_GCM_16_256, key(1)))
        .isNotEqualTo(out);
    BurntKeys other = BurntKeys.open(directory.resolve("other"), Runnable::run, time, DAY, "p1");
    assertThat(other.fingerprint(Direction.OUTBOUND, EncryptionAlgorithm.AES_GCM_16_256, key(1)))
        .isNotEqualTo(out);
    keys.close();
    other.close();
  }

  @Test
  void lineThatWasHalfWrittenIsCutOff() throws Exception {
    BurntKeys keys = open();
    burn(keys, note(keys, 1, 1));
    keys.close();
    Path file = directory.resolve("sub/burnt");
    Files.writeString(file, "install\tdeadbeef", StandardOpenOption.APPEND);
    BurntKeys again = open();
    assertThat(again.size()).isEqualTo(1);
    burn(again, note(again, 2, 1));
    again.close();
    BurntKeys third = open();
    assertThat(third.size()).isEqualTo(2);
    third.close();
  }

  @Test
  void damagedLineLosesOnlyItself() throws Exception {
    BurntKeys keys = open();
    burn(keys, note(keys, 1, 1));
    burn(keys, note(keys, 2, 1));
    keys.close();
    Path file = directory.resolve("sub/burnt");
    List<String> lines = Files.readAllLines(file);
    lines.set(1, lines.get(1).replace("install", "instaII"));
    Files.write(file, lines);
    BurntKeys again = open();
    assertThat(again.size()).isEqualTo(1);
    again.close();
  }

  @Test
  void noteIsDroppedOnlyWhenItsSaIsGoneAndTheLifeOfThePlaneIsOver() throws Exception {
    BurntKeys keys = open();
    KeyNote gone = note(keys, 1, 1);
    KeyNote there = note(keys, 2, 1);
    KeyNote present = note(keys, 3, 2);
    burn(keys, gone);
    burn(keys, there);
    burn(keys, present);
    keys.gone(gone.burnt());
    keys.gone(present.burnt());
    keys.generation(gone.sa().plane(), new Generation(2));
    for (int i = 0; i < 2000; i++) {
      keys.gone(gone.burnt());
    }
    assertThat(keys.take(gone)).as("compacted away").isTrue();
    assertThat(keys.take(there)).isFalse();
    assertThat(keys.take(present)).isFalse();
    assertThat(Files.size(directory.resolve("sub/burnt"))).isLessThan(200_000);
    keys.close();
  }

  @Test
  void noteOfARemovedSaGoesAfterALongTime() throws Exception {
    BurntKeys keys = open();
    KeyNote note = note(keys, 1, 1);
    KeyNote standing = note(keys, 2, 1);
    burn(keys, note);
    burn(keys, standing);
    keys.gone(note.burnt());
    keys.close();
    time.advance(DAY.plusSeconds(2));
    BurntKeys again = open();
    assertThat(again.take(note)).isTrue();
    assertThat(again.take(standing)).isFalse();
    again.close();
  }

  @Test
  void forgottenKeyMayBeTakenAgainAlsoAfterARestart() throws Exception {
    BurntKeys keys = open();
    KeyNote note = note(keys, 1, 1);
    burn(keys, note);
    keys.forget(note.burnt());
    keys.close();
    BurntKeys again = open();
    assertThat(again.take(note)).isTrue();
    again.close();
  }

  @Test
  void secondInstanceIsTurnedAway() throws Exception {
    BurntKeys keys = open();
    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("in use");
    keys.close();
    open().close();
  }

  @Test
  void foreignFileIsNotOverwritten() throws Exception {
    Path file = directory.resolve("sub/burnt");
    Files.createDirectories(file.getParent());
    LineJournal.Opened opened = LineJournal.open(file);
    opened.journal().append(List.of("something else\t7"), true);
    opened.journal().close();
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a burnt-key journal");
    assertThat(Files.readString(file)).startsWith("something else");
  }

  @Test
  void aKeyThatSomebodyChoseStaysBurntForEver() throws Exception {
    BurntKeys keys = open();
    KeyNote negotiated = note(keys, 1, 1);
    KeyNote chosen =
        new KeyNote(
            note(keys, 2, 1).burnt(),
            negotiated.sa(),
            negotiated.generation(),
            Owner.MANUAL,
            "manual-2",
            0);
    burn(keys, negotiated);
    burn(keys, chosen);
    keys.gone(negotiated.burnt());
    keys.gone(chosen.burnt());
    keys.generation("ipu 1\tä", new Generation(2));
    time.advance(DAY.multipliedBy(400));
    keys.close();
    BurntKeys again = open();
    assertThat(again.size()).isEqualTo(1);
    assertThat(again.take(chosen)).isFalse();
    assertThat(again.burntOn("ipu 1\tä", chosen.burnt())).isTrue();
    assertThat(again.burntOn("ipu-2", chosen.burnt())).isFalse();
    again.close();
  }
}
