package io.keyway.it.bench.plane;

import io.keyway.emulator.infrap4d.pki.TestCertificates;
import io.keyway.it.bench.Benchmark;
import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Figures;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Rows and SAs per second into an emulated E2100 over mutual TLS: through both databases and the
 * plane as the distribution has them, and in the pattern of the only public client, turn by turn.
 */
public final class PlaneBench implements Benchmark {

  /**
   * How much of it.
   *
   * @param tunnels of ours in one round; a table holds 1024 rows, a tunnel has two in the fullest
   * @param reference tunnels of the reference in one round
   * @param warmUp rounds of both that do not count
   */
  public record Size(int rounds, int tunnels, int reference, int warmUp) {
    public static final Size FULL = new Size(5, 400, 15, 2);
    public static final Size QUICK = new Size(3, 400, 10, 2);
  }

  private static final int COLD = 50;

  private final PrintStream out;
  private final Size size;

  public PlaneBench(PrintStream out, Size size) {
    this.out = out;
    this.size = size;
  }

  /** What one contender did in one round, per second. */
  private record Rate(double rows, double tunnels) {}

  @Override
  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.printf(
        Locale.ROOT,
        "Programming an emulated E2100, one process, mutual TLS on loopback%n"
            + "    ours: %d tunnels at once through SAD, SPD and plane, journals on the disk%n"
            + "    one by one: a new channel, stream and arbitration for every row, a new channel"
            + " for every SA and SPI%n",
        size.tunnels());
    Path directory = Files.createTempDirectory("keyway-bench-plane");
    AutoCloseable files = cleanup.owns(() -> delete(directory));
    TestCertificates certificates =
        TestCertificates.in(directory.resolve("tls"), Set.of(), new SecureRandom(), Instant.now());
    Target device = cleanup.owns(new Target("ours", certificates));
    Stack stack = cleanup.owns(new Stack(device, directory.resolve("state")));
    Target other = cleanup.owns(new Target("reference", certificates));
    List<Rate> ours = new ArrayList<>();
    List<Rate> theirs = new ArrayList<>();
    for (int round = 0; round < size.warmUp() + size.rounds(); round++) {
      // Small at first: code that was never run takes its time.
      Rate mine = ours(device, stack, round, round == 0 ? COLD : size.tunnels());
      Rate reference = reference(other);
      if (round >= size.warmUp()) {
        ours.add(mine);
        theirs.add(reference);
      }
    }
    print(ours, theirs);
    cleanup.end(stack);
    cleanup.end(device);
    cleanup.end(other);
    cleanup.end(files);
  }

  private Rate ours(Target device, Stack stack, int round, int count) throws IOException {
    long begin = System.nanoTime();
    stack.hold(count);
    double held = seconds(begin);
    device.require(0, 2 * count);
    begin = System.nanoTime();
    stack.establish(round, count);
    double established = seconds(begin);
    device.require(2 * count, Tunnels.ROWS * count);
    stack.end(round, count);
    stack.release(count);
    device.require(0, 0);
    return new Rate(2 * count / held, count / established);
  }

  private Rate reference(Target device) throws IOException {
    int count = size.reference();
    OneByOne client = new OneByOne(device);
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      client.hold(i);
    }
    double held = seconds(begin);
    device.require(0, 2 * count);
    device.emulator.pushPipeline(0);
    begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      client.establish(i);
    }
    double established = seconds(begin);
    device.require(2 * count, Tunnels.ROWS * count);
    // Empties every table and the SAD.
    device.emulator.pushPipeline(0);
    return new Rate(2 * count / held, count / established);
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private void print(List<Rate> ours, List<Rate> theirs) {
    out.printf(
        Locale.ROOT, "%-34s %22s %22s %22s%n", "", "ours", "one by one", "ours / one by one");
    line("rows alone (holds): rows/s", ours, theirs, Rate::rows);
    line("whole tunnels: tunnels/s", ours, theirs, Rate::tunnels);
    line("    SAs/s", ours, theirs, r -> 2 * r.tunnels());
    out.printf(
        Locale.ROOT,
        "%-34s %22s %22s%n",
        "    row updates/s",
        figures(ours, r -> Tunnels.ROWS * r.tunnels()).show(0),
        figures(theirs, r -> Tunnels.ROWS * r.tunnels()).show(0));
  }

  private void line(
      String what,
      List<Rate> ours,
      List<Rate> theirs,
      java.util.function.ToDoubleFunction<Rate> f) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      ratios.add(f.applyAsDouble(ours.get(i)) / f.applyAsDouble(theirs.get(i)));
    }
    out.printf(
        Locale.ROOT,
        "%-34s %22s %22s %22s%n",
        what,
        figures(ours, f).show(0),
        figures(theirs, f).show(0),
        Figures.of(ratios).show(1));
  }

  private static Figures figures(List<Rate> rates, java.util.function.ToDoubleFunction<Rate> f) {
    return Figures.of(rates.stream().map(f::applyAsDouble).toList());
  }

  private static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              path -> {
                try {
                  Files.delete(path);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
