package io.keyway.it.bench;

import java.util.List;
import java.util.Locale;

/**
 * Repeated measurements of one thing: the median, and how far they lie apart.
 *
 * @param count how many there were; 0 stands for "not measured"
 */
public record Figures(double median, double min, double max, int count) {

  /** Of any number of values, in any order. */
  public static Figures of(List<Double> values) {
    if (values.isEmpty()) {
      return new Figures(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Figures(median, sorted.get(0), sorted.get(sorted.size() - 1), sorted.size());
  }

  /**
   * As {@code median (lowest-highest)}.
   *
   * @param digits behind the decimal point
   */
  public String show(int digits) {
    if (count == 0) {
      return "-";
    }
    String one = "%." + digits + "f";
    return count == 1
        ? String.format(Locale.ROOT, one, median)
        : String.format(Locale.ROOT, one + " (" + one + "-" + one + ")", median, min, max);
  }

  /** The median alone. */
  public String middle(int digits) {
    return count == 0 ? "-" : String.format(Locale.ROOT, "%." + digits + "f", median);
  }
}
