package io.keyway.ike.engine.lab;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keys and certificates in a map. */
public final class FakeSecrets implements SecretStore {
  private final Map<String, byte[]> keys = new HashMap<>();
  private final Map<String, Kind> kinds = new HashMap<>();

  public FakeSecrets with(String name, String psk) {
    keys.put(name, psk.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    keys.put(name, secret.read(byte[]::clone));
    kinds.put(name, kind);
    secret.close();
    return Outcome.ok();
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    return Optional.ofNullable(keys.get(name)).map(SecretBytes::copyOf);
  }

  @Override
  public Outcome remove(String name) {
    return keys.remove(name) == null ? Outcome.absent("") : Outcome.ok();
  }

  @Override
  public List<Listed> list() {
    return keys.keySet().stream()
        .map(n -> new Listed(n, kinds.getOrDefault(n, Kind.PRE_SHARED_KEY)))
        .toList();
  }
}
