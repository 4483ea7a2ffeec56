package io.keyway.shell;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** In memory, and readable by the test. */
public final class FakeSecretStore implements SecretStore {

  private final Map<String, SecretBytes> kept = new TreeMap<>();
  private final Map<String, Kind> kinds = new TreeMap<>();
  public Outcome putAnswer = Outcome.ok();

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    if (putAnswer.done()) {
      kept.put(name, secret);
      kinds.put(name, kind);
    } else {
      secret.close();
    }
    return putAnswer;
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    return kinds.get(name) == kind ? Optional.of(kept.get(name).copy()) : Optional.empty();
  }

  @Override
  public Outcome remove(String name) {
    kinds.remove(name);
    return kept.remove(name) == null ? Outcome.absent("no secret '" + name + "'") : Outcome.ok();
  }

  @Override
  public List<Listed> list() {
    return kinds.entrySet().stream().map(e -> new Listed(e.getKey(), e.getValue())).toList();
  }

  /** Names with contents as text. */
  public Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    kept.forEach((name, s) -> texts.put(name, s.read(o -> new String(o, StandardCharsets.UTF_8))));
    return texts;
  }
}
