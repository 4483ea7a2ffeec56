package io.keyway.it.bench;

import io.keyway.it.bench.boot.BootBench;
import io.keyway.it.bench.crypto.CryptoBench;
import io.keyway.it.bench.ike.IkeBench;
import io.keyway.it.bench.ike.Size;
import io.keyway.it.bench.load.LoadBench;
import io.keyway.it.bench.plane.PlaneBench;
import io.keyway.it.bench.vrouter.VrouterBench;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Prints what Keyway costs here and what others cost here, in the same run. Exit 0 when everything
 * asked for was measured, however slow; a reference that cannot be had is named and left out.
 */
public final class Bench {
  private final Options options;
  private final PrintStream out = System.out;
  private final Cleanup cleanup = new Cleanup();

  private Bench(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) {
    Options options;
    try {
      options = Options.parse(List.of(arguments));
    } catch (Options.Bad e) {
      System.err.println("keyway bench: " + e.getMessage());
      System.err.print(Options.USAGE);
      System.exit(2);
      return;
    }
    boolean complete = false;
    try {
      complete = new Bench(options).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.err.println("keyway bench: " + e.getMessage());
    }
    System.exit(complete ? 0 : 1);
  }

  private boolean run() throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(cleanup::close, "bench clean-up"));
    long begun = System.nanoTime();
    boolean quick = options.quick();
    out.println(Machine.describe());
    out.println("figures: median (lowest-highest)");
    boolean complete =
        part(Options.Part.BOOT, () -> new BootBench(out, options.archive(), quick ? 1 : 2))
            & part(Options.Part.CRYPTO, () -> new CryptoBench(out, quick ? 3 : 5))
            & part(
                Options.Part.IKE,
                () ->
                    new IkeBench(
                        out, Size.of(quick, options.tunnels()), options.groups(), options.proofs()))
            & part(
                Options.Part.PLANE,
                () -> new PlaneBench(out, quick ? PlaneBench.Size.QUICK : PlaneBench.Size.FULL))
            & part(
                Options.Part.LOAD,
                () -> new LoadBench(out, options.archive(), quick ? 10_000 : 100_000))
            & part(Options.Part.VROUTER, () -> new VrouterBench(out, quick));
    out.printf(
        Locale.ROOT,
        "%n%.0f s in all; load at end %s%n",
        (System.nanoTime() - begun) / 1e9,
        Machine.load());
    return complete;
  }

  /** What goes wrong in one part does not keep the others from being measured. */
  private boolean part(Options.Part name, Supplier<Benchmark> benchmark)
      throws InterruptedException {
    if (!options.parts().contains(name)) {
      return true;
    }
    out.println();
    try {
      benchmark.get().run(cleanup);
      return true;
    } catch (IOException | IllegalStateException e) {
      out.println("  given up: " + e.getMessage());
      return false;
    }
  }
}
