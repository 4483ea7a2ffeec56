package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** An engine whose negotiations end as the test says. */
final class FakeEngine implements IkeEngine {

  final Map<String, ConnectionConfig> loaded = new LinkedHashMap<>();
  final List<String> calls = new ArrayList<>();

  /** Packets that children were started for. */
  final List<SelectorPair> packets = new ArrayList<>();

  /** Null: negotiations go on until the test ends them. */
  Outcome initiateAnswer = Outcome.ok();

  final List<CompletableFuture<ChildResult>> negotiating = new ArrayList<>();
  Consumer<EngineEvent> listener = event -> {};
  private int uids;

  @Override
  public String name() {
    return "ike-native";
  }

  @Override
  public CompletionStage<Outcome> load(ConnectionConfig connection) {
    calls.add("load " + connection.name());
    loaded.put(connection.name(), connection);
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public CompletionStage<Outcome> unload(String connection, Duration timeout) {
    calls.add("unload " + connection);
    loaded.remove(connection);
    return CompletableFuture.completedFuture(Outcome.ok());
  }

  @Override
  public List<String> connections() {
    return List.copyOf(loaded.keySet());
  }

  @Override
  public CompletionStage<ChildResult> initiate(String connection, String child, Duration timeout) {
    calls.add("initiate " + child);
    if (initiateAnswer == null) {
      CompletableFuture<ChildResult> answer = new CompletableFuture<>();
      negotiating.add(answer);
      return answer;
    }
    if (initiateAnswer.done()) {
      listener.accept(new EngineEvent.ChildUp(connection, child(child)));
    }
    return CompletableFuture.completedFuture(ChildResult.of(initiateAnswer));
  }

  @Override
  public CompletionStage<ChildResult> initiate(
      String connection, String child, Optional<SelectorPair> packet, Duration timeout) {
    packet.ifPresent(packets::add);
    return initiate(connection, child, timeout);
  }

  /** Whose children come up. */
  String peer = "";

  ChildSaStatus child(String name) {
    return new ChildSaStatus(
        "uid-" + ++uids,
        name,
        "INSTALLED",
        "ipu-1",
        Optional.empty(),
        0x1000 + uids,
        "aes256gcm16-noesn",
        false,
        IpsecMode.TUNNEL,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        peer);
  }

  String lastUid() {
    return "uid-" + uids;
  }

  @Override
  public CompletionStage<ChildResult> terminate(Selection selection, Duration timeout) {
    calls.add("terminate " + selection);
    return CompletableFuture.completedFuture(ChildResult.of(Outcome.ok()));
  }

  @Override
  public CompletionStage<ChildResult> rekey(Selection selection, Duration timeout) {
    calls.add("rekey " + selection);
    return CompletableFuture.completedFuture(ChildResult.of(Outcome.ok()));
  }

  @Override
  public List<IkeSaStatus> snapshot() {
    return List.of();
  }

  @Override
  public Map<String, Long> counters() {
    return Map.of();
  }

  @Override
  public Registration subscribe(Consumer<EngineEvent> newListener) {
    listener = newListener;
    return () -> listener = event -> {};
  }
}
