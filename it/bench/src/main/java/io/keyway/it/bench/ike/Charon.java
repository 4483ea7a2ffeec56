package io.keyway.it.bench.ike;

import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Proc;
import io.keyway.it.bench.node.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One charon with the load-tester, in a mount namespace of its own. */
final class Charon implements AutoCloseable {
  private static final String DAEMON = "/usr/lib/ipsec/charon";
  private static final String PLUGINS = "/usr/lib/ipsec/plugins";
  private static final long START_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final Path dir;
  private final Process process;

  private Charon(Path dir, Process process) {
    this.dir = dir;
    this.process = process;
  }

  /**
   * Starts and waits until it can be asked.
   *
   * @param daemons owns it from its start on, also while it is waited for
   * @param more settings of the load-tester
   */
  static Charon start(
      Cleanup daemons, NetNs ns, Path dir, Path plugin, Profile profile, int port, String more)
      throws IOException, InterruptedException {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("strongswan.conf"), configuration(dir, profile, port, more));
    // Its own /run, because two daemons would fight over the pid file, and its own plugin directory
    // with the load-tester in it; the machine's stay as they are.
    String script =
        String.join(
            " && ",
            "mount -t tmpfs tmpfs /run",
            "mkdir /run/plugins",
            "mount --bind " + PLUGINS + " /run/plugins",
            "mount -t tmpfs tmpfs " + PLUGINS,
            "ln -s /run/plugins/*.so " + plugin + " " + PLUGINS + "/",
            "exec env STRONGSWAN_CONF=" + dir.resolve("strongswan.conf") + " " + DAEMON);
    Process process =
        new ProcessBuilder(ns.inside(List.of("unshare", "-m", "sh", "-c", script)))
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("out").toFile())
            .start();
    Charon charon = daemons.owns(new Charon(dir, process));
    long end = System.nanoTime() + START_NANOS;
    while (!charon.answers()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        String output = Files.readString(dir.resolve("out")).strip();
        daemons.end(charon);
        throw new IOException("charon did not start: " + output);
      }
      Thread.sleep(2);
    }
    return charon;
  }

  private static String configuration(Path dir, Profile profile, int port, String more) {
    String authentication = profile.proof().certificates() ? "pubkey" : "psk";
    return """
        charon {
          load_modular = no
          load = openssl aesni random nonce hmac kdf sha1 sha2 pem pkcs1 pkcs8 x509 pubkey revocation \
        constraints curve25519 load-tester kernel-netlink socket-default vici
          port = %d
          port_nat_t = %d
          threads = 16
          dos_protection = no
          ikesa_table_size = 16384
          ikesa_table_segments = 16
          install_routes = no
          plugins {
            vici {
              socket = unix://%s/vici.sock
            }
            load-tester {
              enable = yes
              fake_kernel = yes
              version = 2
              initiator = 127.0.0.1
              responder = 127.0.0.1
              initiator_auth = %s
              responder_auth = %s
              proposal = %s
              esp = %s
              child_rekey = 0
              ike_rekey = 0
              socket = unix://%s/load-tester.sock
              %s
            }
          }
          filelog {
            f {
              path = %s/log
              default = -1
            }
          }
        }
        """
        .formatted(
            port,
            port == 0 ? 0 : 4500,
            dir,
            authentication,
            authentication,
            profile.ike().keywords(),
            profile.esp().keywords(),
            dir,
            more,
            dir);
  }

  /** The socket's file is there a moment before somebody listens on it. */
  private boolean answers() {
    if (!Files.exists(socket())) {
      return false;
    }
    try (Vici vici = vici()) {
      return vici.established() >= 0;
    } catch (IOException e) {
      return false;
    }
  }

  private Path socket() {
    return dir.resolve("vici.sock");
  }

  Vici vici() throws IOException {
    return Vici.connect(socket());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  double residentMib() throws IOException {
    return Proc.residentMib(process.pid());
  }

  double cpuSeconds() throws IOException {
    return Proc.cpuSeconds(process.pid());
  }

  /** Without good-byes to the peer: they would take as long as the measurement. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
