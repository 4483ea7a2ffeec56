package io.keyway.it.demo.vrouter;

import java.util.List;

/**
 * Metrics of an agent at one moment.
 *
 * @param text in the OpenMetrics format
 */
record Metrics(String text) {

  /** The sum of the samples with this name whose labels have all these, such as {@code a="b"}. */
  long sum(String name, String... labels) {
    return text.lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  long dropped(String reason) {
    return sum("keyway_dropped_packets_total", "reason=\"" + reason + "\"");
  }
}
