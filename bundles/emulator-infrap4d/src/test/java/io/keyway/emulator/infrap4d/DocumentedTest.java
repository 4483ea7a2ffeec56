package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page for people who test other controllers says what the program says. */
class DocumentedTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "emulator.md");

  @Test
  void everyQuirkStandsThereWithItsDefault() throws IOException {
    String page = Files.readString(PAGE);
    for (Quirk quirk : Quirk.values()) {
      assertThat(page)
          .contains(
              "| `%s` | %s | %s |".formatted(quirk.text(), quirk.byDefault(), quirk.meaning()));
    }
  }

  @Test
  void everyOptionStandsThere() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(ConfigReader.KEYS.keySet())
        .allSatisfy(key -> assertThat(page).contains("`" + key + "`"));
  }
}
