package io.keyway.it.bench.vrouter;

import io.keyway.it.bench.Benchmark;
import io.keyway.it.bench.Cleanup;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The vRouter's agent: ESP of one core, and SAs and policies per second. */
public final class VrouterBench implements Benchmark {

  private final PrintStream out;
  private final boolean quick;

  public VrouterBench(PrintStream out, boolean quick) {
    this.out = out;
    this.quick = quick;
  }

  @Override
  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    Programs programs = Programs.build();
    // Not below a long path: names of UNIX sockets have up to 107 octets.
    Path directory = Files.createTempDirectory(Path.of("/tmp"), "kwb");
    AutoCloseable files = cleanup.owns(() -> delete(directory));
    new InstallBench(
            out, programs, directory, quick ? InstallBench.Size.QUICK : InstallBench.Size.FULL)
        .run(cleanup);
    out.println();
    new EspBench(out, programs, directory, quick ? EspBench.Size.QUICK : EspBench.Size.FULL)
        .run(cleanup);
    cleanup.end(files);
  }

  private static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(directory)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
