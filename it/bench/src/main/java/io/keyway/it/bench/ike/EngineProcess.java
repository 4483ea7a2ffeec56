package io.keyway.it.bench.ike;

import static java.util.stream.Collectors.toMap;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.bench.Places;
import io.keyway.it.bench.Proc;
import io.keyway.it.bench.node.EngineNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One {@link EngineNode} and the pipe to it. */
final class EngineProcess implements AutoCloseable {
  /** It takes 1.6 s of CPU, which a machine that others use to the full may spread widely. */
  private static final Duration START = Duration.ofSeconds(60);

  private static final String END = "";

  /**
   * The largest heap and the pauses are those of the distribution. Free heap goes back to the
   * system after a full collection, so that resident memory says something.
   */
  private static final List<String> MEMORY =
      List.of(
          "-Xms64m",
          "-Xmx2g",
          "-XX:MaxGCPauseMillis=50",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20");

  private final Process process;
  private final Path errors;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private Map<String, String> providers = Map.of();

  private EngineProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
    Thread reader = new Thread(this::read, "answers of " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  static EngineProcess start(String address, int port, boolean nativeProviders, Path credentials)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Places.java()));
    command.addAll(MEMORY);
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(List.of("-cp", Places.classPath(nativeProviders), EngineNode.class.getName()));
    command.addAll(List.of(address, Integer.toString(port), credentials.toString()));
    Path errors = Files.createTempFile("keyway-bench-engine", ".log");
    EngineProcess started =
        new EngineProcess(
            new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
    try {
      JsonObject chosen = started.answer("its start", START).getAsJsonObject("providers");
      started.providers =
          chosen.keySet().stream().collect(toMap(name -> name, name -> text(chosen, name)));
      return started;
    } catch (IOException | InterruptedException e) {
      started.close();
      throw e;
    }
  }

  private static String text(JsonObject object, String name) {
    return object.get(name).getAsString();
  }

  /** The crypto provider in use by algorithm. */
  Map<String, String> providers() {
    return providers;
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      // The process ended; so does its list of answers.
    }
    lines.add(END);
  }

  /** Gives a command and waits for its answer. */
  JsonObject ask(JsonObject command, Duration limit) throws IOException, InterruptedException {
    OutputStream out = process.getOutputStream();
    out.write((command + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
    return answer(command.get("do").getAsString(), limit);
  }

  private JsonObject answer(String what, Duration limit) throws IOException, InterruptedException {
    String line = lines.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw new IOException(
          "the engine (process %d) did not answer '%s' within %d s"
              .formatted(process.pid(), what, limit.toSeconds()));
    }
    if (line.equals(END)) {
      throw new IOException(
          "the engine (process %d) ended by itself: %s"
              .formatted(process.pid(), Files.readString(errors).strip()));
    }
    JsonObject answer = JsonParser.parseString(line).getAsJsonObject();
    if (answer.has("error")) {
      throw new IOException("the engine refused '" + what + "': " + answer.get("error"));
    }
    return answer;
  }

  double residentMib() throws IOException {
    return Proc.residentMib(process.pid());
  }

  double cpuSeconds() throws IOException {
    return Proc.cpuSeconds(process.pid());
  }

  /** The end of its input is its end; if not, it is killed. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(3, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(errors);
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
