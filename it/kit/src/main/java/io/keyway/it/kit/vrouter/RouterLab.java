package io.keyway.it.kit.vrouter;

import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.lab.Remains;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Two sites with a network between them, each thing in a namespace of its own:
 *
 * <pre>
 *   host ---- gateway ---- transit ---- gateway ---- host
 *   eth0   in0       out0 left  right out0       in0  eth0
 * </pre>
 *
 * <p>IPv4 and IPv6 are everywhere. A gateway is an agent ({@link #agent}), or a kernel with
 * whatever the test starts in it ({@link #kernelGateway}); transit is the place to look at every
 * frame, to lose some, and for a NAT ({@link #natInFrontOf}). No kernel leaves checksums or
 * segments to a card. Whatever a test hands to {@link #owns} is closed with the lab, the last one
 * first.
 */
public final class RouterLab implements Closeable {

  /** Both gateways' device towards the host. */
  public static final String INSIDE = "in0";

  /** Both gateways' device towards transit. */
  public static final String OUTSIDE = "out0";

  /** The hosts' only device. */
  public static final String HOST_DEVICE = "eth0";

  /** Where an agent's metrics are, inside its namespace. */
  public static final int METRICS = 9464;

  /**
   * One site.
   *
   * @param name also of the device in transit that leads here
   * @param number of its networks: 10.N.0.0/24 and 2001:db8:N::/64 inside
   * @param outer the gateway's address on the wire; {@code transit} is the next hop's
   */
  public record Side(
      String name,
      int number,
      NetNs host,
      NetNs gateway,
      String outer,
      String outer6,
      String transit,
      String transit6) {

    public String inner() {
      return "10." + number + ".0.0/24";
    }

    public String inner6() {
      return "2001:db8:" + number + "::/64";
    }

    public String hostAddress() {
      return "10." + number + ".0.9";
    }

    public String hostAddress6() {
      return "2001:db8:" + number + "::9";
    }

    public String gatewayAddress() {
      return "10." + number + ".0.1";
    }

    public String gatewayAddress6() {
      return "2001:db8:" + number + "::1";
    }
  }

  private final Path directory;
  private final NetNs transit;
  private final Side left;
  private final Side right;
  private final Deque<Closeable> opened = new ArrayDeque<>();

  private RouterLab(Path directory, NetNs transit, Side left, Side right) {
    this.directory = directory;
    this.transit = transit;
    this.left = left;
    this.right = right;
  }

  /** Why there can be no lab on this machine, or empty; the agent is another question. */
  public static Optional<String> obstacle() {
    for (String tool : List.of("/usr/sbin/ethtool", "/usr/sbin/nft", "/usr/bin/ping")) {
      if (!Files.isExecutable(Path.of(tool))) {
        return Optional.of(
            tool + " is missing; apt-get install iproute2 ethtool nftables iputils-ping");
      }
    }
    return NetNs.obstacle();
  }

  public static RouterLab open() {
    Deque<NetNs> made = new ArrayDeque<>();
    String prefix = NetNs.prefix();
    try {
      for (String letter : List.of("h", "g", "t", "p", "q")) {
        made.add(NetNs.create(prefix + letter));
      }
      NetNs[] ns = made.toArray(NetNs[]::new);
      Side left =
          new Side(
              "left",
              1,
              ns[0],
              ns[1],
              "192.0.2.1",
              "2001:db8:f1::1",
              "192.0.2.254",
              "2001:db8:f1::fe");
      Side right =
          new Side(
              "right",
              2,
              ns[4],
              ns[3],
              "198.51.100.1",
              "2001:db8:f2::1",
              "198.51.100.254",
              "2001:db8:f2::fe");
      for (Side side : List.of(left, right)) {
        join(side, ns[2]);
      }
      forward(ns[2]);
      // Short, because a socket's path may have 107 octets at most.
      return new RouterLab(
          Files.createTempDirectory(Remains.directoryPrefix()), ns[2], left, right);
    } catch (IOException e) {
      made.forEach(NetNs::close);
      throw new UncheckedIOException("no directory for a lab", e);
    } catch (RuntimeException e) {
      made.forEach(NetNs::close);
      throw e;
    }
  }

  private static void join(Side side, NetNs transit) {
    // Addresses of a gateway that is an agent are not the kernel's, nor may the kernel make some.
    side.gateway().set("net/ipv6/conf/all/disable_ipv6", "1");
    side.gateway().set("net/ipv6/conf/default/disable_ipv6", "1");
    NetNs.cable(side.host(), HOST_DEVICE, side.gateway(), INSIDE);
    NetNs.cable(transit, side.name(), side.gateway(), OUTSIDE);
    side.host().finishedFrames(HOST_DEVICE);
    side.gateway().finishedFrames(INSIDE);
    side.gateway().finishedFrames(OUTSIDE);
    transit.finishedFrames(side.name());
    side.host().address(HOST_DEVICE, side.hostAddress() + "/24");
    side.host().address6(HOST_DEVICE, side.hostAddress6() + "/64");
    side.host().ip("route", "add", "default", "via", side.gatewayAddress());
    side.host().ip("-6", "route", "add", "default", "via", side.gatewayAddress6());
    transit.address(side.name(), side.transit() + "/24");
    transit.address6(side.name(), side.transit6() + "/64");
  }

  private static void forward(NetNs ns) {
    ns.set("net/ipv4/ip_forward", "1");
    ns.set("net/ipv6/conf/all/forwarding", "1");
  }

  public Side left() {
    return left;
  }

  public Side right() {
    return right;
  }

  /** The network between the gateways; its devices have the names of the sides. */
  public NetNs transit() {
    return transit;
  }

  /** For files of this test; goes with the lab. */
  public Path directory() {
    return directory;
  }

  /** Where the agent of a side listens. */
  public Path socket(Side side) {
    return directory.resolve(side.name() + ".sock");
  }

  /** The configuration of an agent that is the gateway of a side; a test may add to it. */
  public AgentConfiguration configuration(Side side) {
    String in = AgentConfiguration.INSIDE;
    String out = AgentConfiguration.OUTSIDE;
    return new AgentConfiguration()
        .cables(INSIDE, OUTSIDE, 1500)
        .line("address " + in + " " + side.gatewayAddress() + "/24")
        .line("address " + in + " " + side.gatewayAddress6() + "/64")
        .line("address " + out + " " + side.outer() + "/24")
        .line("address " + out + " " + side.outer6() + "/64")
        .line("route 0.0.0.0/0 via " + side.transit())
        .line("route ::/0 via " + side.transit6())
        .listen(socket(side))
        .line("metrics 127.0.0.1:" + METRICS)
        .line("sas 512")
        .line("policies 512");
  }

  /** Starts an agent as the gateway of a side. */
  public AgentProcess agent(Side side) {
    return agent(side, configuration(side));
  }

  public AgentProcess agent(Side side, AgentConfiguration configuration) {
    return owns(
        AgentProcess.start(
            Optional.of(side.gateway()), directory.resolve(side.name() + "-agent"), configuration));
  }

  /** Makes the kernel the gateway of a side. */
  public void kernelGateway(Side side) {
    NetNs ns = side.gateway();
    ns.set("net/ipv6/conf/all/disable_ipv6", "0");
    ns.set("net/ipv6/conf/default/disable_ipv6", "0");
    ns.set("net/ipv6/conf/" + INSIDE + "/disable_ipv6", "0");
    ns.set("net/ipv6/conf/" + OUTSIDE + "/disable_ipv6", "0");
    ns.address(INSIDE, side.gatewayAddress() + "/24");
    ns.address6(INSIDE, side.gatewayAddress6() + "/64");
    ns.address(OUTSIDE, side.outer() + "/24");
    ns.address6(OUTSIDE, side.outer6() + "/64");
    ns.ip("route", "add", "default", "via", side.transit());
    ns.ip("-6", "route", "add", "default", "via", side.transit6());
    forward(ns);
  }

  /**
   * Hides a side behind a NAT: whatever comes from there has another address, and IKE and ESP in
   * UDP another port.
   *
   * @return the address that the others see
   */
  public String natInFrontOf(Side side) {
    Side other = side == left ? right : left;
    transit.run("nft", "add", "table", "ip", "nat").orFail();
    transit
        .run("nft", "add chain ip nat post { type nat hook postrouting priority 100; }")
        .orFail();
    transit
        .run(
            "nft",
            "add rule ip nat post oifname "
                + other.name()
                + " udp dport { 500, 4500 } masquerade to :20000-60000 random")
        .orFail();
    return other.transit();
  }

  /** Hands something to the lab that must be closed with it. */
  public <T extends Closeable> T owns(T thing) {
    opened.push(thing);
    return thing;
  }

  /** Saves what a failed test wrote, where the build keeps its results. */
  public void keepLogs(Path target) {
    try (Stream<Path> files = Files.walk(directory)) {
      Files.createDirectories(target);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(
            file,
            target.resolve(directory.relativize(file).toString().replace('/', '-')),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the logs of " + directory, e);
    }
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    while (!opened.isEmpty()) {
      first = closed(opened.pop(), first);
    }
    for (NetNs ns : List.of(left.host(), left.gateway(), transit, right.gateway(), right.host())) {
      first = closed(ns, first);
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** One thing that will not close must not keep the others open. */
  private static IOException closed(Closeable thing, IOException first) {
    try {
      thing.close();
      return first;
    } catch (IOException | RuntimeException e) {
      IOException failure = e instanceof IOException io ? io : new IOException(e);
      if (first == null) {
        return failure;
      }
      first.addSuppressed(failure);
      return first;
    }
  }
}
