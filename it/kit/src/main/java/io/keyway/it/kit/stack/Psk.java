package io.keyway.it.kit.stack;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** One pre-shared key under every name. */
public final class Psk implements SecretStore {

  private volatile String key;

  public Psk(String key) {
    this.key = key;
  }

  public String text() {
    return key;
  }

  public void change(String other) {
    key = other;
  }

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    throw new UnsupportedOperationException("the test changes it");
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    return kind == Kind.PRE_SHARED_KEY
        ? Optional.of(SecretBytes.wrap(key.getBytes(StandardCharsets.UTF_8)))
        : Optional.empty();
  }

  @Override
  public Outcome remove(String name) {
    throw new UnsupportedOperationException("the test changes it");
  }

  @Override
  public List<Listed> list() {
    return List.of();
  }
}
