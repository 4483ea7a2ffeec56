package io.keyway.it.bench;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where things lie, as seen from the classes of this module. */
public final class Places {
  private Places() {}

  /** Directory {@code target} of this module. */
  private static Path target() {
    try {
      return Path.of(Places.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toAbsolutePath()
          .normalize()
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the place of this class is no path", e);
    }
  }

  /** The top of the repository. */
  public static Path root() {
    return target().getParent().getParent().getParent();
  }

  /** The {@code java} that runs us. */
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /**
   * The class path of a child process.
   *
   * @param nativeProviders with the optional providers, which the distribution does not ship
   */
  public static String classPath(boolean nativeProviders) {
    List<String> all = new ArrayList<>(List.of(System.getProperty("java.class.path")));
    if (nativeProviders) {
      nativeJars().forEach(jar -> all.add(jar.toString()));
    }
    return String.join(File.pathSeparator, all);
  }

  /** Jars of the optional providers; empty when the build did not fetch them. */
  public static List<Path> nativeJars() {
    List<Path> jars = new ArrayList<>();
    Path directory = target().resolve("lib-native");
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.jar")) {
        found.forEach(jars::add);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException("cannot list " + directory, e);
      }
    }
    return jars;
  }
}
