package io.keyway.shell.view;

import io.keyway.api.ike.IkeEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Prints the counters of engines, sorted by name. */
public final class CountersView {
  private CountersView() {}

  /** The name of each engine, its counters indented below. */
  public static List<String> lines(List<IkeEngine> engines, String prefix) {
    List<String> lines = new ArrayList<>();
    for (IkeEngine engine : engines) {
      Map<String, Long> counters = of(engine, prefix);
      lines.add(engine.name() + ":");
      if (counters.isEmpty()) {
        lines.add("  nothing was counted" + (prefix.isEmpty() ? "" : " as " + prefix + "..."));
      }
      int width = counters.keySet().stream().mapToInt(String::length).max().orElse(0);
      counters.forEach(
          (name, value) ->
              lines.add("  " + name + " ".repeat(width - name.length()) + "  " + value));
    }
    return lines;
  }

  /** The same for programs. */
  public static String json(List<IkeEngine> engines, String prefix) {
    return Json.write(
        engines.stream()
            .map(
                engine -> {
                  Json.Members counters = Json.object();
                  of(engine, prefix).forEach(counters::put);
                  return Json.object().put("engine", engine.name()).put("counters", counters);
                })
            .toList());
  }

  private static Map<String, Long> of(IkeEngine engine, String prefix) {
    Map<String, Long> counters = new TreeMap<>(engine.counters());
    counters.keySet().removeIf(name -> !name.startsWith(prefix));
    return counters;
  }
}
