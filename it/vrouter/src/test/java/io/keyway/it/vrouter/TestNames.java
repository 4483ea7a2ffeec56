package io.keyway.it.vrouter;

import io.keyway.it.kit.vrouter.AgentProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names of the agent's tests as its sources have them: what should have run is known where nothing
 * could, and a test that was lost on the way is noticed.
 */
final class TestNames {

  private static final Pattern CPP = Pattern.compile("^TEST\\((\\w+)\\)", Pattern.MULTILINE);
  private static final Pattern PYTHON =
      Pattern.compile("^class (\\w+)\\(([\\w.]+)\\):|^    def (test_\\w+)\\(", Pattern.MULTILINE);

  private TestNames() {}

  /** Of the unit tests, and the one that replays the fuzz corpus. */
  static List<String> unit() {
    List<String> names = new ArrayList<>();
    for (String directory : List.of("test/unit", "test/dataplane")) {
      for (Path file : files(directory, "_test.cc")) {
        Matcher m = CPP.matcher(text(file));
        while (m.find()) {
          names.add(m.group(1));
        }
      }
    }
    names.add("corpus_of_the_fuzz_target");
    names.add("corpus_of_the_fuzz_target_control");
    names.add("corpus_of_the_fuzz_target_router");
    return names;
  }

  /** Of the tests with packets, as {@code module.Class.test}; a class has what its parent has. */
  static List<String> packets() {
    List<String> names = new ArrayList<>();
    for (Path file : files("test/lab", ".py")) {
      String module = file.getFileName().toString().replace(".py", "");
      if (module.startsWith("test_")) {
        names.addAll(ofModule(module, text(file)));
      }
    }
    return names;
  }

  private static List<String> ofModule(String module, String text) {
    Map<String, List<String>> classes = new LinkedHashMap<>();
    String current = "";
    Matcher m = PYTHON.matcher(text);
    while (m.find()) {
      if (m.group(1) != null) {
        current = m.group(1);
        classes.put(current, new ArrayList<>(classes.getOrDefault(m.group(2), List.of())));
      } else {
        classes.get(current).add(m.group(3));
      }
    }
    List<String> names = new ArrayList<>();
    classes.forEach((name, tests) -> tests.forEach(t -> names.add(module + "." + name + "." + t)));
    return names;
  }

  private static List<Path> files(String directory, String suffix) {
    try (Stream<Path> all = Files.list(AgentProgram.SOURCES.resolve(directory))) {
      return all.filter(f -> f.toString().endsWith(suffix)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
