package io.keyway.it.kit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a container printed and logged before something went wrong with it, short enough for the
 * message of a failure. Its directory is gone when somebody reads that message.
 *
 * <p>The log holds no secrets (a test looks for them there), so neither does this.
 */
public final class LastWords {

  private static final int LINES = 12;
  private static final int COMPLAINTS = 12;
  private static final int WIDTH = 220;
  private static final Pattern COMPLAINT = Pattern.compile("\\| (WARN|ERROR) ");

  /** What may fail. */
  @FunctionalInterface
  public interface Step {
    void run() throws Exception;
  }

  private LastWords() {}

  /** Has a failure tell what the container said, in its message, which every summary shows. */
  public static void explain(Distribution distribution, Step step) throws Exception {
    try {
      step.run();
    } catch (AssertionError failure) {
      throw new AssertionError(failure.getMessage() + "\n" + of(distribution), failure);
    }
  }

  /** The end of the console, the last complaints of the log, and its end. */
  public static String of(Distribution distribution) {
    List<String> words = new ArrayList<>();
    add(words, "console", last(read(distribution.console()), LINES));
    List<String> log = read(distribution.log());
    add(
        words,
        "warnings and errors in the log",
        last(log.stream().filter(line -> COMPLAINT.matcher(line).find()).toList(), COMPLAINTS));
    add(words, "the log", last(log, LINES));
    return String.join("\n", words);
  }

  private static void add(List<String> words, String what, List<String> lines) {
    words.add("Last of " + what + ":" + (lines.isEmpty() ? " nothing" : ""));
    for (String logged : lines) {
      String line = shorter(logged);
      words.add("  " + (line.length() > WIDTH ? line.substring(0, WIDTH) + " ..." : line));
    }
  }

  /** Time, level, class and words of a line of the log, without its thread and bundle. */
  private static String shorter(String logged) {
    String[] column = logged.split(" \\| ", 6);
    return column.length < 6
        ? logged
        : String.join(" ", column[0], column[1].strip(), column[3].strip(), column[5]);
  }

  private static List<String> last(List<String> lines, int count) {
    return lines.subList(Math.max(0, lines.size() - count), lines.size());
  }

  private static List<String> read(Path file) {
    try {
      // A killed process may have been in the middle of a character.
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines().toList();
    } catch (IOException e) {
      return List.of("(" + e + ")");
    }
  }
}
