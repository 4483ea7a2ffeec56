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
import java.nio.file.Path;
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
  private static final int MOST_HALF_OPEN = 10_000;

  private final AcceptingSad sad = new AcceptingSad();
  private final NativeIkeEngine engine;
  private final Losses losses = new Losses();
  private final Generator generator;
  private final Probe probe;
  private final InetSocketAddress local;

  private EngineNode(InetSocketAddress local, Path secrets, SecureRandom random, IkeCrypto crypto)
      throws IOException {
    this.local = local;
    engine =
        new NativeIkeEngine(
            settings(),
            crypto,
            new ThreadWorkers(Runtime.getRuntime().availableProcessors()),
            Clock.systemUTC(),
            random,
            UUID.randomUUID().toString());
    generator = new Generator(engine);
    probe = new Probe(engine);
    engine.subscribe(losses);
    engine.setSad(sad);
    engine.setSpd(new AcceptingSpd());
    engine.setSecrets(new BenchSecrets(secrets));
    engine.setTransport(
        UdpIkeTransport.start(TransportLimits.DEFAULT, System::nanoTime, EngineNode::daemon));
  }

  /**
   * Nobody is asked for a cookie, as with charon's dos_protection = no: all sites have one address.
   */
  private static EngineSettings settings() {
    EngineSettings defaults = EngineSettings.defaults();
    return defaults
        .withHalfOpen(defaults.halfOpenTimeout(), MOST_HALF_OPEN, MOST_HALF_OPEN)
        .withFlood(new EngineSettings.Flood(MOST_HALF_OPEN, MOST_HALF_OPEN, 10, 18));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "keyway-ike-transport");
    thread.setDaemon(true);
    return thread;
  }

  /** Takes local address, port, and the directory of certificates. */
  public static void main(String[] arguments) throws IOException {
    SecureRandom random = new SecureRandom();
    IkeCrypto crypto = IkeCrypto.create(random);
    EngineNode node =
        new EngineNode(
            new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])),
            Path.of(arguments[2]),
            random,
            crypto);
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
      case "listen" -> listen(profile(command));
      case "prepare" ->
          generator.prepare(
              profile(command),
              command.get("count").getAsInt(),
              local,
              new InetSocketAddress(
                  command.get("remote").getAsString(), command.get("port").getAsInt()));
      case "initiate" -> {
        return generator.initiate(command.get("window").getAsInt());
      }
      case "rekey" -> {
        return generator.rekey(
            command.get("children").getAsBoolean(), command.get("window").getAsInt());
      }
      case "memory" -> {
        return Memory.afterCollection();
      }
      case "probe" -> probe.start();
      case "probed" -> {
        return probe.stop();
      }
      case "clear" -> generator.clear(command.get("window").getAsInt());
      case "status" -> {
        List<IkeSaStatus> up =
            engine.snapshot().stream().filter(sa -> sa.state().equals("ESTABLISHED")).toList();
        answer.addProperty("ike-sas", up.size());
        answer.addProperty("child-sas", up.stream().mapToLong(EngineNode::installed).sum());
        answer.addProperty("sad", sad.size());
        answer.addProperty("lost", losses.count());
        answer.addProperty("loss", losses.first());
        engine.counters().forEach(answer::addProperty);
      }
      default -> throw new IllegalArgumentException("unknown command " + command);
    }
    return answer;
  }

  private static long installed(IkeSaStatus sa) {
    return sa.children().stream().filter(child -> child.state().equals("INSTALLED")).count();
  }

  private void listen(Profile profile) throws Exception {
    for (String other : engine.connections()) {
      engine.unload(other, LIMIT).toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
    Outcome outcome =
        engine
            .load(Sites.hub(profile, local))
            .toCompletableFuture()
            .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (!outcome.done()) {
      throw new IllegalStateException(outcome.reason());
    }
  }

  private static Profile profile(JsonObject command) {
    return Profile.parse(command.get("profile").getAsString());
  }
}
