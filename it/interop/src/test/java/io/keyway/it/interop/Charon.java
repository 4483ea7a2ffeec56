package io.keyway.it.interop;

import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.CharonDaemon;
import io.keyway.it.kit.lab.Exec;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One charon in a network namespace of its own, with the stub plugin as its kernel. */
final class Charon implements Closeable {

  private final Path dir;
  private final CharonDaemon daemon;
  private final StubLog stub;

  private Charon(Path dir, CharonDaemon daemon, StubLog stub) {
    this.dir = dir;
    this.daemon = daemon;
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
      Files.deleteIfExists(dir.resolve("control"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start charon in " + dir, e);
    }
    Exec.run("mkfifo", "-m", "600", dir.resolve("control").toString()).orFail();
    CharonDaemon.Kernel kernel =
        new CharonDaemon.Kernel(
            "keyway-stub",
            List.of(StubPlugin.file()),
            List.of("log = " + dir + "/stub.jsonl", "control = " + dir + "/control"));
    // Old inbound SAs go after a second instead of five: the tests wait for it.
    Map<String, String> all = new HashMap<>(Map.of("delete_rekeyed_delay", "1"));
    all.putAll(settings);
    CharonDaemon daemon = CharonDaemon.start(side.ns(), dir, kernel, all);
    Charon charon = lab.owns(new Charon(dir, daemon, new StubLog(dir.resolve("stub.jsonl"))));
    charon.load(conf);
    return charon;
  }

  /** Replaces the configuration and the secrets. */
  void load(SwanctlConf conf) {
    daemon.load(conf.render());
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
    return daemon.swanctl(arguments);
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
    return daemon.log();
  }

  void awaitLog(String part) {
    Await.until("charon logs '" + part + "' in " + dir, () -> log().contains(part));
  }

  /** Death without a word to the peer. */
  void kill() {
    daemon.kill();
  }

  @Override
  public void close() {
    daemon.close();
  }
}
