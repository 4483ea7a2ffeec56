package io.keyway.it.interop;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One charon in a network namespace of its own, with the stub plugin as its kernel.
 *
 * <p>A private mount namespace gives it its own /run (two daemons would fight over the pid file)
 * and a plugin directory that holds the stub besides Debian's plugins; the machine's own stays as
 * it is.
 */
final class Charon implements Closeable {

  private static final String DAEMON = "/usr/lib/ipsec/charon";
  private static final String PLUGINS = "/usr/lib/ipsec/plugins";
  private static final String LOAD =
      "openssl aesni random nonce hmac kdf sha1 sha2 pem pkcs1 pkcs8 x509 pubkey revocation"
          + " constraints curve25519 chapoly eap-identity eap-md5 eap-mschapv2 eap-tls"
          + " keyway-stub kernel-netlink socket-default vici updown counters";
  private static final String SWANCTL_LOAD =
      "openssl random nonce pem pkcs1 pkcs8 x509 pubkey curve25519";

  private final Path dir;
  private final Process process;
  private final StubLog stub;

  private Charon(Path dir, Process process, StubLog stub) {
    this.dir = dir;
    this.process = process;
    this.stub = stub;
  }

  static Charon start(Lab lab, Lab.Side side, SwanctlConf conf) {
    return start(lab, side, conf, Map.of());
  }

  /**
   * Starts the daemon and loads the configuration.
   *
   * @param settings keys below {@code charon} in strongswan.conf, such as {@code retransmit_tries}
   */
  static Charon start(Lab lab, Lab.Side side, SwanctlConf conf, Map<String, String> settings) {
    Path dir = side.dir();
    try {
      Files.createDirectories(dir.resolve("swanctl"));
      Files.writeString(dir.resolve("strongswan.conf"), strongswanConf(dir, settings));
      Files.deleteIfExists(dir.resolve("vici.sock"));
      Files.deleteIfExists(dir.resolve("control"));
      Exec.run("mkfifo", "-m", "600", dir.resolve("control").toString()).orFail();
      String script =
          String.join(
              " && ",
              "mount -t tmpfs tmpfs /run",
              "mkdir /run/plugins",
              "mount --bind " + PLUGINS + " /run/plugins",
              "mount -t tmpfs tmpfs " + PLUGINS,
              "ln -s /run/plugins/*.so " + StubPlugin.file() + " " + PLUGINS + "/",
              "exec env STRONGSWAN_CONF=" + dir.resolve("strongswan.conf") + " " + DAEMON);
      Process process =
          new ProcessBuilder(side.ns().inside(List.of("unshare", "-m", "sh", "-c", script)))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve("charon.out").toFile()))
              .start();
      Charon charon = lab.owns(new Charon(dir, process, new StubLog(dir.resolve("stub.jsonl"))));
      charon.awaitReady();
      charon.load(conf);
      return charon;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start charon in " + dir, e);
    }
  }

  private static String strongswanConf(Path dir, Map<String, String> settings) {
    StringBuilder out = new StringBuilder("charon {\n  load_modular = no\n");
    out.append("  load = ").append(LOAD).append('\n');
    // charon would otherwise spread a retransmission over minutes.
    Map<String, String> all = new TreeMap<>();
    all.put("retransmit_tries", "3");
    all.put("retransmit_timeout", "1.0");
    // Old inbound SAs go after a second instead of five: the tests wait for it.
    all.put("delete_rekeyed_delay", "1");
    all.putAll(settings);
    all.forEach((key, value) -> out.append("  " + key + " = " + value + "\n"));
    out.append("  plugins {\n    vici {\n      socket = unix://" + dir + "/vici.sock\n    }\n");
    out.append("    keyway-stub {\n      log = " + dir + "/stub.jsonl\n");
    out.append("      control = " + dir + "/control\n    }\n  }\n");
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
  void load(SwanctlConf conf) {
    try {
      Files.writeString(dir.resolve("swanctl/swanctl.conf"), conf.render());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    swanctl("--load-all", "--clear").orFail();
  }

  /** Initiates the child and waits for the outcome. */
  Exec.Result initiate() {
    return initiate(SwanctlConf.CHILD);
  }

  Exec.Result initiate(String child) {
    return swanctl("--initiate", "--child", child, "--timeout", "15");
  }

  void terminateIke() {
    swanctl("--terminate", "--ike", SwanctlConf.CONNECTION, "--timeout", "15").orFail();
  }

  void terminateChild() {
    swanctl("--terminate", "--child", SwanctlConf.CHILD, "--timeout", "15").orFail();
  }

  void rekeyIke() {
    swanctl("--rekey", "--ike", SwanctlConf.CONNECTION).orFail();
  }

  void rekeyChild() {
    swanctl("--rekey", "--child", SwanctlConf.CHILD).orFail();
  }

  /** Asks for the rekey of one of many children; the answer comes when it is queued. */
  void rekeyChild(String name) {
    swanctl("--rekey", "--child", name).orFail();
  }

  /** The daemon's own list, for people and for {@code contains}. */
  String sas() {
    return swanctl("--list-sas").orFail();
  }

  /** True while an IKE SA of the connection is established. */
  boolean established() {
    return sas().contains("ESTABLISHED");
  }

  /** Both SPIs of the established IKE SA, as "initiator responder" in hex. */
  String ikeSpis() {
    var found =
        java.util.regex.Pattern.compile("ESTABLISHED, IKEv2, ([0-9a-f]{16})_i\\*? ([0-9a-f]{16})_r")
            .matcher(sas());
    if (!found.find()) {
      throw new AssertionError("no established IKE SA:\n" + sas());
    }
    return found.group(1) + " " + found.group(2);
  }

  Exec.Result swanctl(String... arguments) {
    List<String> line = new ArrayList<>(List.of("/usr/sbin/swanctl"));
    line.addAll(List.of(arguments));
    line.addAll(List.of("--uri", "unix://" + dir + "/vici.sock"));
    Map<String, String> environment =
        Map.of(
            "SWANCTL_DIR",
            dir + "/swanctl",
            "STRONGSWAN_CONF",
            dir.resolve("strongswan.conf") + "");
    return Exec.run(Exec.DEADLINE, environment, line);
  }

  /** Gives the stub a command, see {@code native/charon-stub/README.md}. */
  void control(String command) {
    int before = stub.events("control").size();
    try {
      Files.writeString(dir.resolve("control"), command + "\n", StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Await.until("the stub obeys: " + command, () -> stub.events("control").size() > before);
    String error = StubLog.text(stub.events("control").get(before), "error");
    if (!error.isEmpty()) {
      throw new AssertionError("the stub refuses '" + command + "': " + error);
    }
  }

  StubLog stub() {
    return stub;
  }

  String log() {
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

  void awaitLog(String part) {
    Await.until("charon logs '" + part + "' in " + dir, () -> log().contains(part));
  }

  /** Death without a word to the peer. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  @Override
  public void close() {
    // SIGTERM: charon says good-bye to its peers, as an operator's stop would.
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
