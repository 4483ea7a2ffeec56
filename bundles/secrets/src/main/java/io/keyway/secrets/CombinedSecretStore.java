package io.keyway.secrets;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The key store file, and the keystore directory beside it. What was put into the store comes
 * before a file of the same name; only the store is ever written.
 */
public final class CombinedSecretStore implements SecretStore {
  private final SecretStore store;
  private final KeystoreDirectory directory;

  public CombinedSecretStore(SecretStore store, KeystoreDirectory directory) {
    this.store = store;
    this.directory = directory;
  }

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    return store.put(name, kind, secret);
  }

  @Override
  public List<Outcome> putAll(List<NewSecret> secrets) {
    return store.putAll(secrets);
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    Optional<SecretBytes> stored = store.get(name, kind);
    return stored.isPresent() ? stored : directory.get(name, kind);
  }

  @Override
  public Outcome remove(String name) {
    Outcome outcome = store.remove(name);
    if (outcome.kind() == Outcome.Kind.ABSENT) {
      for (Kind kind : Kind.values()) {
        Optional<Path> file = directory.find(name, kind);
        if (file.isPresent()) {
          return Outcome.refused(
              "'" + name + "' is a file of the keystore directory; remove " + file.get());
        }
      }
    }
    return outcome;
  }

  @Override
  public List<Listed> list() {
    List<Listed> all = new ArrayList<>(store.list());
    for (Listed file : directory.list()) {
      if (!all.contains(file)) {
        all.add(file);
      }
    }
    all.sort(Comparator.comparing(Listed::name).thenComparing(Listed::kind));
    return List.copyOf(all);
  }
}
