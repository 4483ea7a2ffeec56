package io.keyway.it.bench.node;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** One pre-shared key for all tunnels; it protects nothing. */
final class OneSecret implements SecretStore {
  static final String NAME = "bench";

  private final byte[] value = "no secret, a benchmark".getBytes(StandardCharsets.US_ASCII);

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    secret.close();
    return Outcome.refused("the benchmark has one secret");
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    return name.equals(NAME) && kind == Kind.PRE_SHARED_KEY
        ? Optional.of(SecretBytes.wrap(value.clone()))
        : Optional.empty();
  }

  @Override
  public Outcome remove(String name) {
    return Outcome.refused("the benchmark has one secret");
  }

  @Override
  public List<Listed> list() {
    return List.of(new Listed(NAME, Kind.PRE_SHARED_KEY));
  }
}
