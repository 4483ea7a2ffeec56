package io.keyway.it.demo.vrouter;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Metrics of an agent at one moment.
 *
 * @param text in the OpenMetrics format
 */
record Metrics(String text) {

  private static final Pattern SPI = Pattern.compile("spi=\"(0x[0-9a-f]{8})\"");

  /** The sum of the samples with this name whose labels have all these, such as {@code a="b"}. */
  long sum(String name, String... labels) {
    return text.lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** SPIs of all SAs that the router has, such as {@code 0x0000a001}. */
  Set<String> spis() {
    return text.lines()
        .filter(line -> line.startsWith("keyway_sa_packets_total{"))
        .map(SPI::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  long dropped(String reason) {
    return sum("keyway_dropped_packets_total", "reason=\"" + reason + "\"");
  }
}
