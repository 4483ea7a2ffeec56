package io.keyway.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class SourcesTest {
  private static final int LINES = 600;
  private static final Set<String> NOT_OURS = Set.of("target", ".git", "var");

  @Test
  void noFileIsTooLongToRead() throws IOException {
    List<Path> sources = sources();
    assertThat(sources).hasSizeGreaterThan(100);
    TreeSet<String> tooLong = new TreeSet<>();
    for (Path source : sources) {
      long lines;
      try (var all = Files.lines(source)) {
        lines = all.count();
      }
      if (lines > LINES) {
        tooLong.add(BundleTable.ROOT.relativize(source) + ": " + lines + " lines");
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    TreeSet<String> silent = new TreeSet<>();
    for (Path source : sources()) {
      if (source.toString().contains("/src/main/java/")
          && !Files.exists(source.resolveSibling("package-info.java"))) {
        silent.add(BundleTable.ROOT.relativize(source.getParent()).toString());
      }
    }
    assertThat(silent).isEmpty();
  }

  /**
   * {@code ./keyway demo} builds without the tests, so what it builds may not need a jar of tests.
   * Of a developer's machine this is hard to see: there the jar lies in the local repository.
   */
  @Test
  void onlyWhatTheDemoDoesNotBuildNeedsAJarOfTests() throws IOException {
    List<String> needy = new ArrayList<>();
    for (Path pom : files(name -> name.equals("pom.xml"))) {
      if (Files.readString(pom).contains("<type>test-jar</type>")) {
        needy.add(BundleTable.ROOT.relativize(pom).toString());
      }
    }
    assertThat(needy)
        .containsExactlyInAnyOrder(
            "it/bench/pom.xml", "it/fuzz/pom.xml", "it/vrouter/pom.xml", "it/wired/pom.xml");
  }

  private static List<Path> sources() throws IOException {
    return files(name -> name.matches(".*\\.(java|c|h|py|sh)") || name.equals("keyway"));
  }

  private static List<Path> files(Predicate<String> wanted) throws IOException {
    List<Path> sources = new ArrayList<>();
    Files.walkFileTree(
        BundleTable.ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            Path name = dir.getFileName();
            return name != null && NOT_OURS.contains(name.toString())
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString();
            if (wanted.test(name)) {
              sources.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return sources;
  }
}
