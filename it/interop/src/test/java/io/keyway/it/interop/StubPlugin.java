package io.keyway.it.interop;

import io.keyway.it.kit.lab.Exec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The charon plugin of {@code native/charon-stub}, built once per version and kept in a cache. */
final class StubPlugin {

  private static final Exec.Result BUILD = build();

  private StubPlugin() {}

  /** Why the plugin cannot be built here, or empty when it is there. */
  static Optional<String> obstacle() {
    return BUILD.ok() ? Optional.empty() : Optional.of(BUILD.output().trim());
  }

  /** The shared object. */
  static Path file() {
    return Path.of(BUILD.orFail().trim());
  }

  static Path root() {
    return Path.of(System.getProperty("keyway.root", "../..")).toAbsolutePath().normalize();
  }

  private static Exec.Result build() {
    Path script = root().resolve("native/charon-stub/build.sh");
    return Exec.run(Duration.ofMinutes(5), Map.of(), List.of(script.toString(), "stub"));
  }
}
