package io.keyway.it.bench.boot;

import io.keyway.it.bench.Benchmark;
import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Deadline;
import io.keyway.it.bench.Figures;
import io.keyway.it.kit.Distribution;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * From start to RESTCONF answering with authentication, beside the same Karaf without Keyway and
 * OpenDaylight from start to its shell. Cold is the first start of a new directory (keys,
 * certificate and caches are made), warm is every later one.
 */
public final class BootBench implements Benchmark {
  private static final Duration BUDGET = Duration.ofSeconds(120);

  private final PrintStream out;
  private final Path archive;
  private final int warm;

  /**
   * @param warm how many warm starts
   */
  public BootBench(PrintStream out, Path archive, int warm) {
    this.out = out;
    this.archive = archive;
    this.warm = warm;
  }

  @Override
  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.println("Boot: from start to answering, one directory each, starts taking turns");
    Deadline deadline = Deadline.in(BUDGET);
    Path parent = Files.createTempDirectory("keyway-bench-boot");
    cleanup.owns(() -> Files.deleteIfExists(parent));
    Distribution keyway = cleanup.owns(Distribution.unpack(archive, parent));
    Distribution karaf = cleanup.owns(Distribution.unpack(archive, parent));
    Boot.leaveKarafOnly(karaf);
    out.printf(
        "  %-42s %22s %22s %20s %20s%n",
        "", "seconds", "CPU seconds", "resident MiB", "10 s later");
    show("Keyway, RESTCONF answers, cold", List.of(Boot.measure(keyway, Boot::restconf)));
    show("Karaf alone, shell answers, cold", List.of(Boot.measure(karaf, Boot::shell)));
    List<Boot> ours = new ArrayList<>();
    List<Boot> reference = new ArrayList<>();
    while (ours.isEmpty() || ours.size() < warm && !deadline.isOver()) {
      ours.add(Boot.measure(keyway, Boot::restconf));
      reference.add(Boot.measure(karaf, Boot::shell));
    }
    show("Keyway, RESTCONF answers, warm", ours);
    show("Karaf alone, shell answers, warm", reference);
    out.printf(
        "  %-42s %22s %22s %20s %20s%n",
        "ratio Keyway / Karaf alone, warm",
        ratio(ours, reference, Boot::seconds),
        ratio(ours, reference, Boot::cpu),
        ratio(ours, reference, Boot::resident),
        ratio(ours, reference, Boot::settled));
    if (ours.size() < warm) {
      out.printf(
          Locale.ROOT,
          "  stopped after %d of %d warm starts: the time for this part was over%n",
          ours.size(),
          warm);
    }
    cleanup.end(karaf);
    cleanup.end(keyway);
  }

  private void show(String label, List<Boot> boots) {
    out.printf(
        "  %-42s %22s %22s %20s %20s%n",
        label,
        figures(boots, Boot::seconds).show(1),
        figures(boots, Boot::cpu).show(1),
        figures(boots, Boot::resident).show(0),
        figures(boots, Boot::settled).show(0));
  }

  /** Start by start, so that a machine whose speed drifts does so for both. */
  private static String ratio(List<Boot> ours, List<Boot> reference, ToDoubleFunction<Boot> what) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      ratios.add(what.applyAsDouble(ours.get(i)) / what.applyAsDouble(reference.get(i)));
    }
    return Figures.of(ratios).show(1);
  }

  private static Figures figures(List<Boot> boots, ToDoubleFunction<Boot> what) {
    return Figures.of(boots.stream().map(what::applyAsDouble).toList());
  }
}
