package io.keyway.it.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  @Test
  void namesChooseWhatRuns() throws Options.Bad {
    Options options = Options.parse(List.of("--archive", "missing.tar.gz", "ike", "--quick"));
    assertThat(options.parts()).containsExactly(Options.Part.IKE);
    assertThat(options.quick()).isTrue();
  }

  @Test
  void everythingRunsWithoutANameAndNeedsTheDistribution() {
    assertThatThrownBy(() -> Options.parse(List.of("--archive", "missing.tar.gz")))
        .isInstanceOf(Options.Bad.class)
        .hasMessageContaining("missing.tar.gz");
  }

  @Test
  void saysWhatItDoesNotKnow() {
    assertThatThrownBy(() -> Options.parse(List.of("speed")))
        .isInstanceOf(Options.Bad.class)
        .hasMessageContaining("'speed'");
  }
}
