package io.keyway.it.bench.ike;

import com.google.gson.JsonObject;
import io.keyway.it.bench.Deadline;
import io.keyway.it.bench.node.Profile;
import io.keyway.it.kit.Ports;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Two processes with the native engine each, on loopback: sites, and the hub that they meet. */
final class EnginePair implements AutoCloseable {
  private static final String INITIATOR = "127.11.0.1";
  private static final String RESPONDER = "127.11.0.2";
  private static final Duration SHORT = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofSeconds(300);
  private static final Duration REST = Duration.ofSeconds(10);

  private final int port;
  private final CredentialFiles credentials;
  private final EngineProcess initiator;
  private final EngineProcess responder;
  private Optional<Profile> listening = Optional.empty();

  private EnginePair(
      int port, CredentialFiles credentials, EngineProcess initiator, EngineProcess responder) {
    this.port = port;
    this.credentials = credentials;
    this.initiator = initiator;
    this.responder = responder;
  }

  /**
   * Starts both processes.
   *
   * @param nativeProviders with the optional crypto providers
   */
  static EnginePair start(boolean nativeProviders, CredentialFiles credentials)
      throws IOException, InterruptedException {
    int port = Ports.udp(INITIATOR, RESPONDER);
    EngineProcess responder =
        EngineProcess.start(RESPONDER, port, nativeProviders, credentials.dir());
    try {
      return new EnginePair(
          port,
          credentials,
          EngineProcess.start(INITIATOR, port, nativeProviders, credentials.dir()),
          responder);
    } catch (IOException | InterruptedException e) {
      responder.close();
      throw e;
    }
  }

  EngineProcess initiator() {
    return initiator;
  }

  EngineProcess responder() {
    return responder;
  }

  /**
   * What a command to the initiator did.
   *
   * @param result its own account
   * @param initiatorCpu seconds of CPU meanwhile
   * @param responderCpu seconds of CPU meanwhile
   * @param retransmissions of the initiator meanwhile
   */
  record Work(JsonObject result, double initiatorCpu, double responderCpu, long retransmissions) {
    double seconds() {
      return result.get("seconds").getAsDouble();
    }

    int done() {
      return result.get("done").getAsInt();
    }

    Round.Latency latency() {
      return new Round.Latency(result.get("p50").getAsDouble(), result.get("p99").getAsDouble());
    }
  }

  /** Lets the hub expect a profile, and so many more sites know of it. */
  void prepare(Profile profile, int tunnels) throws IOException, InterruptedException {
    if (profile.proof().certificates()) {
      credentials.of(profile.proof(), tunnels);
    }
    if (!listening.equals(Optional.of(profile))) {
      JsonObject listen = command("listen");
      listen.addProperty("profile", profile.toString());
      responder.ask(listen, SHORT);
      listening = Optional.of(profile);
    }
    JsonObject prepare = command("prepare");
    prepare.addProperty("profile", profile.toString());
    prepare.addProperty("count", tunnels);
    prepare.addProperty("remote", RESPONDER);
    prepare.addProperty("port", port);
    initiator.ask(prepare, LONG);
  }

  /** Sets up what is prepared, so many at a time. */
  Work initiate(int window) throws IOException, InterruptedException {
    return work(windowed("initiate", window), "set-ups");
  }

  /** Rekeys every IKE SA, or every CHILD_SA, so many at a time. */
  Work rekey(boolean children, int window) throws IOException, InterruptedException {
    JsonObject rekey = windowed("rekey", window);
    rekey.addProperty("children", children);
    return work(rekey, children ? "rekeys of CHILD_SAs" : "rekeys of IKE SAs");
  }

  private Work work(JsonObject command, String what) throws IOException, InterruptedException {
    long repeated = retransmissions();
    double initiatorBefore = initiator.cpuSeconds();
    double responderBefore = responder.cpuSeconds();
    JsonObject result = initiator.ask(command, LONG);
    double initiatorCpu = initiator.cpuSeconds() - initiatorBefore;
    double responderCpu = responder.cpuSeconds() - responderBefore;
    int failed = result.get("failed").getAsInt();
    if (failed > 0) {
      throw new IOException(
          "%d of %d %s failed, the first one: %s"
              .formatted(
                  failed,
                  failed + result.get("done").getAsInt(),
                  what,
                  result.get("reason").getAsString()));
    }
    return new Work(result, initiatorCpu, responderCpu, retransmissions() - repeated);
  }

  /** Ends all tunnels. */
  void clear(int window) throws IOException, InterruptedException {
    initiator.ask(windowed("clear", window), LONG);
  }

  /** Replaced and deleted children receive for some seconds more; their timers are not ours. */
  void awaitRest() throws IOException, InterruptedException {
    awaitSas(0);
  }

  /** Waits, not for ever, until the responder's database has so many SAs or fewer. */
  void awaitSas(int count) throws IOException, InterruptedException {
    Deadline deadline = Deadline.in(REST);
    while (!deadline.isOver()
        && responder.ask(command("status"), SHORT).get("sad").getAsInt() > count) {
      Thread.sleep(100);
    }
  }

  /** Both ends must have one child for each tunnel: nothing is reported that was not confirmed. */
  void check(int tunnels) throws IOException, InterruptedException {
    // A call is answered before the last status of either end is published.
    Deadline deadline = Deadline.in(REST);
    End all = new End(tunnels, tunnels);
    Status status = status();
    while (!status.equals(new Status(all, all))) {
      if (deadline.isOver()) {
        throw new IOException("there should be " + tunnels + " tunnels, but there are " + status);
      }
      Thread.sleep(50);
      status = status();
    }
  }

  private long retransmissions() throws IOException, InterruptedException {
    JsonObject status = initiator.ask(command("status"), SHORT);
    return status.has("ike-retransmissions") ? status.get("ike-retransmissions").getAsLong() : 0;
  }

  /** SAs that ended at either end without one that took over, with the reason of the first one. */
  Losses losses() throws IOException, InterruptedException {
    int count = 0;
    String first = "";
    for (EngineProcess engine : new EngineProcess[] {initiator, responder}) {
      JsonObject status = engine.ask(command("status"), SHORT);
      count += status.get("lost").getAsInt();
      first = first.isEmpty() ? status.get("loss").getAsString() : first;
    }
    return new Losses(count, first);
  }

  /** SAs that ended without one that took over. */
  record Losses(int count, String first) {}

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
    JsonObject status = engine.ask(command("status"), SHORT);
    return new End(status.get("ike-sas").getAsInt(), status.get("child-sas").getAsInt());
  }

  static JsonObject command(String what) {
    JsonObject command = new JsonObject();
    command.addProperty("do", what);
    return command;
  }

  private static JsonObject windowed(String what, int window) {
    JsonObject command = command(what);
    command.addProperty("window", window);
    return command;
  }

  @Override
  public void close() {
    initiator.close();
    responder.close();
  }
}
