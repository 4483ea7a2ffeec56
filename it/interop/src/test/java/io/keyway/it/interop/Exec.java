package io.keyway.it.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end, always with a deadline. */
final class Exec {

  static final Duration DEADLINE = Duration.ofSeconds(30);

  /** What a command left: its exit status and what it printed, both streams in one. */
  record Result(List<String> command, int status, String output) {

    boolean ok() {
      return status == 0;
    }

    /** Returns the output, or says what failed. */
    String orFail() {
      if (!ok()) {
        throw new IllegalStateException(
            String.join(" ", command) + " ended with status " + status + ":\n" + output);
      }
      return output;
    }
  }

  private Exec() {}

  static Result run(String... command) {
    return run(DEADLINE, Map.of(), Arrays.asList(command));
  }

  static Result run(Duration deadline, Map<String, String> environment, List<String> command) {
    try {
      // A file rather than a pipe: a command that hangs must not hang the reader with it.
      Path output = Files.createTempFile("kw-exec", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          return new Result(command, -1, "no end after " + deadline + "\n" + text(output));
        }
        return new Result(command, process.exitValue(), text(output));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + String.join(" ", command), e);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
