package io.keyway.it.bench.ike;

import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Deadline;
import io.keyway.it.bench.Exec;
import io.keyway.it.bench.Places;
import io.keyway.it.bench.node.Credentials;
import io.keyway.it.bench.node.Profile;
import io.keyway.it.bench.node.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * strongSwan's charon against charon with its own load-tester and fake kernel, on the loopback of a
 * network namespace. Both start anew for each round: compiled code needs no warm-up.
 */
final class LoadTester implements Contender {
  private static final Duration BUILD = Duration.ofSeconds(150);
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final Duration CONFIRMATION = Duration.ofSeconds(3);
  private static final long LIMIT_PER_TUNNEL_NANOS = 10_000_000;
  private static final int INITIATORS = 4;

  private final NetNs ns;
  private final CredentialFiles credentials;
  private final Path dir;
  private final Path plugin;
  private final Cleanup daemons = new Cleanup();
  private int round;
  private double residentKib;

  private LoadTester(NetNs ns, CredentialFiles credentials, Path dir, Path plugin) {
    this.ns = ns;
    this.credentials = credentials;
    this.dir = dir;
    this.plugin = plugin;
  }

  /** Why it cannot be had here, or empty when it can. */
  static Optional<String> obstacle() throws IOException, InterruptedException {
    if (!Exec.run(Duration.ofSeconds(5), "id", "-u").output().strip().equals("0")) {
      return Optional.of("network namespaces need root");
    }
    if (!Files.isExecutable(Path.of("/usr/lib/ipsec/charon"))) {
      return Optional.of(
          "charon is missing (apt-get install strongswan-charon strongswan-swanctl"
              + " libstrongswan-standard-plugins libstrongswan-extra-plugins)");
    }
    Exec.Result built = build();
    return built.ok() ? Optional.empty() : Optional.of(built.output().strip());
  }

  private static Exec.Result build() throws IOException, InterruptedException {
    Path script = Places.root().resolve("native/charon-stub/build.sh");
    return Exec.run(BUILD, script.toString(), "load-tester");
  }

  static LoadTester create(CredentialFiles credentials) throws IOException, InterruptedException {
    Path plugin = Path.of(build().orFail().strip());
    // Short, because a socket's path may have 108 octets at most.
    Path dir = Files.createTempDirectory("kwb");
    return new LoadTester(NetNs.create(), credentials, dir, plugin);
  }

  @Override
  public String name() {
    return "charon load-tester";
  }

  @Override
  public Optional<String> obstacle(Profile profile) {
    String key = profile.proof().keyword();
    return profile.group().postQuantum()
        ? Optional.of("strongSwan 5.9 has no " + profile.group().keyword())
        : profile.proof() == Proof.PSK || key.startsWith("rsa")
            ? Optional.empty()
            : Optional.of("its certificates are RSA, not " + key);
  }

  /** One key for everybody, and a certificate that is made and signed anew for each set-up. */
  private String certificates(Profile profile) throws IOException {
    if (!profile.proof().certificates()) {
      return "";
    }
    Credentials files = credentials.of(profile.proof(), 0);
    return "issuer_key = %s%nissuer_cert = %s%ndigest = sha256%n"
        .formatted(files.file("ca-key"), files.file("ca"));
  }

  @Override
  public Round round(Profile profile, int tunnels) throws IOException, InterruptedException {
    Path here = dir.resolve(Integer.toString(++round));
    String initiations =
        "initiators = %d\niterations = %d\ndelay = 1\ninit_limit = %d"
            .formatted(INITIATORS, tunnels / INITIATORS, Keyway.WINDOW);
    String certificates = certificates(profile);
    Charon responder =
        Charon.start(daemons, ns, here.resolve("r"), plugin, profile, 500, certificates);
    try (Vici there = responder.vici()) {
      double residentBefore = responder.residentMib();
      long begun = System.nanoTime();
      Charon initiator =
          Charon.start(
              daemons, ns, here.resolve("i"), plugin, profile, 0, certificates + initiations);
      try (Vici vici = initiator.vici()) {
        long start = System.nanoTime();
        double initiatorBefore = initiator.cpuSeconds();
        double responderBefore = responder.cpuSeconds();
        int early = vici.established();
        long end = begun + LIMIT.toNanos() + tunnels * LIMIT_PER_TUNNEL_NANOS;
        while (vici.established() < tunnels) {
          if (System.nanoTime() > end || !initiator.isAlive()) {
            throw new IOException(
                "charon's load-tester stalled at %d of %d".formatted(vici.established(), tunnels));
          }
          Thread.sleep(10);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double initiatorCpu = initiator.cpuSeconds() - initiatorBefore;
        double responderCpu = responder.cpuSeconds() - responderBefore;
        // The last answer is on its way before the responder counts its sender.
        Deadline last = Deadline.in(CONFIRMATION);
        while (there.established() < tunnels) {
          if (last.isOver()) {
            throw new IOException(
                "charon's responder has %d IKE SAs of %d".formatted(there.established(), tunnels));
          }
          Thread.sleep(20);
        }
        residentKib = (responder.residentMib() - residentBefore) * 1024 / tunnels;
        // What came up before the first look counts neither in tunnels nor in time.
        return new Round(tunnels - early, seconds, initiatorCpu, responderCpu, Optional.empty(), 0);
      } finally {
        daemons.end(initiator);
      }
    } finally {
      daemons.end(responder);
    }
  }

  /** By how much the responder grew for each tunnel of the last round. */
  double residentKib() {
    return residentKib;
  }

  @Override
  public void close() {
    daemons.close();
    ns.close();
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("could not remove " + dir + ": " + e);
    }
  }
}
