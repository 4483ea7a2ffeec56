package io.keyway.it.interop;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.it.kit.lab.Await;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The native engine in a network namespace, with a SAD and an SPD that only write down what they
 * are told. It takes the same configuration as charon and logs keys in the same form.
 */
final class Keyway implements Closeable {

  private final Path dir;
  private final Process process;
  private final BufferedWriter commands;
  private final StubLog stub;
  private final Map<Integer, JsonObject> answers = new ConcurrentHashMap<>();
  private final List<JsonObject> events = new CopyOnWriteArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  private Keyway(Path dir, Process process) {
    this.dir = dir;
    this.process = process;
    this.commands =
        new BufferedWriter(
            new java.io.OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    this.stub = new StubLog(dir.resolve("stub.jsonl"));
    Thread reader = new Thread(this::read, "keyway answers");
    reader.setDaemon(true);
    reader.start();
  }

  static Keyway start(Lab lab, Lab.Side side, SwanctlConf conf) {
    return start(lab, side, conf, Map.of());
  }

  /**
   * Starts the engine and loads the configuration.
   *
   * @param settings of the engine, such as {@code cookieThreshold}
   */
  static Keyway start(Lab lab, Lab.Side side, SwanctlConf conf, Map<String, String> settings) {
    return start(lab, side, conf, settings, List.of());
  }

  /** The same with the real databases and southbound in front of an emulated E2100. */
  static Keyway withDevice(Lab lab, Lab.Side side, SwanctlConf conf) {
    // Packets of the old SA must still arrive, so here it lingers as long as in real use.
    return withDevice(lab, side, conf, Duration.ofSeconds(5));
  }

  /** The same with another time that an old inbound SA stays. */
  static Keyway withDevice(Lab lab, Lab.Side side, SwanctlConf conf, Duration linger) {
    return start(
        lab,
        side,
        conf,
        Map.of("lingerMillis", Long.toString(linger.toMillis())),
        List.of("device"));
  }

  /** The same with other settings of the engine. */
  static Keyway withDevice(Lab lab, Lab.Side side, SwanctlConf conf, Map<String, String> settings) {
    return start(lab, side, conf, settings, List.of("device"));
  }

  private static Keyway start(
      Lab lab,
      Lab.Side side,
      SwanctlConf conf,
      Map<String, String> settings,
      List<String> arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=debug",
                "-Dorg.slf4j.simpleLogger.logFile=" + side.dir().resolve("keyway.log")));
    settings.forEach((key, value) -> line.add("-Dkeyway.it." + key + "=" + value));
    line.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "io.keyway.it.interop.engine.EngineMain",
            side.dir().toString()));
    line.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(side.ns().inside(line))
              .redirectError(side.dir().resolve("keyway.err").toFile())
              .start();
      Keyway keyway = lab.owns(new Keyway(side.dir(), process));
      keyway.awaitEvent("ready");
      keyway.load(conf);
      return keyway;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the engine in " + side.dir(), e);
    }
  }

  private void read() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonObject json = JsonParser.parseString(line).getAsJsonObject();
        if (json.has("id")) {
          answers.put(json.get("id").getAsInt(), json);
        } else {
          events.add(json);
        }
      }
    } catch (IOException e) {
      // The process ended; whoever waits for it will say what is missing.
    }
  }

  /** The answer to one command. */
  record Answer(String outcome, String reason, JsonObject json) {
    boolean ok() {
      return outcome.equals("OK") || outcome.equals("SAME");
    }

    Answer orFail() {
      if (!ok()) {
        throw new AssertionError(outcome + ": " + reason);
      }
      return this;
    }
  }

  private Answer ask(String command, JsonObject arguments) {
    int id = next.incrementAndGet();
    JsonObject json = arguments.deepCopy();
    json.addProperty("id", id);
    json.addProperty("do", command);
    try {
      synchronized (commands) {
        commands.write(json + "\n");
        commands.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the engine is gone, see " + dir + ":\n" + log(), e);
    }
    JsonObject answer =
        Await.get(
            "the engine answers " + command,
            Duration.ofSeconds(40),
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("the engine ended:\n" + log());
              }
              return Optional.ofNullable(answers.remove(id));
            });
    return new Answer(
        answer.get("outcome").getAsString(), answer.get("reason").getAsString(), answer);
  }

  private Answer ask(String command) {
    return ask(command, new JsonObject());
  }

  void load(SwanctlConf conf) {
    ask("load", conf.json()).orFail();
  }

  /** Initiates the child and waits for the outcome. */
  Answer initiate() {
    return ask("initiate");
  }

  Answer terminateIke() {
    return ask("terminate-ike");
  }

  Answer terminateChild() {
    return ask("terminate-child");
  }

  /** Sends the peer to another gateway. */
  Answer redirect(String to) {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("to", to);
    return ask("redirect", arguments);
  }

  Answer rekeyIke() {
    return ask("rekey-ike");
  }

  Answer rekeyChild() {
    return ask("rekey-child");
  }

  /** Lets the device drop what no SA protects yet. */
  Answer hold() {
    return ask("hold");
  }

  /** Initiates every child at once. */
  Answer initiateAll() {
    return ask("initiate-all");
  }

  /** Rekeys every child at once, and waits for all. */
  Answer rekeyAll() {
    return ask("rekey-all");
  }

  /** Starts a steady stream of numbered packets through every child. */
  void stream(int perSecond) {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("rate", perSecond);
    ask("stream", arguments).orFail();
  }

  /**
   * A stream that has ended.
   *
   * @param sent packets, with the numbers from 0 on as their texts
   * @param verdicts what became of how many
   * @param frames what came out on the wire, from the Ethernet header on
   */
  record Streamed(int sent, Map<String, Integer> verdicts, List<byte[]> frames) {}

  Streamed endStream() {
    JsonObject json = ask("end-stream").orFail().json();
    Map<String, Integer> verdicts = new TreeMap<>();
    json.getAsJsonObject("verdicts")
        .entrySet()
        .forEach(e -> verdicts.put(e.getKey(), e.getValue().getAsInt()));
    return new Streamed(json.get("sent").getAsInt(), verdicts, octets(json, "frames"));
  }

  /** A packet from the host of the device; what became of it, such as PROTECTED. */
  String transmit(byte[] packet) {
    JsonObject arguments = new JsonObject();
    arguments.addProperty("packet", HexFormat.of().formatHex(packet));
    return ask("transmit", arguments).orFail().json().get("verdict").getAsString().trim();
  }

  /** An IP packet that comes from the wire. */
  void receive(byte[] packet) {
    byte[] frame = new byte[14 + packet.length];
    // Locally administered addresses; what counts is the EtherType.
    frame[0] = 2;
    frame[6] = 2;
    frame[11] = 1;
    frame[12] = 8;
    System.arraycopy(packet, 0, frame, 14, packet.length);
    JsonObject arguments = new JsonObject();
    arguments.addProperty("frame", HexFormat.of().formatHex(frame));
    ask("receive", arguments).orFail();
  }

  /**
   * What the device did since the last call.
   *
   * @param frames sent to the wire, from the Ethernet header on
   * @param delivered IP packets for the host
   * @param counters all of them, from the start
   */
  record Collected(List<byte[]> frames, List<byte[]> delivered, Map<String, Long> counters) {}

  Collected collect() {
    JsonObject json = ask("collect").orFail().json();
    Map<String, Long> counters = new TreeMap<>();
    json.getAsJsonObject("counters")
        .entrySet()
        .forEach(e -> counters.put(e.getKey(), e.getValue().getAsLong()));
    return new Collected(octets(json, "frames"), octets(json, "delivered"), counters);
  }

  private static List<byte[]> octets(JsonObject json, String name) {
    List<byte[]> result = new ArrayList<>();
    json.getAsJsonArray(name).forEach(e -> result.add(HexFormat.of().parseHex(e.getAsString())));
    return result;
  }

  /** Every IKE SA with all that is known of it, as text. */
  String sas() {
    return ask("status").json().get("sas").toString();
  }

  /** Leases of pools as text. */
  String leases() {
    return ask("status").json().get("leases").toString();
  }

  /** IKE SAs in any state. */
  int count() {
    return ask("status").json().getAsJsonArray("sas").size();
  }

  /** Reasons of failed authentications so far. */
  List<String> authenticationFailures() {
    return events.stream()
        .filter(e -> e.get("event").getAsString().equals("AuthenticationFailed"))
        .map(e -> e.get("reason").getAsString())
        .toList();
  }

  /** Number of IKE SAs in state ESTABLISHED. */
  int established() {
    return ask("status").json().get("established").getAsInt();
  }

  /** A counter of the engine; 0 when it was never counted. */
  long counter(String name) {
    JsonObject counters = ask("status").json().getAsJsonObject("counters");
    return counters.has(name) ? counters.get(name).getAsLong() : 0;
  }

  JsonObject counters() {
    return ask("status").json().getAsJsonObject("counters");
  }

  /** Both SPIs of the established IKE SA, as "initiator responder" in hex. */
  String ikeSpis() {
    return ask("status").json().get("spis").getAsString();
  }

  StubLog stub() {
    return stub;
  }

  /** The first event of this kind. */
  JsonObject awaitEvent(String kind) {
    return Await.get(
        "the engine tells '" + kind + "'",
        () -> {
          Optional<JsonObject> found =
              events.stream().filter(e -> e.get("event").getAsString().equals(kind)).findFirst();
          if (found.isEmpty() && !process.isAlive()) {
            throw new AssertionError("the engine ended:\n" + log());
          }
          return found;
        });
  }

  List<JsonObject> events() {
    return List.copyOf(events);
  }

  String log() {
    StringBuilder text = new StringBuilder();
    for (String name : List.of("keyway.err", "keyway.log")) {
      try {
        Path file = dir.resolve(name);
        if (Files.exists(file)) {
          text.append(Files.readString(file));
        }
      } catch (IOException e) {
        text.append(e);
      }
    }
    return text.toString();
  }

  /** Death without a word to the peer. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
