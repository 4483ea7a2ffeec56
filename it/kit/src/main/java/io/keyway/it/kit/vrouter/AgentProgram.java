package io.keyway.it.kit.vrouter;

import io.keyway.it.kit.lab.Exec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The agent, built once for all tests of a process. */
public final class AgentProgram {

  /** Of the repository. */
  public static final Path ROOT =
      Path.of(System.getProperty("keyway.root", "../..")).toAbsolutePath().normalize();

  public static final Path SOURCES = ROOT.resolve("native/vrouter-agent");

  private static final Duration LIMIT = Duration.ofMinutes(30);
  private static final int CANNOT = 3;

  /** Built when it is asked for first. */
  private static final class Build {
    static final Exec.Result RESULT = build();
  }

  private static final class BuildWithTests {
    static final Exec.Result RESULT = build("--tests");
  }

  private AgentProgram() {}

  private static Exec.Result build(String... arguments) {
    List<String> line = new java.util.ArrayList<>(List.of(SOURCES.resolve("build.sh").toString()));
    line.addAll(List.of(arguments));
    return Exec.run(LIMIT, Map.of(), line);
  }

  /**
   * Why there is no agent on this machine, or empty. A build that fails is no reason: asking for
   * the {@link #file} then throws.
   */
  public static Optional<String> obstacle() {
    return Build.RESULT.status() == CANNOT
        ? Optional.of(Build.RESULT.err().trim())
        : Optional.empty();
  }

  /** The program. */
  public static Path file() {
    return of(Build.RESULT);
  }

  private static Path of(Exec.Result build) {
    if (build.out().isBlank()) {
      throw new IllegalStateException("build.sh: status " + build.status() + ": " + build.err());
    }
    return Path.of(build.out().trim());
  }

  /** Lines {@code ok NAME} and {@code failed NAME: WHY} of the tests that need no network. */
  public static List<String> unitLines() {
    try {
      return Files.readAllLines(of(BuildWithTests.RESULT).resolveSibling("tests.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
