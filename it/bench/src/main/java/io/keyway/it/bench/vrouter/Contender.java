package io.keyway.it.bench.vrouter;

import io.keyway.it.bench.Exec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A DPDK program that forwards on one core, and stands still but while it is measured. */
final class Contender implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration TURN = Duration.ofSeconds(120);
  private static final int ATTEMPTS = 20;

  private final Programs programs;
  private final String name;
  private final Process process;
  private final Path directory;

  private Contender(Programs programs, String name, Process process, Path directory) {
    this.programs = programs;
    this.name = name;
    this.process = process;
    this.directory = directory;
  }

  /**
   * Starts it.
   *
   * @param name of the telemetry socket, see {@link Ports}
   * @param directory for its sockets and its log
   */
  static Contender start(Programs programs, String name, Path directory, List<String> command)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(directory.resolve(name + ".log").toFile());
    // Where DPDK puts its telemetry socket; else below /run or /tmp, for ever.
    builder.environment().put("RUNTIME_DIRECTORY", directory.toString());
    return new Contender(programs, name, builder.start(), directory);
  }

  /** Waits for a file or socket that it makes, or a word in its log. */
  void await(String what, java.util.function.BooleanSupplier there)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    while (!there.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new IOException(name + " ended: " + log());
      }
      if (System.nanoTime() > end) {
        throw new IOException(name + ": no " + what + " within " + START.toSeconds() + " s");
      }
      Thread.sleep(20);
    }
  }

  /** Once it forwards: looks that packets leave, and stops it until its first turn. */
  void settle() throws IOException, InterruptedException {
    await("telemetry", () -> Files.exists(telemetry()));
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (measure(10).packets() > 0) {
        return;
      }
    }
    throw new IOException(name + " sends nothing: " + log());
  }

  /** What left in how much time of its core. */
  record Turn(long packets, long nanoseconds) {
    double perSecond() {
      return packets * 1e9 / nanoseconds;
    }
  }

  Turn measure(int cpuMilliseconds) throws IOException, InterruptedException {
    Exec.Result result =
        Exec.run(
            TURN,
            programs.meter().toString(),
            Long.toString(process.pid()),
            telemetry().toString(),
            Integer.toString(cpuMilliseconds));
    if (!result.ok()) {
      throw new IOException(name + ": " + result.output().strip() + "; " + log());
    }
    String[] words = result.output().strip().split(" ");
    return new Turn(Long.parseLong(words[0]), Long.parseLong(words[1]));
  }

  long pid() {
    return process.pid();
  }

  /** The end of what it said. */
  String log() throws IOException {
    String text = Files.readString(directory.resolve(name + ".log")).strip();
    return text.substring(Math.max(0, text.length() - 300));
  }

  private Path telemetry() {
    return directory.resolve("dpdk").resolve(name).resolve("dpdk_telemetry.v2");
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
