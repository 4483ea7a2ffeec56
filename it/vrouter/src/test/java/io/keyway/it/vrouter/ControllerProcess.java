package io.keyway.it.vrouter;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.vrouter.RouterLab;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A {@link ControllerMain} of which nothing is left when it is killed but what is on the disk. */
final class ControllerProcess implements Closeable {

  private final Process process;
  private final PrintStream in;
  private final BufferedReader out;
  private final Path log;

  private ControllerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    this.out = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts one; it is closed with the lab. */
  static ControllerProcess start(RouterLab lab, int life) throws IOException {
    Path log = lab.directory().resolve("controller-" + life + ".log");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ControllerMain.class.getName(),
                    lab.directory().toString(),
                    lab.socket(lab.left()).toString(),
                    Integer.toString(life),
                    lab.left().outer(),
                    lab.right().outer(),
                    lab.left().inner(),
                    lab.right().inner()))
            .redirectError(log.toFile())
            .start();
    return lab.owns(new ControllerProcess(process, log));
  }

  JsonObject ask(String command) {
    in.println(command);
    try {
      String line =
          CompletableFuture.supplyAsync(
                  () -> {
                    try {
                      return out.readLine();
                    } catch (IOException e) {
                      return null;
                    }
                  })
              .get(60, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("the controller ended, see " + log);
      }
      JsonObject answer = JsonParser.parseString(line).getAsJsonObject();
      if (answer.has("error")) {
        throw new AssertionError(command + ": " + answer);
      }
      return answer;
    } catch (Exception e) {
      throw new AssertionError(command, e);
    }
  }

  JsonObject status() {
    return ask("status");
  }

  /** Asks until it is so. */
  JsonObject await(String what, Predicate<JsonObject> condition) {
    JsonObject[] last = new JsonObject[1];
    try {
      Await.until(
          what,
          () -> {
            last[0] = status();
            return condition.test(last[0]);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ": " + last[0], e);
    }
    return last[0];
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
