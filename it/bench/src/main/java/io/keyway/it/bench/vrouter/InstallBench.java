package io.keyway.it.bench.vrouter;

import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Figures;
import io.keyway.it.bench.Proc;
import io.keyway.protocol.vrouter.v1.ApplyRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * SAs and policies into an agent over its UNIX socket: how fast, whatever is there, and in how much
 * memory.
 */
final class InstallBench {

  private static final double GOAL = 20_000;
  private static final double FLAT = 1.25;

  /** SAs of one batch and of one measurement. */
  private static final int BLOCK = 1000;

  private static final int EDGE = 10;
  private static final int FEW = 10;
  private static final int SINGLES = 500;

  /** How many SAs in all. */
  record Size(int sas) {
    static final Size FULL = new Size(100_000);
    static final Size QUICK = new Size(20_000);
  }

  private final PrintStream out;
  private final Programs programs;
  private final Path directory;
  private final Size size;

  InstallBench(PrintStream out, Programs programs, Path directory, Size size) {
    this.out = out;
    this.programs = programs;
    this.directory = directory;
    this.size = size;
  }

  /** What one block took, per SA with its policy. */
  private record Cost(double clockMicros, double cpuMicros) {}

  void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.printf(
        Locale.ROOT,
        "Installing %d SAs and as many policies, AES-GCM-256, replay window 64, over a UNIX socket,"
            + " %d SAs a batch%n"
            + "    an SA counts with its policy; the client makes its messages before the clock"
            + " runs%n",
        size.sas(),
        BLOCK);
    Contender small = cleanup.owns(agent("small", BLOCK));
    double empty = Proc.residentMib(small.pid());
    cleanup.end(small);
    Contender agent = cleanup.owns(agent("large", size.sas() + 2 * BLOCK));
    double room = Proc.residentMib(agent.pid());
    AgentClient client = cleanup.owns(new AgentClient(socket("large")));
    warmUp(client);
    client.apply(Tunnels.add(0, FEW / 2));
    double few = single(client);
    client.apply(Tunnels.remove(0, FEW / 2));
    List<Cost> costs = new ArrayList<>();
    for (int done = 0; done < size.sas(); done += BLOCK) {
      costs.add(block(agent, client, done / 2));
    }
    double many = single(client);
    long begun = System.nanoTime();
    int[] listed = client.snapshot();
    double snapshot = (System.nanoTime() - begun) / 1e9;
    if (listed[0] != size.sas() || listed[1] != size.sas()) {
      throw new IOException(
          "the snapshot lists " + listed[0] + " SAs and " + listed[1] + " policies");
    }
    double full = Proc.residentMib(agent.pid());
    print(costs, few, many);
    out.printf(
        Locale.ROOT,
        "  snapshot of everything, counters too: %.2f s%n"
            + "  memory of an SA with its policy: %.2f KiB resident (%.0f MiB with room for %d, %.0f"
            + " with room for %d, %.0f full)%n",
        snapshot,
        (full - empty) * 1024 / (size.sas() + BLOCK),
        empty,
        BLOCK,
        room,
        size.sas() + 2 * BLOCK,
        full);
    cleanup.end(client);
    cleanup.end(agent);
  }

  private void print(List<Cost> costs, double few, double many) {
    double total = costs.stream().mapToDouble(Cost::clockMicros).sum() / costs.size();
    Figures rate = Figures.of(costs.stream().map(c -> 1e6 / c.clockMicros()).toList());
    Figures cpu = Figures.of(costs.stream().map(Cost::cpuMicros).toList());
    double clockRatio = ratio(costs.stream().map(Cost::clockMicros).toList());
    double cpuRatio = ratio(costs.stream().map(Cost::cpuMicros).toList());
    out.printf(
        Locale.ROOT,
        "  SAs/s, by the clock, batch by batch: %s; over all %.0f (goal %.0f: %s)%n",
        rate.show(0),
        1e6 / total,
        GOAL,
        1e6 / total >= GOAL ? "met" : "missed");
    out.printf(
        Locale.ROOT,
        "  agent's CPU for an SA with its policy: %s us, so %.0f/s on one core%n",
        cpu.show(1),
        1e6 / cpu.median());
    out.printf(
        Locale.ROOT,
        "  last %d batches to first %d, medians: %.2f by the clock, %.2f by CPU (goal at most %.2f"
            + " by CPU: %s)%n",
        EDGE,
        EDGE,
        clockRatio,
        cpuRatio,
        FLAT,
        cpuRatio <= FLAT ? "met" : "missed");
    out.printf(
        Locale.ROOT,
        "  one SA and its policy, there and away again, in a call of its own: median %.0f us with"
            + " %d SAs there, %.0f us with %d%n",
        few,
        FEW,
        many,
        size.sas());
  }

  private static double ratio(List<Double> values) {
    int edge = Math.min(EDGE, values.size() / 2);
    return Figures.of(values.subList(values.size() - edge, values.size())).median()
        / Figures.of(values.subList(0, edge)).median();
  }

  private static void warmUp(AgentClient client) throws IOException {
    for (int i = 0; i < EDGE; i++) {
      client.apply(Tunnels.add(0, BLOCK / 2));
      client.apply(Tunnels.remove(0, BLOCK / 2));
    }
  }

  private static Cost block(Contender agent, AgentClient client, int firstTunnel)
      throws IOException {
    ApplyRequest request =
        ApplyRequest.newBuilder().addAllChanges(Tunnels.add(firstTunnel, BLOCK / 2)).build();
    double cpu = controlCpu(agent.pid());
    long begun = System.nanoTime();
    client.apply(request);
    double clock = (System.nanoTime() - begun) / 1e3;
    return new Cost(clock / BLOCK, (controlCpu(agent.pid()) - cpu) / 1e3 / BLOCK);
  }

  /** Median microseconds of a small change. */
  private double single(AgentClient client) throws IOException {
    List<Double> micros = new ArrayList<>();
    for (int i = 0; i < SINGLES; i++) {
      ApplyRequest request =
          ApplyRequest.newBuilder()
              .addAllChanges(Tunnels.addOne(size.sas() + i))
              .addAllChanges(Tunnels.removeOne(size.sas() + i))
              .build();
      long begun = System.nanoTime();
      client.apply(request);
      micros.add((System.nanoTime() - begun) / 1e3);
    }
    return Figures.of(micros).median();
  }

  /** Nanoseconds of CPU of all threads but those that forward. */
  private static double controlCpu(long pid) throws IOException {
    double sum = 0;
    try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path task : tasks) {
        if (!Files.readString(task.resolve("comm")).startsWith("rte-worker")) {
          sum += Double.parseDouble(Files.readString(task.resolve("schedstat")).split(" ")[0]);
        }
      }
    } catch (java.nio.file.NoSuchFileException e) {
      // A thread ended between the list and the look; what it used is not ours to guess.
      return controlCpu(pid);
    }
    return sum;
  }

  private Path socket(String name) {
    return directory.resolve(name + ".sock");
  }

  private Contender agent(String name, int sas) throws IOException, InterruptedException {
    Path file = directory.resolve(name + ".conf");
    Files.writeString(
        file,
        String.join(
            "\n",
            "eal --no-huge -m "
                + (256 + sas / 100)
                + " --no-pci --no-shconf --no-telemetry --log-level=*:error"
                + Ports.agentCores(),
            "device net_null0,no-rx=1",
            "device net_null1,no-rx=1",
            "port net_null0 protected",
            "port net_null1 unprotected",
            "address net_null0 10.1.0.1/24",
            "address net_null1 192.0.2.1/24",
            "route 0.0.0.0/0 via 192.0.2.2",
            "sas " + sas,
            "policies " + sas,
            "buffers 4096",
            "idle-us 1000",
            "listen unix " + socket(name),
            ""));
    Contender agent =
        Contender.start(
            programs, name, directory, List.of(programs.agent().toString(), file.toString()));
    try {
      agent.await("socket", () -> Files.exists(socket(name)));
    } catch (IOException | InterruptedException e) {
      agent.close();
      throw e;
    }
    return agent;
  }
}
