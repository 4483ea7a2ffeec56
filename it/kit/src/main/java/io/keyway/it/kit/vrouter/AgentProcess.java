package io.keyway.it.kit.vrouter;

import io.keyway.it.kit.lab.NetNs;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A running agent, in a namespace or beside its test. What was written is kept over lives: a killed
 * agent is started again with the same configuration, and its log goes on.
 */
public final class AgentProcess implements Closeable {

  private static final Pattern READY = Pattern.compile("ready generation=(\\d+)");
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(20);

  private final Optional<NetNs> ns;
  private final Path directory;
  private final Thread hook = new Thread(this::leaveNothing, "agent-hook");
  private Process process;
  private long generation;

  private AgentProcess(Optional<NetNs> ns, Path directory) {
    this.ns = ns;
    this.directory = directory;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts it and waits until it forwards and listens.
   *
   * @param directory its own: {@code agent.conf} and {@code agent.log} are written there
   */
  public static AgentProcess start(
      Optional<NetNs> ns, Path directory, AgentConfiguration configuration) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("agent.conf"), configuration.render());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory, e);
    }
    AgentProcess agent = new AgentProcess(ns, directory);
    try {
      agent.start();
    } catch (RuntimeException | Error e) {
      agent.close();
      throw e;
    }
    return agent;
  }

  /** Starts it again, after {@link #kill} or {@link #stop}, and waits until it is ready. */
  public synchronized void start() {
    if (process != null) {
      throw new IllegalStateException("it runs as process " + process.pid());
    }
    List<String> line =
        List.of(AgentProgram.file().toString(), directory.resolve("agent.conf").toString());
    int before = log().length();
    try {
      process =
          new ProcessBuilder(ns.map(n -> n.inside(line)).orElse(line))
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(directory.resolve("agent.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + line, e);
    }
    long end = System.nanoTime() + START.toNanos();
    while (true) {
      String text = log().substring(before);
      Matcher ready = READY.matcher(text);
      if (ready.find()) {
        generation = Long.parseUnsignedLong(ready.group(1));
        return;
      }
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            (process.isAlive() ? "the agent is not ready within " + START : "the agent ended")
                + ":\n"
                + text);
      }
      pause();
    }
  }

  /** What it said at its last start. */
  public synchronized long generation() {
    return generation;
  }

  public synchronized long pid() {
    return process.pid();
  }

  public synchronized boolean alive() {
    return process != null && process.isAlive();
  }

  /** Everything that it printed, in all its lives. */
  public String log() {
    try {
      Path file = directory.resolve("agent.log");
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL: what a crash looks like from outside. */
  public synchronized void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /**
   * SIGTERM, and SIGKILL when that does not help.
   *
   * @return the exit status; 0 when it ended in order
   */
  public synchronized int stop() {
    process.destroy();
    return awaitEnd();
  }

  private int awaitEnd() {
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return -1;
    } finally {
      process = null;
    }
  }

  @Override
  public synchronized void close() {
    if (process != null) {
      stop();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending; the hook has nothing to do any more.
    }
  }

  private void leaveNothing() {
    Process last = process;
    if (last != null) {
      last.destroyForcibly();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the agent starts", e);
    }
  }
}
