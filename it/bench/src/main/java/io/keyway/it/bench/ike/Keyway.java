package io.keyway.it.bench.ike;

import io.keyway.it.bench.node.Profile;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Two processes with the native engine. They live through all rounds, because a controller runs for
 * months: what is measured is compiled code. The first tunnels of a fresh process are measured
 * apart.
 */
final class Keyway implements Contender {
  /** Tunnels under way at a time. */
  static final int WINDOW = 16;

  private final String name;
  private final EnginePair pair;

  private Keyway(String name, EnginePair pair) {
    this.name = name;
    this.pair = pair;
  }

  /**
   * Starts both processes.
   *
   * @param nativeProviders with the optional crypto providers
   */
  static Keyway start(String name, boolean nativeProviders, CredentialFiles credentials)
      throws IOException, InterruptedException {
    return new Keyway(name, EnginePair.start(nativeProviders, credentials));
  }

  @Override
  public String name() {
    return name;
  }

  /** The provider of each algorithm that matters here, by its name. */
  String providers() {
    return Stream.of("x25519", "ecp384", "AES/GCM/NoPadding", "HmacSHA256", "HmacSHA384")
        .map(algorithm -> algorithm + " by " + pair.initiator().providers().get(algorithm))
        .collect(Collectors.joining(", "));
  }

  @Override
  public Optional<String> obstacle(Profile profile) {
    return Optional.empty();
  }

  @Override
  public Round round(Profile profile, int tunnels) throws IOException, InterruptedException {
    pair.awaitRest();
    return load(profile, tunnels);
  }

  /** A round whose figures may be disturbed by the one before. */
  Round load(Profile profile, int tunnels) throws IOException, InterruptedException {
    pair.prepare(profile, tunnels);
    EnginePair.Work work = pair.initiate(WINDOW);
    pair.check(tunnels);
    pair.clear(WINDOW);
    return new Round(
        tunnels,
        work.seconds(),
        work.initiatorCpu(),
        work.responderCpu(),
        Optional.of(work.latency()),
        work.retransmissions());
  }

  EnginePair.Status status() throws IOException, InterruptedException {
    return pair.status();
  }

  @Override
  public void close() {
    pair.close();
  }
}
