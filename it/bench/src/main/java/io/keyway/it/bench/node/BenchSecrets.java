package io.keyway.it.bench.node;

import io.keyway.api.Outcome;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One pre-shared key for all tunnels, and the PEM files of a directory; they protect nothing. */
final class BenchSecrets implements SecretStore {
  /** The pre-shared key. */
  static final String KEY = "bench";

  /** The certificate of the authority. */
  static final String AUTHORITY = "ca";

  private static final Outcome REFUSED = Outcome.refused("the benchmark's secrets do not change");

  private final byte[] value = "no secret, a benchmark".getBytes(StandardCharsets.US_ASCII);
  private final Path directory;

  BenchSecrets(Path directory) {
    this.directory = directory;
  }

  @Override
  public Outcome put(String name, Kind kind, SecretBytes secret) {
    secret.close();
    return REFUSED;
  }

  @Override
  public Optional<SecretBytes> get(String name, Kind kind) {
    if (kind == Kind.PRE_SHARED_KEY) {
      return name.equals(KEY) ? Optional.of(SecretBytes.copyOf(value)) : Optional.empty();
    }
    Path file = directory.resolve(name + ".pem");
    try {
      return Files.isRegularFile(file)
          ? Optional.of(SecretBytes.wrap(Files.readAllBytes(file)))
          : Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + file, e);
    }
  }

  @Override
  public Outcome remove(String name) {
    return REFUSED;
  }

  @Override
  public List<Listed> list() {
    return Stream.of(Proof.values())
        .map(proof -> proof.named(AUTHORITY))
        .filter(name -> Files.isRegularFile(directory.resolve(name + ".pem")))
        .map(name -> new Listed(name, Kind.CA_CERTIFICATE))
        .toList();
  }
}
