package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Matrix.Way;
import io.keyway.it.interop.Peers.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Runs after all others. With {@code --long} it writes {@code docs/charon.md} from what passed; a
 * long run of some tests by name adds what it saw to what stands there. Without, it looks whether
 * the page knows what passed.
 */
class MatrixTable {

  private static final Path PAGE =
      Path.of(System.getProperty("keyway.root", "../..")).resolve("docs/charon.md");
  private static final String BEGIN = "<!-- begin: written by ./keyway test --long -->";
  private static final String END = "<!-- end -->";
  private static final Pattern TEST = Pattern.compile("`(\\w+)` \\| (.*) \\| (\\d+)");

  private final Map<String, Map<String, Map<Way, Set<Side>>>> chapters = new LinkedHashMap<>();
  private final Map<String, Map<String, Integer>> tests = new TreeMap<>();

  static boolean writes() {
    return Matrix.LONG && Files.exists(Matrix.results());
  }

  static boolean looks() {
    return !Matrix.LONG && Files.exists(Matrix.results());
  }

  @Test
  @EnabledIf(
      value = "writes",
      disabledReason = "./keyway test --long writes the table, from all tests with charon")
  void saysWhatPassed() throws IOException {
    String page = Files.readString(PAGE);
    String head = page.substring(0, page.indexOf(BEGIN) + BEGIN.length());
    String tail = page.substring(page.indexOf(END));
    if (!System.getProperty("keyway.only", "").matches("|\\$\\{.*")) {
      known(page.substring(head.length(), page.length() - tail.length()));
    }
    List<String> order = rows(page);
    List<String[]> passed =
        Files.readAllLines(Matrix.results()).stream()
            .map(line -> line.split("\t"))
            .sorted(Comparator.comparingInt(cells -> place(order, cells)))
            .toList();
    passed.forEach(cells -> tests.remove(cells[1]));
    passed.forEach(this::read);
    Files.writeString(PAGE, head + "\n\n" + table() + "\n" + tail);
    assertThat(chapters).as("rows that passed").isNotEmpty();
  }

  @Test
  @EnabledIf(value = "looks", disabledReason = "nothing ran with charon, or the table is written")
  void thePageKnowsWhatPassed() throws IOException {
    known(Files.readString(PAGE));
    List<String> unknown = new ArrayList<>();
    for (String line : Files.readAllLines(Matrix.results())) {
      String[] cells = line.split("\t");
      boolean there =
          cells[0].equals("row")
              ? chapters
                  .getOrDefault(cells[1], Map.of())
                  .getOrDefault(cells[2], Map.of())
                  .getOrDefault(Way.valueOf(cells[4]), Set.of())
                  .contains(Side.valueOf(cells[3]))
              : tests.getOrDefault(cells[1], Map.of()).containsKey(cells[2]);
      if (!there) {
        unknown.add(line);
      }
    }
    assertThat(unknown)
        .as("passed, but not in docs/charon.md: ./keyway test --long writes it anew")
        .isEmpty();
  }

  /** Chapters and rows of a page, in its order. */
  private static List<String> rows(String page) {
    List<String> rows = new ArrayList<>();
    String chapter = "";
    for (String line : page.split("\n")) {
      if (line.startsWith("### ")) {
        chapter = line.substring(4);
      } else if (line.startsWith("| ")) {
        rows.add(chapter + "\t" + line.substring(2).split(" \\| ?")[0]);
      }
    }
    return rows;
  }

  /** Tests run two at a time, but a row stays where it stood; new ones come last. */
  private static int place(List<String> order, String[] cells) {
    int place = order.indexOf(cells[1] + "\t" + cells[2]);
    return place < 0 ? order.size() : place;
  }

  /** Takes up what a page says. */
  private void known(String page) {
    String chapter = "";
    for (String line : page.split("\n")) {
      if (line.startsWith("### ")) {
        chapter = line.substring(4);
      }
      Matcher test = TEST.matcher(line);
      if (test.find()) {
        tests
            .computeIfAbsent(test.group(1), c -> new TreeMap<>())
            .put(test.group(2), Integer.valueOf(test.group(3)));
      } else if (line.startsWith("| ") && !line.matches("\\| (what|---|test) \\|.*")) {
        String[] cells = line.substring(2).split(" \\| ?");
        for (Way way : Way.values()) {
          // A page from before a way was added has fewer columns.
          String sides = cells.length > way.ordinal() + 1 ? cells[way.ordinal() + 1] : "-";
          for (Side side : Side.values()) {
            if (sides.equals("both") || sides.equalsIgnoreCase(side.name())) {
              note(chapter, cells[0], way, side);
            }
          }
        }
      }
    }
  }

  private void note(String chapter, String what, Way way, Side side) {
    chapters
        .computeIfAbsent(chapter, c -> new LinkedHashMap<>())
        .computeIfAbsent(what, w -> new EnumMap<>(Way.class))
        .computeIfAbsent(way, w -> new TreeSet<>())
        .add(side);
  }

  private void read(String[] cells) {
    if (cells[0].equals("row")) {
      note(cells[1], cells[2], Way.valueOf(cells[4]), Side.valueOf(cells[3]));
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
