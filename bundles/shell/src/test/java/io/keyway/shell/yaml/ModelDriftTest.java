package io.keyway.shell.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The loader's keys for data planes are those of the YANG module, neither more nor less. */
class ModelDriftTest {

  private static final Pattern OPENING =
      Pattern.compile(
          "\\s*(container|list|leaf|leaf-list|choice|case|grouping|uses) ([a-z0-9-]+)(.*)");

  @Test
  void everyLeafOfInfrap4dCanBeWritten() throws IOException {
    Set<String> model = leavesOf("infrap4d");

    assertThat(model).contains("p4runtime-address", "tls/ca-file", "quirks/spi-byte-order");
    assertThat(PlaneReader.leaves("infrap4d")).containsExactlyInAnyOrderElementsOf(model);
  }

  @Test
  void everyLeafOfAVrouterCanBeWritten() throws IOException {
    assertThat(PlaneReader.leaves("vrouter"))
        .containsExactlyInAnyOrderElementsOf(leavesOf("vrouter"));
  }

  private static String module() throws IOException {
    Path folder = Path.of("../../yang/keyway-ipsec/src/main/yang");
    try (Stream<Path> files = Files.list(folder)) {
      return Files.readString(
          files
              .filter(f -> f.getFileName().toString().startsWith("keyway-ipsec"))
              .findFirst()
              .orElseThrow());
    }
  }

  private static Set<String> leavesOf(String container) throws IOException {
    Set<String> leaves = new TreeSet<>(collect("container " + container));
    if (module().matches("(?s).*container " + container + " \\{.*")) {
      collect("grouping tls").forEach(leaves::add);
    }
    return leaves;
  }

  /** Leaves by path below a statement; the module is indented by two spaces throughout. */
  private static Set<String> collect(String statement) throws IOException {
    Set<String> leaves = new TreeSet<>();
    Deque<String> containers = new ArrayDeque<>();
    int outer = -1;
    for (String line : module().lines().toList()) {
      int indent = line.length() - line.stripLeading().length();
      if (outer < 0) {
        if (line.strip().startsWith(statement + " {")) {
          outer = indent;
        }
        continue;
      }
      if (line.strip().equals("}") && indent == outer) {
        break;
      }
      while (!containers.isEmpty()
          && line.strip().equals("}")
          && Integer.parseInt(containers.peek().split(" ")[0]) == indent) {
        containers.pop();
      }
      Matcher opening = OPENING.matcher(line);
      if (opening.matches() && opening.group(1).equals("container")) {
        containers.push(indent + " " + opening.group(2));
      } else if (opening.matches() && opening.group(1).equals("leaf")) {
        StringBuilder path = new StringBuilder();
        containers
            .descendingIterator()
            .forEachRemaining(c -> path.append(c.split(" ")[1]).append('/'));
        leaves.add(path + opening.group(2));
      }
    }
    return leaves;
  }
}
