package io.keyway.it.bench.vrouter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Command lines and files of the contenders. Each has port 0, which yields the packets of a capture
 * file again and again, and port 1, which throws away what it is given.
 */
final class Ports {

  static final String FEED = "net_pcap0";
  static final String SINK = "net_null1";

  private static final int CPUS = Runtime.getRuntime().availableProcessors();

  private Ports() {}

  /** The CPU that forwards, the last one. */
  static int core() {
    return CPUS - 1;
  }

  private static List<String> eal(String name, String crypto, Path capture) {
    return List.of(
        "--no-huge",
        "-m",
        "512",
        "--no-pci",
        "--no-shconf",
        "--log-level=*:error",
        "--file-prefix=" + name,
        "-l",
        Integer.toString(core()),
        "--vdev=" + FEED + ",rx_pcap=" + capture + ",infinite_rx=1",
        "--vdev=" + SINK + ",no-rx=1",
        "--vdev=" + crypto + "0",
        "--");
  }

  static List<String> loop(Programs programs, String name, String crypto, Path capture, Load load) {
    List<String> line = new ArrayList<>(List.of(programs.loop().toString()));
    line.addAll(eal(name, crypto, capture));
    line.add(load.outbound() ? "outbound" : "inbound");
    line.add(HexFormat.of().formatHex(Load.KEY));
    line.add(Integer.toString(load.tunnels()));
    return line;
  }

  static List<String> secgw(
      Programs programs, String name, String crypto, Path capture, Path configuration, Load load) {
    List<String> line = new ArrayList<>(List.of(programs.secgw().orElseThrow().toString()));
    line.addAll(eal(name, crypto, capture));
    int core = core();
    line.addAll(
        List.of(
            "-p",
            "0x3",
            "-P",
            "-u",
            load.outbound() ? "0x2" : "0x1",
            "-l",
            "-s",
            "8192",
            "--config=(0,0," + core + "),(1,0," + core + ")",
            "-f",
            configuration.toString()));
    return line;
  }

  static String secgwConfiguration(Load load) {
    String key = HexFormat.ofDelimiter(":").formatHex(Load.KEY);
    String algorithm = " aead_algo aes-256-gcm aead_key " + key + " mode ipv4-tunnel ";
    StringBuilder text = new StringBuilder();
    String direction = load.outbound() ? "out" : "in";
    for (int i = 0; i < load.tunnels(); i++) {
      int spi = Load.FIRST_SPI + i;
      text.append("sp ipv4 " + direction + " esp protect " + spi)
          .append(" pri 1 src 10.1.0.0/16 dst 10.2." + i + ".0/24 sport 0:65535 dport 0:65535\n")
          .append("sa " + direction + " " + spi + algorithm)
          .append("src 192.0.2.1 dst 192.0.2.2\n");
    }
    if (load.outbound()) {
      // It wants one of the other direction, which meets no packet here.
      text.append("sp ipv4 in esp protect 9 pri 1 src 10.2.0.0/16 dst 10.1.0.0/16")
          .append(" sport 0:65535 dport 0:65535\nsa in 9" + algorithm)
          .append("src 192.0.2.2 dst 192.0.2.1\nrt ipv4 dst 192.0.2.0/24 port 1\n");
    } else {
      text.append("rt ipv4 dst 10.2.0.0/16 port 1\n");
    }
    return text + "neigh port 0 02:00:00:00:00:0a\nneigh port 1 02:00:00:00:00:0b\n";
  }

  static String agentConfiguration(
      String name, String crypto, Path capture, Path socket, Load load) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "eal --no-huge -m 512 --no-pci --no-shconf --log-level=*:error --file-prefix="
            + name
            + agentCores());
    lines.add("crypto " + crypto);
    lines.add("device " + FEED + ",rx_pcap=" + capture + ",infinite_rx=1");
    lines.add("device " + SINK + ",no-rx=1");
    lines.add("port " + FEED + (load.outbound() ? " protected" : " unprotected"));
    lines.add("port " + SINK + (load.outbound() ? " unprotected" : " protected"));
    if (load.outbound()) {
      lines.add("address " + FEED + " 10.1.0.1/24");
      lines.add("address " + SINK + " 192.0.2.1/24");
      lines.add("neighbour " + SINK + " 192.0.2.2 02:00:00:00:00:0b");
      lines.add("route 0.0.0.0/0 via 192.0.2.2");
    } else {
      lines.add("address " + FEED + " 192.0.2.2/24");
      lines.add("address " + SINK + " 10.3.0.1/24");
      lines.add("neighbour " + SINK + " 10.3.0.2 02:00:00:00:00:0b");
      lines.add("route 10.2.0.0/16 via 10.3.0.2");
    }
    lines.add("buffers 8192");
    lines.add("buffer-octets 2048");
    lines.add("listen unix " + socket);
    return String.join("\n", lines) + "\n";
  }

  /** One core that forwards, as the others have, and one for control. */
  static String agentCores() {
    return " --lcores 0@0,1@" + core();
  }
}
