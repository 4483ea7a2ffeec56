package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Matrix.Way;
import io.keyway.it.interop.Peers.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Runs after all others; with {@code --long} it writes {@code docs/charon.md} from what passed. */
class MatrixTable {

  private static final Path PAGE =
      Path.of(System.getProperty("keyway.root", "../..")).resolve("docs/charon.md");
  private static final String BEGIN = "<!-- begin: written by ./keyway test --long -->";
  private static final String END = "<!-- end -->";

  private final Map<String, Map<String, Map<Way, Set<Side>>>> chapters = new LinkedHashMap<>();
  private final Map<String, Map<String, Integer>> tests = new TreeMap<>();

  /** A run of some tests by name says nothing about the rest. */
  static boolean all() {
    boolean named = !System.getProperty("keyway.only", "").matches("|\\$\\{.*");
    return Matrix.LONG && !named && Files.exists(Matrix.results());
  }

  @Test
  @EnabledIf(
      value = "all",
      disabledReason = "./keyway test --long writes the table, from all tests with charon")
  void saysWhatPassed() throws IOException {
    Files.readAllLines(Matrix.results()).forEach(line -> read(line.split("\t")));
    String page = Files.readString(PAGE);
    String head = page.substring(0, page.indexOf(BEGIN) + BEGIN.length());
    String tail = page.substring(page.indexOf(END));
    Files.writeString(PAGE, head + "\n\n" + table() + "\n" + tail);
    assertThat(chapters).as("rows that passed").isNotEmpty();
  }

  private void read(String[] cells) {
    if (cells[0].equals("row")) {
      chapters
          .computeIfAbsent(cells[1], c -> new LinkedHashMap<>())
          .computeIfAbsent(cells[2], w -> new EnumMap<>(Way.class))
          .computeIfAbsent(Way.valueOf(cells[4]), w -> new TreeSet<>())
          .add(Side.valueOf(cells[3]));
    } else {
      tests.computeIfAbsent(cells[1], c -> new TreeMap<>()).merge(cells[2], 1, Integer::sum);
    }
  }

  private String table() {
    StringBuilder out = new StringBuilder();
    chapters.forEach(
        (chapter, rows) -> {
          out.append("### ").append(chapter).append("\n\n| what |");
          for (Way way : Way.values()) {
            out.append(' ').append(way.title()).append(" |");
          }
          out.append("\n| --- |").append(" --- |".repeat(Way.values().length)).append('\n');
          rows.forEach((what, ways) -> out.append(row(what, ways)).append('\n'));
          out.append('\n');
        });
    out.append("### Everything else that ran with charon\n\n| test | what | times |\n");
    out.append("| --- | --- | --- |\n");
    tests.forEach(
        (name, methods) ->
            methods.forEach(
                (method, times) ->
                    out.append("| `%s` | %s | %d |%n".formatted(name, method, times))));
    return out.toString();
  }

  private static String row(String what, Map<Way, Set<Side>> ways) {
    StringBuilder row = new StringBuilder("| " + what + " |");
    for (Way way : Way.values()) {
      Set<Side> sides = ways.getOrDefault(way, Set.of());
      row.append(
          switch (sides.size()) {
            case 0 -> " - |";
            case 1 -> sides.contains(Side.KEYWAY) ? " Keyway |" : " charon |";
            default -> " both |";
          });
    }
    return row.toString();
  }
}
