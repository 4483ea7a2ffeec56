package io.keyway.it.interop.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.api.ts.SelectorPair;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Runs the native engine alone. A command is a JSON object a line on standard input with {@code id}
 * and {@code do}; the answer carries the same id. Lines without id are events.
 */
public final class EngineMain {

  private static final Duration LIMIT = Duration.ofSeconds(15);

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final OneSecret secrets;
  private final IkeEngine engine;
  private final Optional<EmulatedSite> site;
  private volatile ConnectionConfig connection;
  private volatile SteadyStream stream;

  private EngineMain(Path dir, boolean device) throws Exception {
    secrets = new OneSecret(dir.resolve("ipsec"));
    KeyLog log = new KeyLog(dir.resolve("stub.jsonl"));
    site = device ? Optional.of(new EmulatedSite(dir)) : Optional.empty();
    SadService sad =
        site.<SadService>map(s -> new LoggingSad(s.sad(), log))
            .orElseGet(() -> new RecordingSad(log));
    SpdService spd = site.map(EmulatedSite::spd).orElseGet(() -> new RecordingSpd(log));
    engine = Engines.start(sad, spd, secrets);
    engine.subscribe(this::tell);
  }

  /** Takes the directory for the log of keys, and "device" for real databases and an E2100. */
  public static void main(String[] arguments) throws Exception {
    EngineMain main = new EngineMain(Path.of(arguments[0]), List.of(arguments).contains("device"));
    JsonObject ready = new JsonObject();
    ready.addProperty("event", "ready");
    main.print(ready);
    main.serve();
  }

  private void serve() throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonObject command = JsonParser.parseString(line).getAsJsonObject();
      // Each on a thread of its own: a test may look while an exchange waits for the peer.
      new Thread(() -> serve(command)).start();
    }
    System.exit(0);
  }

  private void serve(JsonObject command) {
    JsonObject answer;
    try {
      answer = obey(command);
    } catch (Exception e) {
      answer = answer(Outcome.refused("exception: " + e));
    }
    answer.add("id", command.get("id"));
    print(answer);
  }

  private JsonObject obey(JsonObject command) throws Exception {
    return switch (command.get("do").getAsString()) {
      case "load" -> {
        byte[] psk = command.get("secret").getAsString().getBytes(StandardCharsets.UTF_8);
        secrets.put("psk", Kind.PRE_SHARED_KEY, SecretBytes.wrap(psk));
        for (var ppk : command.getAsJsonObject("ppks").entrySet()) {
          byte[] octets = ppk.getValue().getAsString().getBytes(StandardCharsets.UTF_8);
          secrets.put(ppk.getKey(), Kind.PPK, SecretBytes.wrap(octets));
        }
        Proofs.passwords(command)
            .forEach(
                (name, password) ->
                    secrets.put(
                        name,
                        Kind.EAP_PASSWORD,
                        SecretBytes.wrap(password.getBytes(StandardCharsets.UTF_8))));
        connection = Connections.read(command);
        yield answer(await(engine.load(connection)));
      }
      case "initiate" -> result(engine.initiate(connection.name(), child(), LIMIT));
      case "terminate-ike" ->
          result(engine.terminate(new Selection.Connection(connection.name()), LIMIT));
      case "terminate-child" ->
          result(engine.terminate(new Selection.Child(connection.name(), child()), LIMIT));
      case "redirect" ->
          result(
              engine.redirect(
                  new Selection.Connection(connection.name()),
                  command.get("to").getAsString(),
                  LIMIT));
      case "rekey-ike" ->
          result(engine.rekey(new Selection.IkeUid(established().get(0).uid()), LIMIT));
      case "rekey-child" ->
          result(engine.rekey(new Selection.Child(connection.name(), child()), LIMIT));
      case "initiate-all" ->
          all(name -> engine.initiate(connection.name(), name, LIMIT.multipliedBy(2)));
      case "rekey-all" ->
          all(name -> engine.rekey(new Selection.Child(connection.name(), name), LIMIT));
      case "status" -> status();
      case "hold" -> hold();
      case "stream" -> {
        int rate = command.get("rate").getAsInt();
        stream = new SteadyStream(site.orElseThrow(), selectors(), rate);
        yield answer(Outcome.ok());
      }
      case "end-stream" -> merged(stream.end());
      case "transmit" -> merged(site.orElseThrow().transmit(command.get("packet").getAsString()));
      case "receive" -> {
        site.orElseThrow().receive(command.get("frame").getAsString());
        yield answer(Outcome.ok());
      }
      case "collect" -> merged(site.orElseThrow().collect());
      default -> answer(Outcome.refused("unknown command " + command.get("do")));
    };
  }

  private static JsonObject merged(JsonObject more) {
    JsonObject answer = answer(Outcome.ok());
    more.entrySet().forEach(e -> answer.add(e.getKey(), e.getValue()));
    return answer;
  }

  private JsonObject hold() throws Exception {
    for (SelectorPair pair : selectors()) {
      Outcome outcome = site.orElseThrow().hold(pair);
      if (!outcome.done()) {
        return answer(outcome);
      }
    }
    return answer(Outcome.ok());
  }

  /** Does something to every child at once; the first failure is the answer. */
  private JsonObject all(Function<String, CompletionStage<ChildResult>> call) throws Exception {
    List<CompletionStage<ChildResult>> results =
        connection.children().stream().map(child -> call.apply(child.name())).toList();
    Outcome worst = Outcome.ok();
    for (CompletionStage<ChildResult> result : results) {
      Outcome outcome = result.toCompletableFuture().get(60, TimeUnit.SECONDS).outcome();
      worst = worst.done() ? outcome : worst;
    }
    return answer(worst);
  }

  /** The first selectors of each child. */
  private List<SelectorPair> selectors() {
    return connection.children().stream()
        .map(
            config ->
                new SelectorPair(
                    config.localTs().get(0).resolve(connection.localAddress()),
                    config.remoteTs().get(0).resolve(connection.remoteAddress().orElseThrow())))
        .toList();
  }

  private String child() {
    return connection.children().get(0).name();
  }

  private List<IkeSaStatus> established() {
    return engine.snapshot().stream()
        .filter(sa -> sa.state().equals("ESTABLISHED") || sa.state().equals("REKEYING"))
        .toList();
  }

  private JsonObject status() {
    JsonObject answer = answer(Outcome.ok());
    List<IkeSaStatus> sas = established();
    answer.addProperty("established", sas.size());
    answer.addProperty(
        "spis",
        sas.size() == 1
            ? String.format("%016x %016x", sas.get(0).initiatorSpi(), sas.get(0).responderSpi())
            : "");
    JsonArray states = new JsonArray();
    engine.snapshot().forEach(sa -> states.add(sa.toString()));
    answer.add("sas", states);
    JsonArray leases = new JsonArray();
    engine.leases().forEach(lease -> leases.add(lease.toString()));
    answer.add("leases", leases);
    JsonObject counters = new JsonObject();
    engine.counters().forEach(counters::addProperty);
    answer.add("counters", counters);
    return answer;
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(LIMIT.toSeconds() + 5, TimeUnit.SECONDS);
  }

  private static JsonObject result(CompletionStage<ChildResult> stage) throws Exception {
    return answer(await(stage).outcome());
  }

  private static JsonObject answer(Outcome outcome) {
    JsonObject answer = new JsonObject();
    answer.addProperty("outcome", outcome.kind().name());
    answer.addProperty("reason", outcome.reason());
    return answer;
  }

  private void tell(EngineEvent event) {
    JsonObject line = new JsonObject();
    line.addProperty("event", event.getClass().getSimpleName());
    line.addProperty("connection", event.connection());
    if (event instanceof EngineEvent.IkeDown down) {
      line.addProperty("reason", down.reason());
    } else if (event instanceof EngineEvent.ChildDown down) {
      line.addProperty("reason", down.reason());
    } else if (event instanceof EngineEvent.AuthenticationFailed failed) {
      line.addProperty("reason", failed.reason());
    }
    print(line);
  }

  private synchronized void print(JsonObject line) {
    out.println(line);
  }
}
