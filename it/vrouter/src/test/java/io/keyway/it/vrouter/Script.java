package io.keyway.it.vrouter;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.vrouter.AgentProgram;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A script of {@code src/test/python} that runs on a host of a lab. */
final class Script implements Closeable {

  private static final Path SCRIPTS = AgentProgram.ROOT.resolve("it/vrouter/src/test/python");

  private final String name;
  private final Path out;
  private final Process process;

  private Script(String name, Path out, Process process) {
    this.name = name;
    this.out = out;
    this.process = process;
  }

  /** Starts it, and returns when it says {@code word}. */
  static Script start(NetNs ns, Path directory, String name, String word, List<String> arguments) {
    try {
      Path out = Files.createTempFile(directory, name, ".out");
      List<String> line =
          new ArrayList<>(List.of("/usr/bin/python3", "-B", SCRIPTS.resolve(name) + ""));
      line.addAll(arguments);
      Process process =
          new ProcessBuilder(ns.inside(line))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      Script script = new Script(name + " " + arguments, out, process);
      Await.until(
          script.name + " says " + word,
          () -> {
            if (!process.isAlive()) {
              throw new AssertionError(script.name + " ended: " + script.text());
            }
            return script.text().contains(word);
          });
      return script;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String text() {
    try {
      return Files.readString(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean running() {
    return process.isAlive();
  }

  /** Waits for its end; the last line that it printed. */
  List<JsonObject> result(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(name + " did not end within " + limit + ": " + text());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    List<String> lines = text().lines().toList();
    if (process.exitValue() != 0 || lines.isEmpty()) {
      throw new AssertionError(name + " failed: " + text());
    }
    JsonArray all = JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonArray();
    List<JsonObject> each = new ArrayList<>();
    all.forEach(one -> each.add(one.getAsJsonObject()));
    return each;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
