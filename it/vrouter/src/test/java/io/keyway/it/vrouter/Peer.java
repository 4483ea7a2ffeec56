package io.keyway.it.vrouter;

import io.keyway.it.kit.lab.CharonDaemon;
import io.keyway.it.kit.lab.Exec;
import io.keyway.it.kit.vrouter.RouterLab;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * strongSwan as the gateway of a lab's right side: charon, and ESP in its own process. It knows
 * nothing of us but the pre-shared key, and of the router at the far end not even the address.
 */
final class Peer implements Closeable {

  static final String CONNECTION = "kw";
  static final String KEY = "correct horse battery staple 7";

  private final RouterLab lab;
  private final Path dir;
  private final Map<String, Map<String, String>> children = new LinkedHashMap<>();
  private final Map<String, String> connection = new LinkedHashMap<>();
  private CharonDaemon daemon;

  Peer(RouterLab lab) {
    this.lab = lab;
    this.dir = lab.directory().resolve("charon");
    connection.put("version", "2");
    connection.put("local_addrs", lab.right().outer());
    connection.put("remote_addrs", "%any");
    connection.put("proposals", "aes256gcm16-prfsha384-ecp384");
    connection.put("mobike", "no");
    connection.put("rekey_time", "0");
  }

  /** A key of the connection. */
  Peer with(String key, String value) {
    connection.put(key, value);
    return this;
  }

  /** A child between the two sites' networks. */
  Peer child(String name, String ours, String theirs) {
    Map<String, String> child = new LinkedHashMap<>();
    child.put("local_ts", ours);
    child.put("remote_ts", theirs);
    child.put("esp_proposals", "aes256gcm16-ecp384");
    // Tests say when to rekey; nothing may happen by itself in between.
    child.put("rekey_time", "0");
    child.put("life_time", "0");
    children.put(name, child);
    return this;
  }

  /** A key of a child. */
  Peer childWith(String name, String key, String value) {
    children.get(name).put(key, value);
    return this;
  }

  Peer start() {
    daemon = CharonDaemon.start(lab.right().gateway(), dir, CharonDaemon.Kernel.LIBIPSEC, Map.of());
    daemon.load(configuration());
    return this;
  }

  private String configuration() {
    StringBuilder out = new StringBuilder("connections {\n  " + CONNECTION + " {\n");
    connection.forEach((key, value) -> out.append("    " + key + " = " + value + "\n"));
    out.append("    local {\n      auth = psk\n      id = right.example\n    }\n");
    out.append("    remote {\n      auth = psk\n      id = left.example\n    }\n    children {\n");
    children.forEach(
        (name, keys) -> {
          out.append("      " + name + " {\n");
          keys.forEach((key, value) -> out.append("        " + key + " = " + value + "\n"));
          out.append("      }\n");
        });
    out.append("    }\n  }\n}\nsecrets {\n  ike-1 {\n    id-a = left.example\n");
    out.append("    id-b = right.example\n    secret = \"" + KEY + "\"\n  }\n}\n");
    return out.toString();
  }

  void rekeyChild(String name) {
    daemon.swanctl("--rekey", "--child", name).orFail();
  }

  void rekeyIke() {
    daemon.swanctl("--rekey", "--ike", CONNECTION).orFail();
  }

  /** The daemon's own list, for people and for {@code contains}. */
  String sas() {
    return daemon.swanctl("--list-sas").orFail();
  }

  Exec.Result swanctl(String... arguments) {
    return daemon.swanctl(arguments);
  }

  String log() {
    return daemon.log();
  }

  /** Death without a word, and another life. */
  void crash() {
    daemon.kill();
    // The device and routes of the dead one would stay.
    lab.right().gateway().run("ip", "link", "del", "ipsec0");
    start();
  }

  List<String> children() {
    return List.copyOf(children.keySet());
  }

  @Override
  public void close() {
    if (daemon != null) {
      daemon.close();
    }
  }
}
