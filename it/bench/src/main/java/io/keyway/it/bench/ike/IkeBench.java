package io.keyway.it.bench.ike;

import io.keyway.it.bench.Benchmark;
import io.keyway.it.bench.Cleanup;
import io.keyway.it.bench.Deadline;
import io.keyway.it.bench.Figures;
import io.keyway.it.bench.crypto.OpensslSpeed;
import io.keyway.it.bench.node.Suite;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Rounds of set-ups, contenders taking turns, and what came of them. */
public final class IkeBench implements Benchmark {
  private static final int COLD_TUNNELS = 200;
  private static final int WARM_UP_CHUNK = 500;
  private static final String LINE = "    %-36s %18s %20s %20s %10s %10s %7s %7s%n";

  /** How much is measured. */
  public enum Size {
    QUICK(2, 600, 300, Duration.ofSeconds(3), 1500, Duration.ofSeconds(90)),
    FULL(5, 2000, 1000, Duration.ofSeconds(7), 4000, Duration.ofSeconds(140));

    private final int rounds;
    private final Map<Suite, Integer> tunnels;
    private final Duration warmUp;
    private final int warmUpTunnels;
    private final Duration budget;

    Size(int rounds, int x25519, int p384, Duration warmUp, int warmUpTunnels, Duration budget) {
      this.rounds = rounds;
      this.tunnels = Map.of(Suite.X25519, x25519, Suite.P384, p384);
      this.warmUp = warmUp;
      this.warmUpTunnels = warmUpTunnels;
      this.budget = budget;
    }
  }

  private final PrintStream out;
  private final Size size;
  private final Map<Suite, Map<Contender, SortedMap<Integer, Round>>> results =
      new EnumMap<>(Suite.class);
  private final Map<Suite, List<Double>> sums = new EnumMap<>(Suite.class);
  private boolean hasOpenssl;

  public IkeBench(PrintStream out, Size size) {
    this.out = out;
    this.size = size;
    for (Suite suite : Suite.values()) {
      results.put(suite, new LinkedHashMap<>());
      sums.put(suite, new ArrayList<>());
    }
  }

  @Override
  public void run(Cleanup cleanup) throws IOException, InterruptedException {
    out.printf(
        "IKE set-ups: IKE_SA and one CHILD_SA each, PSK, two processes, UDP on loopback, %d at a"
            + " time, databases that accept everything%n",
        Keyway.WINDOW);
    Deadline deadline = Deadline.in(size.budget);
    List<Contender> contenders = new ArrayList<>();
    Keyway shipped = cleanup.owns(Keyway.start("Keyway as shipped", false));
    out.println("  as shipped: " + shipped.providers());
    contenders.add(shipped);
    Keyway fast = cleanup.owns(Keyway.start("Keyway, native providers", true));
    if (fast.providers().equals(shipped.providers())) {
      out.println("  not measured: native providers (they do not load on this machine)");
      cleanup.end(fast);
    } else {
      out.println("  native providers: " + fast.providers());
      contenders.add(fast);
    }
    for (Contender contender : contenders) {
      warmUp((Keyway) contender);
    }
    Optional<String> obstacle = LoadTester.obstacle();
    if (obstacle.isPresent()) {
      out.println("  not measured: charon's load-tester: " + obstacle.get());
    } else {
      contenders.add(cleanup.owns(LoadTester.create()));
    }
    String openssl = OpensslSpeed.version();
    hasOpenssl = !openssl.isEmpty();
    out.println(
        hasOpenssl
            ? "  sum of primitives: " + OpensslSum.describe() + ", " + openssl
            : "  not measured: sum of primitives (openssl is not installed)");
    sum();
    int done = 0;
    while (done == 0 || done < size.rounds && !deadline.isOver()) {
      for (Suite suite : Suite.values()) {
        for (Contender contender : contenders) {
          measure(suite, contender, done);
        }
      }
      done++;
    }
    sum();
    contenders.forEach(cleanup::end);
    report(done);
  }

  private void measure(Suite suite, Contender contender, int number)
      throws IOException, InterruptedException {
    SortedMap<Integer, Round> rounds =
        results.get(suite).computeIfAbsent(contender, c -> new TreeMap<>());
    try {
      rounds.put(number, contender.round(suite, size.tunnels.get(suite)));
    } catch (IOException e) {
      if (contender instanceof Keyway) {
        throw e;
      }
      out.println("  a round of " + contender.name() + " is left out: " + e.getMessage());
    }
  }

  /** Shows the first tunnels of fresh processes, then runs until the compiler had its time. */
  private void warmUp(Keyway keyway) throws IOException, InterruptedException {
    for (Suite suite : Suite.values()) {
      Deadline end = Deadline.in(size.warmUp);
      Round cold = keyway.load(suite, COLD_TUNNELS);
      out.printf(
          java.util.Locale.ROOT,
          "  %s, fresh processes, first %d of %s: %.0f/s, CPU ms %.2f initiator, %.2f responder%n",
          keyway.name(),
          COLD_TUNNELS,
          suite,
          cold.perSecond(),
          cold.initiatorMillis(),
          cold.responderMillis());
      // On a busy machine the compiler needs longer for the same work, within limits.
      Deadline last = Deadline.in(size.warmUp.multipliedBy(3));
      int tunnels = 0;
      while (!last.isOver() && (!end.isOver() || tunnels < size.warmUpTunnels)) {
        keyway.load(suite, WARM_UP_CHUNK);
        tunnels += WARM_UP_CHUNK;
      }
    }
  }

  private void sum() throws IOException, InterruptedException {
    if (hasOpenssl) {
      for (Suite suite : Suite.values()) {
        sums.get(suite).add(OpensslSum.millis(suite));
      }
    }
  }

  private void report(int done) {
    out.printf(
        "  %d rounds, contenders taking turns. CPU: of one process per set-up. Per core: set-ups/s of"
            + " one end alone, from its CPU.%n  Ratios: Keyway by the other, round by round; above 1"
            + " is better for set-ups/s, below 1 for CPU.%n",
        done);
    if (done < size.rounds) {
      out.printf(
          "  stopped after %d of %d rounds: the time for this part was over%n", done, size.rounds);
    }
    for (Suite suite : Suite.values()) {
      out.printf(
          "%n  %s (%s), %d tunnels a round%n",
          suite, suite.ike().keywords(), size.tunnels.get(suite));
      out.printf(
          LINE,
          "",
          "both: set-ups/s",
          "initiator CPU ms",
          "responder CPU ms",
          "init./core",
          "resp./core",
          "p50 ms",
          "p99 ms");
      Map<Contender, SortedMap<Integer, Round>> all = results.get(suite);
      all.forEach((contender, rounds) -> line(contender, List.copyOf(rounds.values())));
      Figures sum = Figures.of(sums.get(suite));
      if (hasOpenssl) {
        out.printf(
            LINE,
            "sum of primitives, one side",
            "-",
            sum.show(3),
            sum.show(3),
            perCore(sum),
            perCore(sum),
            "-",
            "-");
      }
      ratios(all, sum);
    }
  }

  private void line(Contender contender, List<Round> rounds) {
    Figures initiator = figures(rounds, Round::initiatorMillis);
    Figures responder = figures(rounds, Round::responderMillis);
    List<Round> timed = rounds.stream().filter(r -> r.latency().isPresent()).toList();
    out.printf(
        LINE,
        contender.name(),
        figures(rounds, Round::perSecond).show(0),
        initiator.show(2),
        responder.show(2),
        perCore(initiator),
        perCore(responder),
        timed.isEmpty() ? "-" : figures(timed, r -> r.latency().get().p50()).middle(1),
        timed.isEmpty() ? "-" : figures(timed, r -> r.latency().get().p99()).middle(1));
    long repeated = rounds.stream().mapToLong(Round::retransmissions).sum();
    if (repeated > 0) {
      out.printf("      %d requests had to be sent again%n", repeated);
    }
  }

  /** Set-ups per second that one side alone could do on one core. */
  private static String perCore(Figures millis) {
    return Figures.of(millis.count() == 0 ? List.of() : List.of(1000 / millis.median())).show(0);
  }

  /** Round by round, so that a machine whose speed drifts does so for both. */
  private void ratios(Map<Contender, SortedMap<Integer, Round>> all, Figures sum) {
    SortedMap<Integer, Round> reference = new TreeMap<>();
    for (Map.Entry<Contender, SortedMap<Integer, Round>> entry : all.entrySet()) {
      if (entry.getKey() instanceof LoadTester) {
        reference = entry.getValue();
      }
    }
    for (Map.Entry<Contender, SortedMap<Integer, Round>> entry : all.entrySet()) {
      if (!(entry.getKey() instanceof Keyway)) {
        continue;
      }
      SortedMap<Integer, Round> ours = entry.getValue();
      if (!reference.isEmpty()) {
        out.printf(
            LINE,
            "ratio to charon: " + shortName(entry.getKey()),
            ratio(ours, reference, Round::perSecond),
            ratio(ours, reference, Round::initiatorMillis),
            ratio(ours, reference, Round::responderMillis),
            "",
            "",
            "",
            "");
      }
      if (sum.count() > 0) {
        out.printf(
            LINE,
            "ratio to sum: " + shortName(entry.getKey()),
            "",
            Figures.of(ours.values().stream().map(r -> r.initiatorMillis() / sum.median()).toList())
                .show(2),
            Figures.of(ours.values().stream().map(r -> r.responderMillis() / sum.median()).toList())
                .show(2),
            "",
            "",
            "",
            "");
      }
    }
  }

  private static String shortName(Contender contender) {
    return contender.name().replaceAll("^Keyway,? ", "");
  }

  private static String ratio(
      SortedMap<Integer, Round> ours,
      SortedMap<Integer, Round> theirs,
      ToDoubleFunction<Round> what) {
    List<Double> ratios = new ArrayList<>();
    ours.forEach(
        (number, round) -> {
          if (theirs.containsKey(number)) {
            ratios.add(what.applyAsDouble(round) / what.applyAsDouble(theirs.get(number)));
          }
        });
    return Figures.of(ratios).show(2);
  }

  private static Figures figures(List<Round> rounds, ToDoubleFunction<Round> what) {
    return Figures.of(rounds.stream().map(what::applyAsDouble).toList());
  }
}
