package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedContainer.class)
class BootIT {
  private static final Pattern FEATURE = Pattern.compile("<feature name=\"(keyway-[^\"]+)\"");

  @Test
  void everyFeatureOfOursIsStarted(Container container) throws IOException {
    Set<String> expected = new TreeSet<>();
    Matcher names =
        FEATURE.matcher(
            Files.readString(Archive.ROOT.resolve("features/src/main/feature/feature.xml")));
    while (names.find()) {
      expected.add(names.group(1));
    }
    Set<String> started = new TreeSet<>();
    for (String line : container.shell().run("feature:list -i --no-format").text().split("\n")) {
      String[] cells = line.trim().split("\\s+");
      if (line.contains("Started") && cells[0].startsWith("keyway-")) {
        started.add(cells[0]);
      }
    }
    assertThat(expected).contains("keyway-all", "keyway-ike-native", "keyway-emulator");
    assertThat(started).isEqualTo(expected);
  }

  @Test
  void noBundleIsLeftBehind(Container container) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line :
        container.shell().run("bundle:list -t 0 -s --no-format").text().split("\n")) {
      if (line.matches("^\\s*\\d+\\s.*")) {
        lines.add(line.trim());
      }
    }
    assertThat(lines).hasSizeGreaterThan(200);
    // A lazy bundle or a fragment rests in "Resolved"; every other word means that something is
    // missing.
    assertThat(lines).allMatch(line -> line.matches("\\d+\\s+(Active|Resolved)\\s.*"));
    assertThat(lines.stream().filter(line -> line.contains("keyway")).toList())
        .hasSizeGreaterThan(15)
        .allMatch(line -> line.contains("Active"));
  }

  @Test
  void theLogHasNoFailedBoot(Container container) throws IOException {
    assertThat(Files.readString(container.log()))
        .doesNotContain("Error installing boot features")
        .doesNotContain("Unable to resolve");
  }

  @Test
  void everythingListensOnLoopbackOnly(Container container) throws IOException {
    List<String> listeners = Sockets.listeners(container.distribution().pid());
    assertThat(listeners)
        .anyMatch(l -> l.endsWith(":" + container.distribution().httpsPort()))
        .anyMatch(l -> l.endsWith(":" + container.distribution().sshPort()))
        .anyMatch(l -> l.endsWith(":" + Container.A.devicePort()));
    assertThat(listeners).allMatch(l -> l.startsWith("127.") || l.startsWith("::1"));
  }

  @Test
  void whatItWritesIsForItsOwnerOnly(Container container) throws IOException {
    Path home = container.distribution().home();
    Set<PosixFilePermission> others =
        Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);
    for (String dir : List.of("etc", "etc/keyway", "data", "segmented-journal", "snapshots")) {
      assertThat(Files.getPosixFilePermissions(home.resolve(dir)))
          .as(dir)
          .doesNotContainAnyElementsOf(others);
    }
    try (Stream<Path> files = Files.list(home.resolve("etc/keyway"))) {
      for (Path file : files.toList()) {
        assertThat(Files.getPosixFilePermissions(file))
            .as(file.toString())
            .doesNotContainAnyElementsOf(others);
      }
    }
  }

  @Test
  void thePasswordIsInItsFileAndNowhereElse(Container container) throws IOException {
    byte[] password = container.password().getBytes(StandardCharsets.UTF_8);
    Path home = container.distribution().home();
    List<Path> holding = new ArrayList<>();
    for (String dir : List.of("etc", "data/log", "data/tmp", "segmented-journal", "snapshots")) {
      try (Stream<Path> files = Files.walk(home.resolve(dir))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          if (Octets.contains(Files.readAllBytes(file), password)) {
            holding.add(home.relativize(file));
          }
        }
      }
    }
    for (Path file :
        List.of(container.distribution().console(), home.resolve("data/idmlight.db.mv.db"))) {
      if (Octets.contains(Files.readAllBytes(file), password)) {
        holding.add(home.relativize(file));
      }
    }
    assertThat(holding).containsExactly(Path.of("etc/keyway/admin.password"));
    Path process = Path.of("/proc/" + container.distribution().pid());
    assertThat(Octets.contains(Files.readAllBytes(process.resolve("cmdline")), password)).isFalse();
    assertThat(Octets.contains(Files.readAllBytes(process.resolve("environ")), password)).isFalse();
  }

  @Test
  void noRepositoryInTheNetworkIsKnown(Container container) throws IOException {
    assertThat(container.shell().run("feature:repo-list").text())
        .contains("keyway-features")
        .doesNotContain("http:", "https:");
    Shell.Output output =
        container.shell().run("bundle:install mvn:org.apache.commons/commons-math3/3.6.1");
    assertThat(output.text()).contains("Error");
    assertThat(container.shell().run("bundle:list -t 0 -s").text()).doesNotContain("commons.math3");
  }
}
