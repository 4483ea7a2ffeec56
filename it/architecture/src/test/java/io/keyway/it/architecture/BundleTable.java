package io.keyway.it.architecture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The table of who may know whom, and where the build put each bundle. */
final class BundleTable {
  static final Path ROOT = Path.of(System.getProperty("keyway.root", "../..")).normalize();

  /**
   * One line of the table.
   *
   * @param name directory below {@code bundles/}
   * @param mayImport prefixes of packages
   * @param exports whether other bundles may see its packages
   */
  record Row(String name, List<String> mayImport, boolean exports) {
    Path classes() {
      return ROOT.resolve("bundles").resolve(name).resolve("target/classes");
    }

    Path jar() throws IOException {
      Path target = ROOT.resolve("bundles").resolve(name).resolve("target");
      try (DirectoryStream<Path> jars =
          Files.newDirectoryStream(target, "keyway-" + name + "-*.jar")) {
        for (Path jar : jars) {
          if (!jar.toString().endsWith("-tests.jar")) {
            return jar;
          }
        }
      }
      throw new IOException("no jar of " + name + " in " + target + "; run mvn install first");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private BundleTable() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                BundleTable.class.getResourceAsStream("/bundles.txt"), StandardCharsets.UTF_8))) {
      for (String line : in.lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          rows.add(row(line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** Directories below {@code bundles/} that hold a module. */
  static List<String> modules() {
    try (Stream<Path> dirs = Files.list(ROOT.resolve("bundles"))) {
      return dirs.filter(dir -> Files.exists(dir.resolve("pom.xml")))
          .map(dir -> dir.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(String line) {
    String[] cells = line.split("\\|");
    if (cells.length != 3) {
      throw new IllegalStateException("three columns expected: " + line);
    }
    String imports = cells[1].trim();
    return new Row(
        cells[0].trim(),
        imports.equals("-") ? List.of() : List.of(imports.split("\\s+")),
        cells[2].trim().equals("exports"));
  }
}
