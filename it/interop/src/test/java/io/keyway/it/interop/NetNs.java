package io.keyway.it.interop;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;

/**
 * A network namespace of this test. Names carry the process id, so two runs side by side never
 * meet, and only a namespace made here is ever deleted.
 */
final class NetNs implements Closeable {

  private final String name;

  private NetNs(String name) {
    this.name = name;
  }

  static NetNs create(String name) {
    Exec.run("ip", "netns", "add", name).orFail();
    NetNs ns = new NetNs(name);
    ns.ip("link", "set", "lo", "up");
    return ns;
  }

  /** Joins two namespaces by a virtual cable with the same device name at both ends. */
  static void cable(NetNs a, NetNs b, String device) {
    Exec.run(
            "ip", "link", "add", "name", device, "netns", a.name, "type", "veth", "peer", "name",
            device, "netns", b.name)
        .orFail();
    for (NetNs ns : List.of(a, b)) {
      ns.ip("link", "set", device, "up");
    }
  }

  String name() {
    return name;
  }

  /** The command line that runs {@code command} in here. */
  List<String> inside(List<String> command) {
    List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", name));
    line.addAll(command);
    return line;
  }

  Exec.Result run(String... command) {
    return Exec.run(Exec.DEADLINE, java.util.Map.of(), inside(List.of(command)));
  }

  void address(String device, String prefix) {
    ip("address", "add", prefix, "dev", device);
  }

  void ip(String... arguments) {
    List<String> line = new ArrayList<>(List.of("ip", "-n", name));
    line.addAll(List.of(arguments));
    Exec.run(line.toArray(String[]::new)).orFail();
  }

  @Override
  public void close() {
    Exec.run("ip", "netns", "del", name).orFail();
  }
}
