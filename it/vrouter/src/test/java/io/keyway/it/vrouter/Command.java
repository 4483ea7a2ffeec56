package io.keyway.it.vrouter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end, always with a deadline. */
record Command(int status, String out, String err) {

  static Command run(Duration deadline, Map<String, String> environment, List<String> line) {
    try {
      Path directory = Files.createTempDirectory("kw-vrouter-it");
      Path out = directory.resolve("out");
      Path err = directory.resolve("err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(line)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
          // Asked first: the script takes its namespaces and the agent down with it.
          process.destroy();
          if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
          }
          return new Command(-1, Files.readString(out), "no end after " + deadline);
        }
        return new Command(process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", line), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + String.join(" ", line), e);
    }
  }
}
