package io.keyway.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void showsTheMedianWithTheSpread() {
    assertThat(Figures.of(List.of(3.0, 1.0, 10.0)).show(1)).isEqualTo("3.0 (1.0-10.0)");
    assertThat(Figures.of(List.of(4.0, 1.0, 2.0, 10.0)).show(2)).isEqualTo("3.00 (1.00-10.00)");
  }

  @Test
  void showsOneValueWithoutASpreadAndNoneAsADash() {
    assertThat(Figures.of(List.of(3.14)).show(1)).isEqualTo("3.1");
    assertThat(Figures.of(List.of()).show(1)).isEqualTo("-");
    assertThat(Figures.of(List.of()).middle(1)).isEqualTo("-");
  }
}
