package io.keyway.it.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end, always with a deadline. */
public final class Exec {
  private Exec() {}

  /**
   * What a command left.
   *
   * @param output both streams
   */
  public record Result(List<String> command, int status, String output) {
    public boolean ok() {
      return status == 0;
    }

    /** The output, or an exception that says what failed. */
    public String orFail() throws IOException {
      if (!ok()) {
        throw new IOException(
            String.join(" ", command) + " ended with status " + status + ": " + output.strip());
      }
      return output;
    }
  }

  /** Status 127 when there is no such command, 124 when it did not end in time. */
  public static Result run(Duration limit, String... command)
      throws IOException, InterruptedException {
    List<String> line = List.of(command);
    // A file and no pipe: what a command leaves behind must not keep us waiting.
    Path output = Files.createTempFile("keyway-bench", ".out");
    Process process = null;
    try {
      process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Result(line, 124, "no end within " + limit.toSeconds() + " s");
      }
      byte[] text = Files.readAllBytes(output);
      return new Result(line, process.exitValue(), new String(text, StandardCharsets.UTF_8));
    } catch (IOException e) {
      return new Result(line, 127, e.getMessage());
    } finally {
      if (process != null && process.isAlive()) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(output);
    }
  }
}
