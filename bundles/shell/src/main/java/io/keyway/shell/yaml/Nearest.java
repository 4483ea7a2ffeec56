package io.keyway.shell.yaml;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Finds what somebody probably meant. */
final class Nearest {

  private static final int SUGGESTIONS = 3;

  private Nearest() {}

  /** "did you mean a or b?" when something is near, else all that is known. */
  static String hint(String wrong, Collection<String> known) {
    int limit = Math.max(2, wrong.length() / 3);
    List<String> near =
        known.stream()
            .filter(k -> distance(wrong, k) <= limit || k.startsWith(wrong))
            .sorted(Comparator.comparingInt((String k) -> distance(wrong, k)))
            .limit(SUGGESTIONS)
            .toList();
    if (!near.isEmpty()) {
      return "did you mean " + String.join(" or ", near) + "?";
    }
    if (known.isEmpty()) {
      return "nothing is known here";
    }
    return "known here: " + known.stream().sorted().collect(Collectors.joining(", "));
  }

  /** Edit distance: insertions, deletions, replacements. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
