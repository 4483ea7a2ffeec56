package io.keyway.it.kit.vrouter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A configuration file of the agent for a small machine that others use, too: no huge pages, cores
 * that sleep when there is nothing to do, and room for a few hundred tunnels.
 */
public final class AgentConfiguration {

  /** Of the cable on the protected side. */
  public static final String INSIDE = "net_af_packet0";

  /** Of the cable on the unprotected side. */
  public static final String OUTSIDE = "net_af_packet1";

  private final List<String> lines = new ArrayList<>();
  private String crypto = "crypto_aesni_mb";
  private int forwarding = 1;
  private int cryptoCores;
  private int megabytes = 384;
  private int idleMicroseconds = 100;

  /** Without ports: {@link #cables} or lines of the caller's bring them. */
  public AgentConfiguration() {}

  /** Two ports on virtual cables of the agent's namespace, the protected one first. */
  public AgentConfiguration cables(String inside, String outside, int outsideMtu) {
    // The kernel puts IPv4 fragments together before the driver sees them, in frames as long as
    // these.
    String frames = ",blocksz=65536,framesz=4096";
    return line("device " + INSIDE + ",iface=" + inside + frames)
        .line("device " + OUTSIDE + ",iface=" + outside + frames)
        .line("port " + INSIDE + " protected mtu 1500")
        .line("port " + OUTSIDE + " unprotected mtu " + outsideMtu);
  }

  public AgentConfiguration crypto(String device) {
    crypto = device;
    return this;
  }

  /** How many cores forward, and how many beside them only do crypto. */
  public AgentConfiguration cores(int forwardingCores, int onlyCrypto) {
    forwarding = forwardingCores;
    cryptoCores = onlyCrypto;
    return this;
  }

  public AgentConfiguration memory(int megabytesInAll) {
    megabytes = megabytesInAll;
    return this;
  }

  /** How long an idle core sleeps; 0: it spins. */
  public AgentConfiguration idle(int microseconds) {
    idleMicroseconds = microseconds;
    return this;
  }

  /** Any further line, such as {@code address}, {@code route} or {@code sas}; behind the ports. */
  public AgentConfiguration line(String text) {
    lines.add(text);
    return this;
  }

  /** A UNIX socket for the controller. */
  public AgentConfiguration listen(Path socket) {
    return line("listen unix " + socket);
  }

  /** The text of the file. */
  public String render() {
    int last = Runtime.getRuntime().availableProcessors() - 1;
    List<String> cores = new ArrayList<>();
    for (int i = 0; i < 1 + forwarding + cryptoCores; i++) {
      cores.add(i + "@(0-" + last + ")");
    }
    List<String> all = new ArrayList<>();
    all.add(
        "eal --no-pci --no-huge --no-shconf --no-telemetry -m "
            + megabytes
            + " --lcores "
            + String.join(",", cores)
            + " --log-level=*:error");
    all.add("crypto " + crypto);
    all.add("forwarding-cores " + forwarding);
    all.add("crypto-cores " + cryptoCores);
    all.add("idle-us " + idleMicroseconds);
    all.add("buffers 4096");
    all.addAll(lines);
    return String.join("\n", all) + "\n";
  }
}
