package io.keyway.it.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Command line of the benchmarks.
 *
 * @param archive the distribution
 * @param parts which ones run
 * @param quick fewer and smaller rounds
 */
record Options(Path archive, Set<Part> parts, boolean quick) {

  static final String USAGE =
      """
      usage: ./keyway bench [boot] [ike] [plane] [crypto] [load] [--quick]

        boot      from start to RESTCONF answering, and the memory it takes
        ike       IKE set-ups per second and their CPU, beside charon's load-tester
        plane     rows and SAs per second into an emulated E2100, beside one by one
        crypto    the primitives of a set-up, provider by provider
        load      a configuration of 100 000 entries in one call, and reads meanwhile
        --quick   fewer and smaller rounds; about a third of the time

      Without a name everything runs; that takes up to nine minutes.
      """;

  /** What can be measured. */
  enum Part {
    BOOT,
    IKE,
    PLANE,
    CRYPTO,
    LOAD
  }

  /** Says what is wrong with a command line. */
  static final class Bad extends Exception {
    private static final long serialVersionUID = 1;

    Bad(String message) {
      super(message);
    }
  }

  static Options parse(List<String> arguments) throws Bad {
    Deque<String> rest = new ArrayDeque<>(arguments);
    Path archive = null;
    Set<Part> parts = EnumSet.noneOf(Part.class);
    boolean quick = false;
    while (!rest.isEmpty()) {
      String word = rest.pop();
      switch (word) {
        case "--archive" -> {
          if (rest.isEmpty()) {
            throw new Bad("--archive needs a file");
          }
          archive = Path.of(rest.pop());
        }
        case "--quick" -> quick = true;
        case "boot", "ike", "plane", "crypto", "load" ->
            parts.add(Part.valueOf(word.toUpperCase(Locale.ROOT)));
        default -> throw new Bad("there is no benchmark or option '" + word + "'");
      }
    }
    if (parts.isEmpty()) {
      parts = EnumSet.allOf(Part.class);
    }
    if (parts.contains(Part.BOOT) && (archive == null || !Files.isRegularFile(archive))) {
      throw new Bad("no distribution at " + archive + "; ./keyway bench builds it");
    }
    return new Options(archive, parts, quick);
  }
}
