package io.keyway.it.demo.vrouter;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.vrouter.RouterLab.Side;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** One controller of the demo: a distribution, its RESTCONF and its shell. */
final class Controller {

  static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Side side;
  private final Distribution distribution;
  private final Console console;
  private Restconf restconf;

  Controller(Side side, Distribution distribution) {
    this.side = side;
    this.distribution = distribution;
    this.console = new Console(distribution);
  }

  Side side() {
    return side;
  }

  Distribution distribution() {
    return distribution;
  }

  Console console() {
    return console;
  }

  Restconf restconf() {
    return restconf;
  }

  void answers(Restconf client) {
    restconf = client;
  }

  /** A part of the state tree, such as {@code tunnels}; empty when there is none. */
  JsonObject state(String part) throws IOException, InterruptedException {
    Restconf.Reply reply = restconf.get(IPSEC + "/state/" + part + "?content=nonconfig");
    return reply.ok() ? reply.json().getAsJsonObject("keyway-ipsec:" + part) : new JsonObject();
  }

  List<JsonObject> list(String part, String list) throws IOException, InterruptedException {
    JsonObject state = state(part);
    return !state.has(list)
        ? List.of()
        : state.getAsJsonArray(list).asList().stream().map(JsonElement::getAsJsonObject).toList();
  }

  List<JsonObject> tunnels() throws IOException, InterruptedException {
    return list("tunnels", "tunnel");
  }

  /** Of the only data plane: a leaf such as {@code connection} or {@code generation}. */
  String plane(String leaf) throws IOException, InterruptedException {
    List<JsonObject> planes = list("data-planes", "data-plane");
    return planes.size() == 1 && planes.get(0).has(leaf)
        ? planes.get(0).get(leaf).getAsString()
        : "-";
  }

  /** Whether both tunnels show this. */
  boolean tunnelsAre(String leaf, String value) throws IOException, InterruptedException {
    List<JsonObject> tunnels = tunnels();
    return tunnels.size() == 2
        && tunnels.stream().allMatch(t -> t.has(leaf) && t.get(leaf).getAsString().equals(value));
  }

  /**
   * Calls an operation. What is just being replaced by the peer may not be found for a moment, so
   * it asks again before it fails with what the controller says.
   */
  void operate(String rpc, String leaf, String value) throws IOException, InterruptedException {
    JsonObject input = new JsonObject();
    input.addProperty(leaf, value);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonObject output = restconf.rpc(rpc, input);
      String result = output.has("result") ? output.get("result").getAsString() : "-";
      if (result.equals("ok") || result.equals("same")) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new IOException(rpc + " " + value + ": " + output);
      }
      Thread.sleep(100);
    }
  }
}
