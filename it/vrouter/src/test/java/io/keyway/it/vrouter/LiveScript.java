package io.keyway.it.vrouter;

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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A script of {@code src/test/python} that goes on until it is told to end. */
final class LiveScript implements Closeable {

  private static final Path SCRIPTS = AgentProgram.ROOT.resolve("it/vrouter/src/test/python");
  private static final long END = 20;

  private final Path out;
  private final Process process;

  private LiveScript(Path out, Process process) {
    this.out = out;
    this.process = process;
  }

  /** Returns when it listens. */
  static LiveScript start(NetNs ns, Path directory, String name, String... arguments) {
    try {
      Path out = Files.createTempFile(directory, name, ".out");
      List<String> line =
          new ArrayList<>(List.of("/usr/bin/python3", "-B", SCRIPTS.resolve(name).toString()));
      line.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(ns.inside(line))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      LiveScript script = new LiveScript(out, process);
      Await.until(name + " listens", () -> script.text().contains("listening"));
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

  /** How much arrived, as it last said. */
  long received() {
    return text()
        .lines()
        .filter(line -> line.startsWith("received "))
        .mapToLong(line -> Long.parseLong(line.substring(9)))
        .max()
        .orElse(0);
  }

  /** Tells it to end; what it says at the end. */
  JsonObject end() {
    process.destroy();
    try {
      if (!process.waitFor(END, TimeUnit.SECONDS)) {
        throw new AssertionError("a script does not end: " + text());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    List<String> lines = text().lines().toList();
    try {
      return JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
    } catch (RuntimeException e) {
      throw new AssertionError("a script failed: " + text(), e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
