package io.keyway.it.interop;

import io.keyway.it.kit.lab.NetNs;
import java.io.Closeable;

/**
 * A NAT between the two sites of a lab: a namespace of its own with nftables masquerade, which
 * gives every flow another port. The site behind it keeps its address, but nobody outside has a
 * route to it.
 */
final class NatBox implements Closeable {

  static final String INNER = "172.37.1.1";
  static final String OUTER = "172.37.1.9";
  static final String INNER6 = "fd37:0:0:0:0:0:0:1";
  static final String OUTER6 = "fd37:0:0:0:0:0:0:9";

  private final NetNs ns;

  private NatBox(NetNs ns) {
    this.ns = ns;
  }

  /** Puts the box into the cable of a lab. */
  static NatBox inFrontOf(Lab lab, Lab.Side inside) {
    Lab.Side outside = lab.opposite(inside);
    NatBox box = lab.owns(new NatBox(NetNs.create(inside.ns().name() + "n")));
    inside.ns().ip("link", "del", Lab.DEVICE);
    NetNs.cable(inside.ns(), box.ns, "lan");
    NetNs.cable(outside.ns(), box.ns, Lab.DEVICE);
    join(inside.ns(), "lan", inside.address(), INNER);
    join(box.ns, "lan", INNER, inside.address());
    join(outside.ns(), Lab.DEVICE, outside.address(), OUTER);
    join(box.ns, Lab.DEVICE, OUTER, outside.address());
    inside.ns().ip("route", "add", "default", "via", INNER);
    box.shell("echo 1 > /proc/sys/net/ipv4/ip_forward");
    box.ns.run("nft", "add", "table", "ip", "nat").orFail();
    box.ns.run("nft", "add chain ip nat post { type nat hook postrouting priority 100; }").orFail();
    box.ns
        .run(
            "nft",
            "add rule ip nat post oifname "
                + Lab.DEVICE
                + " udp dport { 500, 4500 } masquerade to :20000-60000 random")
        .orFail();
    return box;
  }

  private static void join(NetNs ns, String device, String own, String other) {
    ns.address(device, own + "/32");
    ns.ip("route", "add", other, "dev", device);
  }

  /** The same over IPv6, which nobody should need and some have (nftables masquerade, NAT66). */
  static NatBox inFrontOf6(Lab lab, Lab.Side inside) {
    NatBox box = inFrontOf(lab, inside);
    Lab.Side outside = lab.opposite(inside);
    join6(inside.ns(), "lan", inside.address6(), INNER6);
    join6(box.ns, "lan", INNER6, inside.address6());
    join6(outside.ns(), Lab.DEVICE, outside.address6(), OUTER6);
    join6(box.ns, Lab.DEVICE, OUTER6, outside.address6());
    inside.ns().ip("-6", "route", "add", "default", "via", INNER6);
    box.shell("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    box.ns.run("nft", "add", "table", "ip6", "nat").orFail();
    box.ns
        .run("nft", "add chain ip6 nat post { type nat hook postrouting priority 100; }")
        .orFail();
    box.ns
        .run(
            "nft",
            "add rule ip6 nat post oifname "
                + Lab.DEVICE
                + " udp dport { 500, 4500 } masquerade to :20000-60000 random")
        .orFail();
    return box;
  }

  private static void join6(NetNs ns, String device, String own, String other) {
    ns.ip("address", "add", own + "/128", "dev", device, "nodad");
    ns.ip("-6", "route", "add", other + "/128", "dev", device);
  }

  /** Mappings that are not used for so long are forgotten, and the next one has another port. */
  void forgetAfter(int seconds) {
    shell("echo " + seconds + " > /proc/sys/net/netfilter/nf_conntrack_udp_timeout");
    shell("echo " + seconds + " > /proc/sys/net/netfilter/nf_conntrack_udp_timeout_stream");
  }

  private void shell(String line) {
    ns.run("sh", "-c", line).orFail();
  }

  @Override
  public void close() {
    ns.close();
  }
}
