package io.keyway.it.kit.lab;

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
public final class Exec {

  /** Enough for anything that only asks or sets something. */
  public static final Duration DEADLINE = Duration.ofSeconds(30);

  private static final int GRACE_SECONDS = 20;

  /**
   * What a command left.
   *
   * @param status exit status; -1 when it did not end in time
   */
  public record Result(List<String> command, int status, String out, String err) {

    public boolean ok() {
      return status == 0;
    }

    /** What it printed, first to one stream, then to the other. */
    public String output() {
      return out + err;
    }

    /** Returns the output, or says what failed. */
    public String orFail() {
      if (!ok()) {
        throw new IllegalStateException(
            String.join(" ", command) + " ended with status " + status + ":\n" + output());
      }
      return output();
    }
  }

  private Exec() {}

  public static Result run(String... command) {
    return run(DEADLINE, Map.of(), Arrays.asList(command));
  }

  /**
   * @param environment added to this process's own
   */
  public static Result run(
      Duration deadline, Map<String, String> environment, List<String> command) {
    try {
      // Files rather than pipes: a command that hangs must not hang the reader with it.
      Path directory = Files.createTempDirectory("kw-exec");
      Path out = directory.resolve("out");
      Path err = directory.resolve("err");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
          end(process);
          return new Result(command, -1, text(out), text(err) + "no end after " + deadline + "\n");
        }
        return new Result(command, process.exitValue(), text(out), text(err));
      } finally {
        Files.deleteIfExists(out);
        Files.deleteIfExists(err);
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + String.join(" ", command), e);
    }
  }

  /** Asks first: a script takes with it what it made. */
  private static void end(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
