package io.keyway.it.bench.ike;

import io.keyway.it.bench.Exec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A network namespace of our own with nothing but loopback in it. */
final class NetNs implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final String name;

  private NetNs(String name) {
    this.name = name;
  }

  static NetNs create() throws IOException, InterruptedException {
    // The process id keeps two runs apart, and a leftover from being taken for ours.
    NetNs ns = new NetNs("kwbench" + ProcessHandle.current().pid());
    Exec.run(LIMIT, "ip", "netns", "add", ns.name).orFail();
    try {
      Exec.run(LIMIT, "ip", "-n", ns.name, "link", "set", "lo", "up").orFail();
      return ns;
    } catch (IOException e) {
      ns.close();
      throw e;
    }
  }

  /** The command line that runs a command in here; the process id stays that of the command. */
  List<String> inside(List<String> command) {
    List<String> line = new ArrayList<>(List.of("ip", "netns", "exec", name));
    line.addAll(command);
    return line;
  }

  @Override
  public void close() {
    try {
      Exec.run(LIMIT, "ip", "netns", "del", name).orFail();
    } catch (IOException e) {
      System.err.println("could not remove the namespace: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
