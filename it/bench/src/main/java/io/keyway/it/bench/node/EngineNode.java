package io.keyway.it.bench.node;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.ike.crypto.IkeCrypto;
import io.keyway.ike.engine.NativeIkeEngine;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.base.ThreadWorkers;
import io.keyway.transport.TransportLimits;
import io.keyway.transport.UdpIkeTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The engine as its component puts it together in the container, driven by JSON objects, one a
 * line, on standard input; one line of answer each. Ends with its input, so that it never outlives
 * who started it.
 */
public final class EngineNode {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final AcceptingSad sad = new AcceptingSad();
  private final NativeIkeEngine engine;
  private final Generator generator;
  private final InetSocketAddress local;

  private EngineNode(InetSocketAddress local, SecureRandom random, IkeCrypto crypto)
      throws IOException {
    this.local = local;
    engine =
        new NativeIkeEngine(
            EngineSettings.defaults(),
            crypto,
            new ThreadWorkers(Runtime.getRuntime().availableProcessors()),
            Clock.systemUTC(),
            random,
            UUID.randomUUID().toString());
    generator = new Generator(engine);
    engine.setSad(sad);
    engine.setSpd(new AcceptingSpd());
    engine.setSecrets(new OneSecret());
    engine.setTransport(
        UdpIkeTransport.start(TransportLimits.DEFAULT, System::nanoTime, EngineNode::daemon));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "keyway-ike-transport");
    thread.setDaemon(true);
    return thread;
  }

  /** Takes local address and port. */
  public static void main(String[] arguments) throws IOException {
    SecureRandom random = new SecureRandom();
    IkeCrypto crypto = IkeCrypto.create(random);
    EngineNode node =
        new EngineNode(
            new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), random, crypto);
    JsonObject ready = new JsonObject();
    JsonObject providers = new JsonObject();
    crypto.choices().forEach(c -> providers.addProperty(c.algorithm(), c.provider()));
    ready.add("providers", providers);
    System.out.println(ready);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonObject answer;
      try {
        answer = node.obey(JsonParser.parseString(line).getAsJsonObject());
      } catch (Exception e) {
        answer = new JsonObject();
        answer.addProperty("error", e.toString());
      }
      System.out.println(answer);
    }
    System.exit(0);
  }

  private JsonObject obey(JsonObject command) throws Exception {
    JsonObject answer = new JsonObject();
    switch (command.get("do").getAsString()) {
      case "listen" -> listen(suite(command));
      case "prepare" ->
          generator.prepare(
              suite(command),
              command.get("count").getAsInt(),
              local,
              new InetSocketAddress(
                  command.get("remote").getAsString(), command.get("port").getAsInt()));
      case "initiate" -> {
        return generator.initiate(command.get("window").getAsInt());
      }
      case "clear" -> generator.clear(command.get("window").getAsInt());
      case "status" -> {
        List<IkeSaStatus> up =
            engine.snapshot().stream().filter(sa -> sa.state().equals("ESTABLISHED")).toList();
        answer.addProperty("ike-sas", up.size());
        answer.addProperty("child-sas", up.stream().mapToLong(EngineNode::installed).sum());
        answer.addProperty("sad", sad.size());
        engine.counters().forEach(answer::addProperty);
      }
      default -> throw new IllegalArgumentException("unknown command " + command);
    }
    return answer;
  }

  private static long installed(IkeSaStatus sa) {
    return sa.children().stream().filter(child -> child.state().equals("INSTALLED")).count();
  }

  private void listen(Suite suite) throws Exception {
    for (String other : engine.connections()) {
      engine.unload(other, LIMIT).toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    Outcome outcome =
        engine
            .load(Sites.hub(suite, local))
            .toCompletableFuture()
            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (!outcome.done()) {
      throw new IllegalStateException(outcome.reason());
    }
  }

  private static Suite suite(JsonObject command) {
    return Suite.valueOf(command.get("suite").getAsString());
  }
}
