package io.keyway.it.vrouter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The agent, built once for all tests, with the output of its own tests beside it. */
final class AgentBuild {

  static final Path ROOT =
      Path.of(System.getProperty("keyway.root", "../..")).toAbsolutePath().normalize();
  static final Path SOURCES = ROOT.resolve("native/vrouter-agent");

  private static final int CANNOT = 3;
  private static final Command BUILD =
      Command.run(
          Duration.ofMinutes(30),
          Map.of(),
          List.of(SOURCES.resolve("build.sh").toString(), "--tests"));

  private AgentBuild() {}

  /**
   * Why there is no agent on this machine, or empty. A build that fails is no reason: it throws.
   */
  static Optional<String> obstacle() {
    return BUILD.status() == CANNOT ? Optional.of(BUILD.err().trim()) : Optional.empty();
  }

  /** The program. */
  static Path program() {
    if (BUILD.out().isBlank()) {
      throw new IllegalStateException("build.sh: status " + BUILD.status() + ": " + BUILD.err());
    }
    return Path.of(BUILD.out().trim());
  }

  /** Lines {@code ok NAME} and {@code failed NAME: WHY} of the tests that need no network. */
  static List<String> unitLines() {
    try {
      return Files.readAllLines(program().resolveSibling("tests.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
