package io.keyway.it.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupTest {
  private final List<String> ended = new ArrayList<>();
  private final Cleanup cleanup = new Cleanup();

  @Test
  void endsTheLastOneFirstAndEachOnce() {
    cleanup.owns(() -> ended.add("first"));
    AutoCloseable second = cleanup.owns(() -> ended.add("second"));
    cleanup.owns(() -> ended.add("third"));
    cleanup.end(second);
    cleanup.close();
    cleanup.end(second);
    assertThat(ended).containsExactly("second", "third", "first");
  }

  @Test
  void oneThatWillNotCloseDoesNotKeepTheOthersOpen() {
    cleanup.owns(() -> ended.add("first"));
    cleanup.owns(
        () -> {
          throw new IllegalStateException("as a test wants it");
        });
    cleanup.close();
    assertThat(ended).containsExactly("first");
  }

  @Test
  void whatComesAfterTheEndIsEndedAtOnce() {
    cleanup.close();
    assertThatThrownBy(() -> cleanup.owns(() -> ended.add("late")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ended).containsExactly("late");
  }
}
