package io.keyway.it.bench.ike;

import io.keyway.it.bench.node.Credentials;
import io.keyway.it.bench.node.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

/** Certificates of every kind that a run needs, in a directory that goes with it. */
final class CredentialFiles implements AutoCloseable {
  private final Path dir;
  private final Map<Proof, Credentials> made = new EnumMap<>(Proof.class);

  private CredentialFiles(Path dir) {
    this.dir = dir;
  }

  static CredentialFiles create() throws IOException {
    return new CredentialFiles(Files.createTempDirectory("keyway-bench-pki"));
  }

  Path dir() {
    return dir;
  }

  /** With certificates for so many sites; made once. */
  Credentials of(Proof proof, int sites) throws IOException {
    Credentials credentials = made.get(proof);
    if (credentials == null) {
      credentials = Credentials.create(dir, proof);
      made.put(proof, credentials);
    }
    credentials.issue(sites);
    return credentials;
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("could not remove " + dir + ": " + e);
    }
  }
}
