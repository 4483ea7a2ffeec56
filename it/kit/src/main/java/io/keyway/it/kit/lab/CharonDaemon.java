package io.keyway.it.kit.lab;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * strongSwan's charon in a network namespace.
 *
 * <p>A private mount namespace gives it its own /run (two daemons would fight over the pid file)
 * and a plugin directory that may hold more than Debian's; the machine's own stays as it is.
 */
public final class CharonDaemon implements Closeable {

  /** The daemon of Debian's package. */
  public static final String PROGRAM = "/usr/lib/ipsec/charon";

  /** Of Debian's plugins. */
  public static final String PLUGINS = "/usr/lib/ipsec/plugins";

  private static final String LOAD =
      "openssl aesni random nonce hmac kdf sha1 sha2 pem pkcs1 pkcs8 x509 pubkey revocation"
          + " constraints curve25519 chapoly eap-identity eap-md5 eap-mschapv2 eap-tls"
          + " %s kernel-netlink socket-default vici updown counters";
  private static final String SWANCTL_LOAD =
      "openssl random nonce pem pkcs1 pkcs8 x509 pubkey curve25519";

  private final Path dir;
  private final Process process;

  /**
   * What does ESP for a charon.
   *
   * @param name of the plugin
   * @param files of plugins that Debian does not have
   * @param settings lines of a section of strongswan.conf with the plugin's name
   */
  public record Kernel(String name, List<Path> files, List<String> settings) {

    /** ESP in charon's own process, on a TUN device; always in UDP. */
    public static final Kernel LIBIPSEC = new Kernel("kernel-libipsec", List.of(), List.of());
  }

  private CharonDaemon(Path dir, Process process) {
    this.dir = dir;
    this.process = process;
  }

  /**
   * Starts the daemon, and returns when it answers; it has no configuration yet.
   *
   * @param dir its own; files of an earlier life stay, and its log goes on
   * @param settings keys below {@code charon} in strongswan.conf, such as {@code retransmit_tries}
   */
  public static CharonDaemon start(
      NetNs ns, Path dir, Kernel kernel, Map<String, String> settings) {
    try {
      Files.createDirectories(dir.resolve("swanctl"));
      Files.writeString(dir.resolve("strongswan.conf"), strongswanConf(dir, kernel, settings));
      Files.deleteIfExists(dir.resolve("vici.sock"));
      List<String> script =
          new ArrayList<>(
              List.of(
                  "mount -t tmpfs tmpfs /run",
                  "mkdir /run/plugins",
                  "mount --bind " + PLUGINS + " /run/plugins",
                  "mount -t tmpfs tmpfs " + PLUGINS,
                  "ln -s /run/plugins/*.so " + PLUGINS + "/"));
      for (Path file : kernel.files()) {
        script.add("ln -s " + file + " " + PLUGINS + "/");
      }
      script.add("exec env STRONGSWAN_CONF=" + dir.resolve("strongswan.conf") + " " + PROGRAM);
      Process process =
          new ProcessBuilder(
                  ns.inside(List.of("unshare", "-m", "sh", "-c", String.join(" && ", script))))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve("charon.out").toFile()))
              .start();
      CharonDaemon charon = new CharonDaemon(dir, process);
      try {
        charon.awaitReady();
      } catch (RuntimeException | Error e) {
        charon.kill();
        throw e;
      }
      return charon;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start charon in " + dir, e);
    }
  }

  private static String strongswanConf(Path dir, Kernel kernel, Map<String, String> settings) {
    StringBuilder out = new StringBuilder("charon {\n  load_modular = no\n");
    out.append("  load = ").append(String.format(LOAD, kernel.name())).append('\n');
    // charon would otherwise spread a retransmission over minutes.
    Map<String, String> all = new TreeMap<>();
    all.put("retransmit_tries", "3");
    all.put("retransmit_timeout", "1.0");
    all.putAll(settings);
    all.forEach((key, value) -> out.append("  " + key + " = " + value + "\n"));
    out.append("  plugins {\n    vici {\n      socket = unix://" + dir + "/vici.sock\n    }\n");
    out.append("    " + kernel.name() + " {\n");
    kernel.settings().forEach(line -> out.append("      " + line + "\n"));
    out.append("    }\n  }\n");
    out.append("  filelog {\n    f {\n      path = " + dir + "/charon.log\n      append = yes\n");
    out.append("      flush_line = yes\n      ike_name = yes\n      default = 1\n      cfg = 2\n");
    out.append("      ike = 4\n    }\n  }\n}\n");
    out.append("swanctl {\n  load = " + SWANCTL_LOAD + "\n}\n");
    return out.toString();
  }

  private void awaitReady() {
    Await.until(
        "charon answers in " + dir,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("charon ended at its start:\n" + log());
          }
          return Files.exists(dir.resolve("vici.sock")) && swanctl("--stats").ok();
        });
  }

  /** Replaces the configuration and the secrets. */
  public void load(String swanctlConf) {
    try {
      Files.writeString(dir.resolve("swanctl/swanctl.conf"), swanctlConf);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    swanctl("--load-all", "--clear").orFail();
  }

  /** Asks the daemon by its socket. */
  public Exec.Result swanctl(String... arguments) {
    List<String> line = new ArrayList<>(List.of("/usr/sbin/swanctl"));
    line.addAll(List.of(arguments));
    line.addAll(List.of("--uri", "unix://" + dir + "/vici.sock"));
    return Exec.run(
        Exec.DEADLINE,
        Map.of(
            "SWANCTL_DIR",
            dir + "/swanctl",
            "STRONGSWAN_CONF",
            dir.resolve("strongswan.conf").toString()),
        line);
  }

  /** What it wrote in all its lives. */
  public String log() {
    try {
      StringBuilder text = new StringBuilder();
      for (String name : List.of("charon.out", "charon.log")) {
        Path file = dir.resolve(name);
        if (Files.exists(file)) {
          text.append(Files.readString(file));
        }
      }
      return text.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Death without a word to the peer. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** SIGTERM: charon says good-bye to its peers, as an operator's stop would. */
  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
