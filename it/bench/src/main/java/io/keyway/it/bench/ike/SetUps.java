package io.keyway.it.bench.ike;

import io.keyway.it.bench.Figures;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The rounds of one profile, and how they are shown. */
final class SetUps {
  private static final String LINE = "    %-36s %18s %20s %20s %10s %10s %7s %7s%n";

  private final Size.Plan plan;
  private final PrintStream out;
  private final Map<Contender, SortedMap<Integer, Round>> results = new LinkedHashMap<>();
  private final List<Double> sums = new ArrayList<>();

  SetUps(Size.Plan plan, PrintStream out) {
    this.plan = plan;
    this.out = out;
  }

  Size.Plan plan() {
    return plan;
  }

  /** A round of so many; the number tells which rounds were made side by side. */
  void add(Contender contender, int number, Round round) {
    results.computeIfAbsent(contender, c -> new TreeMap<>()).put(number, round);
  }

  /** Milliseconds that the primitives alone would take. */
  void addSum(double millis) {
    sums.add(millis);
  }

  void report() {
    int done = results.values().stream().mapToInt(Map::size).max().orElse(0);
    out.printf(
        "%n  %s (%s), %d tunnels a round, %d rounds%s%n",
        plan.profile(),
        plan.profile().ike().keywords(),
        plan.tunnels(),
        done,
        done < plan.rounds() ? " of " + plan.rounds() + ": the time for this part was over" : "");
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
    results.forEach((contender, rounds) -> line(contender, List.copyOf(rounds.values())));
    Figures sum = Figures.of(sums);
    if (sum.count() > 0) {
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
    ratios(results, sum);
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
