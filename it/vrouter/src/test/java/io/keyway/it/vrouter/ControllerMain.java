package io.keyway.it.vrouter;

import com.google.gson.JsonObject;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.it.kit.stack.RouterController;
import io.keyway.plane.vrouter.Recorder;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A controller in a process of its own, so that it can be killed: {@code DIRECTORY SOCKET LIFE
 * LOCAL REMOTE OURS THEIRS}. It has one tunnel. Every line on standard input is a command, and has
 * one line of JSON for an answer; the end of input ends it.
 */
final class ControllerMain {

  private static final Duration CALL = Duration.ofSeconds(20);

  private final List<String> arguments;
  private final Recorder recorder = new Recorder();
  private final RouterController keyway;

  private ControllerMain(List<String> arguments) throws Exception {
    this.arguments = arguments;
    keyway =
        new RouterController(
            new RouterController.Parts(
                "left",
                leaves(),
                Path.of(arguments.get(0)),
                Integer.parseInt(arguments.get(2)),
                Peer.KEY,
                recorder::around));
  }

  private Map<String, String> leaves() {
    return Map.of("socket", arguments.get(1));
  }

  public static void main(String[] arguments) throws Exception {
    ControllerMain main = new ControllerMain(List.of(arguments));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String command = in.readLine();
    while (command != null) {
      JsonObject answer = new JsonObject();
      try {
        main.run(command, answer);
      } catch (Exception e) {
        answer.addProperty("error", e.toString());
      }
      System.out.println(answer);
      command = in.readLine();
    }
    System.exit(0);
  }

  private void run(String command, JsonObject answer) throws Exception {
    switch (command) {
      case "configure" -> configure(site(true));
      case "remove" -> configure(site(false));
      case "rekey" ->
          answer.addProperty(
              "outcome",
              keyway
                  .tunnels
                  .rekey(CrashLab.TUNNEL, CALL)
                  .toCompletableFuture()
                  .get(30, TimeUnit.SECONDS)
                  .outcome()
                  .kind()
                  .name());
      case "status" -> status(answer);
      default -> throw new IllegalArgumentException(command);
    }
  }

  private LeftSite site(boolean withTunnel) {
    LeftSite site =
        new LeftSite(keyway.plane.name()).gateway("right", arguments.get(3), arguments.get(4));
    return withTunnel
        ? site.tunnel(CrashLab.TUNNEL, "right", arguments.get(5), arguments.get(6))
        : site;
  }

  private void configure(LeftSite site) {
    IntentSnapshot next = site.snapshot(keyway.intents.snapshot().version() + 1, leaves());
    keyway.configure(next);
  }

  private void status(JsonObject answer) {
    answer.addProperty("ready", keyway.plane.status().ready());
    answer.addProperty("generation", keyway.plane.generation().number());
    answer.addProperty("drift", keyway.plane.status().drift().orElse(-1));
    answer.addProperty("up", keyway.up(CrashLab.TUNNEL));
    answer.addProperty("spi", CrashLab.spiOut(recorder.changes()));
    List<String> installs = new ArrayList<>();
    recorder.installs().forEach(install -> installs.add(install.print()));
    answer.addProperty("installs", String.join(" ", installs));
    answer.addProperty("sads", keyway.sad.entries().size());
    answer.addProperty("words", keyway.toString());
  }
}
