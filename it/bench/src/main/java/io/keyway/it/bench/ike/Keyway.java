package io.keyway.it.bench.ike;

import com.google.gson.JsonObject;
import io.keyway.it.bench.Deadline;
import io.keyway.it.bench.node.Suite;
import io.keyway.it.kit.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two processes with the native engine each, on loopback. They live through all rounds, because a
 * controller runs for months: what is measured is compiled code. The first tunnels of a fresh
 * process are measured apart.
 */
final class Keyway implements Contender {
  /** Tunnels under way at a time; below the engine's cookie threshold. */
  static final int WINDOW = 16;

  private static final String INITIATOR = "127.11.0.1";
  private static final String RESPONDER = "127.11.0.2";
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration REST = Duration.ofSeconds(8);

  private final String name;
  private final int port;
  private final EngineProcess initiator;
  private final EngineProcess responder;
  private Optional<Suite> listening = Optional.empty();

  private Keyway(String name, int port, EngineProcess initiator, EngineProcess responder) {
    this.name = name;
    this.port = port;
    this.initiator = initiator;
    this.responder = responder;
  }

  /**
   * Starts both processes.
   *
   * @param nativeProviders with the optional crypto providers
   */
  static Keyway start(String name, boolean nativeProviders)
      throws IOException, InterruptedException {
    int port = Ports.udp(INITIATOR, RESPONDER);
    EngineProcess responder = EngineProcess.start(RESPONDER, port, nativeProviders);
    try {
      return new Keyway(
          name, port, EngineProcess.start(INITIATOR, port, nativeProviders), responder);
    } catch (IOException | InterruptedException e) {
      responder.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  /** The provider of each algorithm that matters here, by its name. */
  String providers() {
    return Stream.of("x25519", "ecp384", "AES/GCM/NoPadding", "HmacSHA256", "HmacSHA384")
        .map(algorithm -> algorithm + " by " + initiator.providers().get(algorithm))
        .collect(Collectors.joining(", "));
  }

  @Override
  public Round round(Suite suite, int tunnels) throws IOException, InterruptedException {
    awaitRest();
    return load(suite, tunnels);
  }

  /** A round whose figures may be disturbed by the one before. */
  Round load(Suite suite, int tunnels) throws IOException, InterruptedException {
    if (!listening.equals(Optional.of(suite))) {
      JsonObject listen = command("listen");
      listen.addProperty("suite", suite.name());
      responder.ask(listen, LIMIT);
      listening = Optional.of(suite);
    }
    JsonObject prepare = command("prepare");
    prepare.addProperty("suite", suite.name());
    prepare.addProperty("count", tunnels);
    prepare.addProperty("remote", RESPONDER);
    prepare.addProperty("port", port);
    initiator.ask(prepare, LIMIT);
    long repeated = retransmissions();
    double initiatorBefore = initiator.cpuSeconds();
    double responderBefore = responder.cpuSeconds();
    JsonObject result = initiator.ask(windowed("initiate"), LIMIT);
    double initiatorCpu = initiator.cpuSeconds() - initiatorBefore;
    double responderCpu = responder.cpuSeconds() - responderBefore;
    check(tunnels, result);
    repeated = retransmissions() - repeated;
    initiator.ask(windowed("clear"), LIMIT);
    return new Round(
        tunnels,
        result.get("seconds").getAsDouble(),
        initiatorCpu,
        responderCpu,
        Optional.of(
            new Round.Latency(result.get("p50").getAsDouble(), result.get("p99").getAsDouble())),
        repeated);
  }

  /** Replaced and deleted children receive for some seconds more; their timers are not ours. */
  private void awaitRest() throws IOException, InterruptedException {
    Deadline deadline = Deadline.in(REST);
    while (!deadline.isOver()
        && responder.ask(command("status"), LIMIT).get("sad").getAsInt() > 0) {
      Thread.sleep(100);
    }
  }

  /** Both ends must have one child for each tunnel: nothing is reported that was not confirmed. */
  private void check(int tunnels, JsonObject result) throws IOException, InterruptedException {
    int failed = result.get("failed").getAsInt();
    if (failed > 0) {
      throw new IOException(
          "%d of %d set-ups failed, the first one: %s"
              .formatted(failed, tunnels, result.get("reason").getAsString()));
    }
    // An initiation is answered before the last status of either end is published.
    Deadline deadline = Deadline.in(REST);
    End all = new End(tunnels, tunnels);
    Status status = status();
    while (!status.equals(new Status(all, all))) {
      if (deadline.isOver()) {
        throw new IOException(tunnels + " tunnels were set up, but there are " + status);
      }
      Thread.sleep(50);
      status = status();
    }
  }

  private long retransmissions() throws IOException, InterruptedException {
    JsonObject status = initiator.ask(command("status"), LIMIT);
    return status.has("ike-retransmissions") ? status.get("ike-retransmissions").getAsLong() : 0;
  }

  /**
   * What one end has now.
   *
   * @param ikeSas established ones
   * @param childSas installed ones
   */
  record End(int ikeSas, int childSas) {}

  /** What both ends have now. */
  record Status(End initiator, End responder) {}

  Status status() throws IOException, InterruptedException {
    return new Status(end(initiator), end(responder));
  }

  private static End end(EngineProcess engine) throws IOException, InterruptedException {
    JsonObject status = engine.ask(command("status"), LIMIT);
    return new End(status.get("ike-sas").getAsInt(), status.get("child-sas").getAsInt());
  }

  private static JsonObject command(String what) {
    JsonObject command = new JsonObject();
    command.addProperty("do", what);
    return command;
  }

  private static JsonObject windowed(String what) {
    JsonObject command = command(what);
    command.addProperty("window", WINDOW);
    return command;
  }

  @Override
  public void close() {
    initiator.close();
    responder.close();
  }
}
