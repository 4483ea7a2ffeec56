package io.keyway.tunnels;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.sa.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CountersTest {

  private final Counters counters = new Counters();

  private static Counters nextLife(Counters before) throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    before.write(new DataOutputStream(octets));
    Counters noted =
        Counters.read(new DataInputStream(new ByteArrayInputStream(octets.toByteArray())));
    Counters next = new Counters();
    next.resume(noted);
    return next;
  }

  private static Usage packets(long count) {
    return new Usage(OptionalLong.of(count), OptionalLong.empty(), OptionalLong.empty());
  }

  @Test
  void aCounterThatWentBackBeganAnew() {
    counters.read(Usage.of(10, 1000));
    assertThat(counters.read(Usage.of(12, 1200))).isFalse();
    assertThat(counters.read(Usage.of(5, 500))).isTrue();
    assertThat(counters.total()).isEqualTo(Usage.of(17, 1700));
  }

  @Test
  void anAbsentReadingChangesNothingAndMakesNothingCountTwice() {
    counters.read(Usage.of(10, 1000));
    counters.read(Usage.ABSENT);
    counters.read(packets(11));
    counters.read(Usage.of(12, 1200));
    assertThat(counters.total()).isEqualTo(Usage.of(12, 1200));
  }

  @Test
  void whatWasNeverCountedStaysAbsentOverARestart() throws IOException {
    counters.read(packets(10));
    Counters next = nextLife(counters);
    assertThat(next.total()).isEqualTo(packets(10));
    next.read(packets(11));
    assertThat(next.total()).isEqualTo(packets(11));
    assertThat(nextLife(new Counters()).total()).isEqualTo(Usage.ABSENT);
  }

  @Test
  void aNewLifeGoesOnFromTheNote() throws IOException {
    counters.read(Usage.of(10, 1000));
    counters.read(Usage.of(4, 400));
    Counters next = nextLife(counters);
    next.read(Usage.of(6, 600));
    assertThat(next.total()).isEqualTo(Usage.of(16, 1600));
    next.read(Usage.of(1, 100));
    assertThat(next.total()).isEqualTo(Usage.of(17, 1700));
  }

  @Test
  void aCounterThatWentBackBetweenLivesAddsNothingTwice() throws IOException {
    counters.read(Usage.of(10, 1000));
    Counters next = nextLife(counters);
    next.read(Usage.of(3, 300));
    assertThat(next.total()).isEqualTo(Usage.of(10, 1000));
    next.read(Usage.of(5, 500));
    assertThat(next.total()).isEqualTo(Usage.of(12, 1200));
  }

  @Test
  void aNoteThatComesAfterTheFirstReadingsIsAddedOnce() throws IOException {
    counters.read(Usage.of(10, 1000));
    counters.read(Usage.of(4, 400));
    Counters next = new Counters();
    next.read(Usage.of(6, 600));
    next.read(Usage.of(9, 900));
    next.resume(nextLife(counters));
    assertThat(next.total()).isEqualTo(Usage.of(19, 1900));
  }

  @Test
  void otherPlacesAreNotComparedWithTheOld() {
    counters.read(Usage.of(10, 1000));
    counters.rebase();
    counters.read(Usage.of(7, 700));
    counters.read(Usage.of(9, 900));
    assertThat(counters.total()).isEqualTo(Usage.of(12, 1200));
  }
}
