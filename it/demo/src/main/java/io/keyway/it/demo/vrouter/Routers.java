package io.keyway.it.demo.vrouter;

import io.keyway.it.kit.lab.Exec;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.lab.Remains;
import io.keyway.it.kit.vrouter.AgentProcess;
import io.keyway.it.kit.vrouter.AgentProgram;
import io.keyway.it.kit.vrouter.RouterLab;
import io.keyway.it.kit.vrouter.RouterLab.Side;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The lab with both routers running, and questions to them. */
final class Routers implements Closeable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String METRICS = "127.0.0.1:9464";

  /** By the package that brings it. */
  private static final List<String[]> TOOLS =
      List.of(
          new String[] {"ping", "iputils-ping"},
          new String[] {"tcpdump", "tcpdump"},
          new String[] {"curl", "curl"},
          new String[] {"ssh", "openssh-client"});

  private final RouterLab lab;
  private final AgentProcess left;
  private final AgentProcess right;

  private Routers(RouterLab lab) {
    this.lab = lab;
    this.left = agent(lab.left());
    this.right = agent(lab.right());
  }

  private AgentProcess agent(Side side) {
    return lab.agent(side, lab.configuration(side).line("metrics " + METRICS));
  }

  /** Why there can be no routers on this machine, with the cure; or empty. */
  static Optional<String> obstacle() {
    return NetNs.obstacle()
        .or(AgentProgram::obstacle)
        .or(RouterLab::obstacle)
        .or(Routers::missingTool);
  }

  private static Optional<String> missingTool() {
    for (String[] tool : TOOLS) {
      boolean found =
          List.of("/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/").stream()
              .anyMatch(directory -> Files.isExecutable(Path.of(directory + tool[0])));
      if (!found) {
        return Optional.of(tool[0] + " is missing; apt-get install " + tool[1]);
      }
    }
    return Optional.empty();
  }

  /** Takes down first what a run left that was killed. */
  static Routers start() throws IOException {
    told(Remains.takeDown());
    RouterLab lab = RouterLab.open();
    try {
      return new Routers(lab);
    } catch (RuntimeException e) {
      lab.close();
      throw e;
    }
  }

  /** Says what of an earlier run was still there. */
  static void told(List<String> taken) {
    if (!taken.isEmpty()) {
      System.out.println(
          "A run before was killed; took down what it left: " + String.join(", ", taken));
    }
  }

  RouterLab lab() {
    return lab;
  }

  List<Side> sides() {
    return List.of(lab.left(), lab.right());
  }

  AgentProcess agentOf(Side side) {
    return side == lab.left() ? left : right;
  }

  /**
   * Whether a router answers its host by both families. A device that just came up may lose the
   * first packet.
   */
  boolean answers(Side side) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!pings(side.host(), side.gatewayAddress())
        || !pings(side.host(), side.gatewayAddress6())) {
      if (System.nanoTime() > end) {
        return false;
      }
    }
    return true;
  }

  private static boolean pings(NetNs from, String to) {
    return from.run("ping", "-n", "-c", "1", "-W", "1", to).ok();
  }

  String metricsUrl() {
    return "http://" + METRICS + "/metrics";
  }

  /** The router's metrics, as they stand. */
  Metrics metrics(Side side) {
    Exec.Result result = side.gateway().run("curl", "-sS", "-m", "10", metricsUrl());
    return new Metrics(result.orFail());
  }

  @Override
  public void close() throws IOException {
    lab.close();
  }
}
