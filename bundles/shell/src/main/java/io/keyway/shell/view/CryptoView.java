package io.keyway.shell.view;

import io.keyway.api.crypto.AlgorithmReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints who computes what. */
public final class CryptoView {
  private CryptoView() {}

  /** A line for each algorithm, and one for each provider that was looked at. */
  public static List<String> lines(List<AlgorithmReport> algorithms) {
    if (algorithms.isEmpty()) {
      return List.of("no engine says which providers it uses; is one active?");
    }
    List<String> lines = new ArrayList<>();
    for (AlgorithmReport algorithm : algorithms) {
      lines.add(
          algorithm.algorithm()
              + ": "
              + (algorithm.provider().isEmpty() ? "not offered" : algorithm.provider()));
      if (algorithm.candidates().isEmpty()) {
        lines.add("  no provider of this machine may compute it");
      }
      for (AlgorithmReport.Candidate candidate : algorithm.candidates()) {
        lines.add("  " + line(candidate, candidate.name().equals(algorithm.provider())));
      }
    }
    return lines;
  }

  private static String line(AlgorithmReport.Candidate candidate, boolean taken) {
    String time =
        candidate.nanos() == 0
            ? ""
            : String.format(Locale.ROOT, ", %.1f us", candidate.nanos() / 1000.0);
    return (taken ? "* " : "- ")
        + candidate.name()
        + ": "
        + Words.printable(candidate.verdict())
        + time;
  }

  /** The same for programs. */
  public static String json(List<AlgorithmReport> algorithms) {
    return Json.write(
        algorithms.stream()
            .map(
                a ->
                    Json.object()
                        .put("algorithm", a.algorithm())
                        .put("offered", !a.provider().isEmpty())
                        .put("provider", a.provider())
                        .put("candidates", a.candidates().stream().map(CryptoView::json).toList()))
            .toList());
  }

  private static Json.Members json(AlgorithmReport.Candidate candidate) {
    return Json.object()
        .put("provider", candidate.name())
        .put("usable", candidate.usable())
        .put("verdict", candidate.verdict())
        .put("nanoseconds", candidate.nanos());
  }
}
