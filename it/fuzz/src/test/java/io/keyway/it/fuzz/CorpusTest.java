package io.keyway.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every target on every input that was ever worth keeping, and on small changes of each. */
class CorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/corpus");
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int CHANGES = 20;

  @ParameterizedTest
  @EnumSource
  void noInputOfTheCorpusIsAFinding(Target target) throws IOException {
    List<Path> inputs = inputs(target);
    assertThat(inputs).as("seeds of %s", target).isNotEmpty();
    for (Path input : inputs) {
      byte[] octets = Files.readAllBytes(input);
      assertTimeoutPreemptively(LIMIT, () -> target.run(octets), () -> "endless on " + input);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PUBLIC_VALUE")
  void noSmallChangeOfTheCorpusIsAFinding(Target target) throws IOException {
    Random random = new Random(1);
    for (Path input : inputs(target)) {
      byte[] octets = Files.readAllBytes(input);
      for (int i = 0; i < CHANGES && octets.length > 0; i++) {
        byte[] changed = octets.clone();
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        target.run(changed);
      }
    }
  }

  private static List<Path> inputs(Target target) throws IOException {
    try (Stream<Path> files = Files.list(CORPUS.resolve(target.directory()))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
