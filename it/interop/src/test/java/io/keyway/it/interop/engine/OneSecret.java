package io.keyway.it.interop.engine;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.secrets.KeystoreDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The keys of one test that both sides know in memory, and a real keystore directory. */
final class OneSecret implements SecretStore {

  private final Map<String, SecretBytes> kept = new ConcurrentHashMap<>();
  private final KeystoreDirectory files;

  OneSecret(Path files) {
    this.files = new KeystoreDirectory(files);
  }

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    kept.put(name, secret);
    return Outcome.ok();
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    return kind == Kind.PRE_SHARED_KEY || kind == Kind.PPK || kind == Kind.EAP_PASSWORD
        ? Optional.ofNullable(kept.get(name)).map(SecretBytes::copy)
        : files.get(name, kind);
  }

  @Override
  public Outcome remove(String name) {
    return kept.remove(name) == null ? Outcome.absent(name) : Outcome.ok();
  }

  @Override
  public List<Listed> list() {
    return Stream.concat(
            kept.keySet().stream().map(n -> new Listed(n, Kind.PRE_SHARED_KEY)),
            files.list().stream())
        .toList();
  }
}
