package io.keyway.shell.yaml;

import java.util.List;
import java.util.stream.Collectors;

/** A file that cannot be loaded, with everything that is wrong with it. Nothing was changed. */
public final class BadFile extends Exception {

  private static final int SHOWN = 20;

  private final transient List<Problem> problems;

  BadFile(List<Problem> problems) {
    super(text(problems));
    this.problems = List.copyOf(problems);
  }

  public List<Problem> problems() {
    return problems;
  }

  private static String text(List<Problem> problems) {
    String shown =
        problems.stream().limit(SHOWN).map(Problem::toString).collect(Collectors.joining("\n"));
    int more = problems.size() - SHOWN;
    return more > 0 ? shown + "\n... and " + more + " more" : shown;
  }
}
