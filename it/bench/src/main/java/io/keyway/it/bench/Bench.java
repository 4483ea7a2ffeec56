package io.keyway.it.bench;

import io.keyway.it.bench.boot.BootBench;
import io.keyway.it.bench.crypto.CryptoBench;
import io.keyway.it.bench.ike.IkeBench;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

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
    int status = 1;
    try {
      new Bench(options).run();
      status = 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      System.err.println("keyway bench: " + e.getMessage());
      e.printStackTrace();
    }
    System.exit(status);
  }

  private void run() throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(new Thread(cleanup::close, "bench clean-up"));
    long begun = System.nanoTime();
    boolean quick = options.quick();
    out.println(Machine.describe());
    out.println("figures: median (lowest-highest)");
    if (options.parts().contains(Options.Part.BOOT)) {
      out.println();
      new BootBench(out, options.archive(), quick ? 1 : 3).run(cleanup);
    }
    if (options.parts().contains(Options.Part.CRYPTO)) {
      out.println();
      new CryptoBench(out, quick ? 3 : 7).run(cleanup);
    }
    if (options.parts().contains(Options.Part.IKE)) {
      out.println();
      new IkeBench(out, quick ? IkeBench.Size.QUICK : IkeBench.Size.FULL).run(cleanup);
    }
    out.printf(
        "%n%.0f s in all; load at end %s%n", (System.nanoTime() - begun) / 1e9, Machine.load());
  }
}
