package io.keyway.api.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PresentStoreTest {

  private final PresentStore present = new PresentStore();
  private final List<StateStore> asked = new ArrayList<>();

  /** Two stores are the same only if they are one. */
  private static final class Empty implements StateStore {
    @Override
    public Outcome put(StateRecord value) {
      return Outcome.ok();
    }

    @Override
    public Optional<StateRecord> get(String owner, String key) {
      return Optional.empty();
    }

    @Override
    public Outcome remove(String owner, String key) {
      return Outcome.absent("there is none");
    }

    @Override
    public List<String> keys(String owner) {
      return List.of();
    }
  }

  @Test
  void onlyTheFirstIsAskedAndBeforeAnythingIsNoted() {
    StateStore first = new Empty();
    StateStore second = new Empty();
    present.use(
        first,
        store -> {
          asked.add(store);
          assertThat(present.get()).isNull();
        });
    present.use(second, asked::add);
    assertThat(asked).containsExactly(first);
    assertThat(present.get()).isSameAs(second);
  }

  @Test
  void aStoreThatWasReplacedIsGoneWithoutAnEffect() {
    StateStore first = new Empty();
    StateStore second = new Empty();
    present.use(first, asked::add);
    present.use(second, asked::add);
    present.forget(first);
    assertThat(present.get()).isSameAs(second);
    present.forget(second);
    assertThat(present.get()).isNull();
  }

  @Test
  void atTheEndAStoreIsToldEverythingOnlyIfThereWasNone() {
    StateStore last = new Empty();
    assertThat(present.endWith(Optional.empty())).isFalse();
    assertThat(present.endWith(Optional.of(last))).isTrue();
    assertThat(present.get()).isSameAs(last);
    assertThat(present.endWith(Optional.of(new Empty()))).isFalse();
  }
}
