package io.keyway.it.kit.lab;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network namespace of this test. Names carry the process id, so two runs side by side never
 * meet, and only a namespace made here is ever deleted.
 */
public final class NetNs implements Closeable {

  private static final AtomicInteger LABS = new AtomicInteger();

  private final String name;

  private NetNs(String name) {
    this.name = name;
  }

  /** What the names of the namespaces of one lab begin with; no other lab gets the same. */
  public static String prefix() {
    return "kw" + ProcessHandle.current().pid() + "x" + LABS.incrementAndGet();
  }

  /** Why there are no namespaces for this process, or empty. */
  public static Optional<String> obstacle() {
    if (!Exec.run("id", "-u").output().trim().equals("0")) {
      return Optional.of("network namespaces need root; run it as root");
    }
    String probe = prefix() + "probe";
    Exec.Result made = Exec.run("ip", "netns", "add", probe);
    if (!made.ok()) {
      return Optional.of("no network namespaces here: " + made.output().trim());
    }
    Exec.run("ip", "netns", "del", probe);
    return Optional.empty();
  }

  public static NetNs create(String name) {
    Exec.run("ip", "netns", "add", name).orFail();
    NetNs ns = new NetNs(name);
    ns.ip("link", "set", "lo", "up");
    ns.withoutDuplicateDetection();
    return ns;
  }

  /**
   * For the second or two that the kernel looks for another owner of a device's link-local address
   * (RFC 4862 section 5.4) it asks for no neighbours over it, and the first packets are lost. In
   * here every address is the only one.
   */
  private void withoutDuplicateDetection() {
    for (String parameter : List.of("all/accept_dad", "default/accept_dad")) {
      run("sh", "-c", "f=/proc/sys/net/ipv6/conf/" + parameter + "; ! [ -e $f ] || echo 0 > $f")
          .orFail();
    }
  }

  /** Joins two namespaces by a virtual cable with the same device name at both ends. */
  public static void cable(NetNs a, NetNs b, String device) {
    cable(a, device, b, device);
  }

  /** Joins two namespaces by a virtual cable. */
  public static void cable(NetNs a, String deviceOfA, NetNs b, String deviceOfB) {
    Exec.run(
            "ip", "link", "add", "name", deviceOfA, "netns", a.name, "type", "veth", "peer", "name",
            deviceOfB, "netns", b.name)
        .orFail();
    a.ip("link", "set", deviceOfA, "up");
    b.ip("link", "set", deviceOfB, "up");
  }

  public String name() {
    return name;
  }

  /** The command line that runs {@code command} in here; it has the process id of the command. */
  public List<String> inside(List<String> command) {
    List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", name));
    line.addAll(command);
    return line;
  }

  public Exec.Result run(String... command) {
    return Exec.run(Exec.DEADLINE, Map.of(), inside(List.of(command)));
  }

  public void address(String device, String prefix) {
    ip("address", "add", prefix, "dev", device);
  }

  /** An IPv6 address, without waiting for nobody to have the same. */
  public void address6(String device, String prefix) {
    ip("address", "add", prefix, "dev", device, "nodad");
  }

  public void ip(String... arguments) {
    List<String> line = new ArrayList<>(List.of("ip", "-n", name));
    line.addAll(List.of(arguments));
    Exec.run(line.toArray(String[]::new)).orFail();
  }

  /** Sets a kernel parameter of this namespace, such as {@code net/ipv4/ip_forward}. */
  public void set(String parameter, String value) {
    run("sh", "-c", "echo " + value + " > /proc/sys/" + parameter).orFail();
  }

  /**
   * Makes the kernel write checksums and cut packets before they go over this cable. It would
   * otherwise leave both to a card that is not there, and who reads frames sees them unfinished.
   */
  public void finishedFrames(String device) {
    run("ethtool", "-K", device, "tx", "off", "gro", "off").orFail();
  }

  @Override
  public void close() {
    Exec.run("ip", "netns", "del", name).orFail();
  }
}
