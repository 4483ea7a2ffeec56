package io.keyway.it.vrouter;

import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.vrouter.RouterLab;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every counter of lost packets that any machine of a lab has, by machine and name. */
final class Drops {

  static final String AGENT = "agent ";

  private Drops() {}

  /** What was counted until now; nothing that is 0. */
  static Map<String, Long> now(RouterLab lab) {
    Map<String, Long> counts = new TreeMap<>(agent(lab.left().gateway()));
    machines(lab).forEach((name, ns) -> kernel(name, ns, counts));
    return counts;
  }

  /** What was counted since {@code before}. */
  static Map<String, Long> since(Map<String, Long> before, RouterLab lab) {
    Map<String, Long> counts = now(lab);
    counts.replaceAll((name, count) -> count - before.getOrDefault(name, 0L));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private static Map<String, NetNs> machines(RouterLab lab) {
    Map<String, NetNs> all = new LinkedHashMap<>();
    all.put("left host", lab.left().host());
    all.put("left gateway", lab.left().gateway());
    all.put("transit", lab.transit());
    all.put("right gateway", lab.right().gateway());
    all.put("right host", lab.right().host());
    return all;
  }

  private static Map<String, Long> agent(NetNs ns) {
    Map<String, Long> counts = new TreeMap<>();
    ns.run("curl", "-s", "http://127.0.0.1:" + RouterLab.METRICS + "/metrics")
        .orFail()
        .lines()
        .filter(line -> line.startsWith("keyway_dropped_packets_total{"))
        .forEach(
            line -> {
              String[] parts = line.split("[\" ]");
              long count = Long.parseLong(parts[parts.length - 1]);
              if (count != 0) {
                counts.put(AGENT + parts[1], count);
              }
            });
    return counts;
  }

  private static void kernel(String name, NetNs ns, Map<String, Long> counts) {
    for (String line :
        ns.run(
                "sh",
                "-c",
                "cd /sys/class/net; grep -H . */statistics/*dropped */statistics/*errors;"
                    + " grep -H '' /proc/net/snmp6")
            .out()
            .lines()
            .toList()) {
      String[] parts = line.split("[:\\s]+");
      boolean device = !parts[0].startsWith("/proc");
      String what = device ? parts[0].replace("/statistics/", " ") : parts[1];
      if (device
          || List.of("Udp6RcvbufErrors", "Udp6SndbufErrors", "Ip6ReasmFails").contains(what)) {
        put(counts, name + " " + what, Long.parseLong(parts[parts.length - 1]));
      }
    }
    List<String[]> lines =
        ns.run("cat", "/proc/net/snmp").out().lines().map(l -> l.split("[:\\s]+")).toList();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      for (int k = 1; k < lines.get(i).length; k++) {
        String what = lines.get(i)[0] + lines.get(i)[k];
        if (List.of("UdpRcvbufErrors", "UdpSndbufErrors", "UdpInCsumErrors", "IpReasmFails")
            .contains(what)) {
          put(counts, name + " " + what, Long.parseLong(lines.get(i + 1)[k]));
        }
      }
    }
  }

  private static void put(Map<String, Long> counts, String name, long count) {
    if (count != 0) {
      counts.put(name, count);
    }
  }
}
