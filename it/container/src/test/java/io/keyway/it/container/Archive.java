package io.keyway.it.container;

import io.keyway.it.kit.Distribution;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The distribution that the build made. */
final class Archive {
  static final Path ROOT =
      Path.of(System.getProperty("keyway.root", "../..")).toAbsolutePath().normalize();

  private Archive() {}

  static Path file() throws IOException {
    Path target = ROOT.resolve("karaf-distro/target");
    try (DirectoryStream<Path> found = Files.newDirectoryStream(target, "keyway-distro-*.tar.gz")) {
      for (Path file : found) {
        return file;
      }
    }
    throw new IOException("no distribution in " + target + "; build karaf-distro first");
  }

  /** A new directory with free ports, not started yet. */
  static Distribution unpack() throws IOException, InterruptedException {
    Distribution distribution =
        Distribution.unpack(
            file(), Files.createDirectories(ROOT.resolve("it/container/target/instances")));
    distribution.shortLived();
    return distribution;
  }

  /** The jar of one of our bundles, as the build left it. */
  static Path bundle(String name) throws IOException {
    Path target = ROOT.resolve("bundles").resolve(name).resolve("target");
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(target, "keyway-" + name + "-*.jar")) {
      for (Path file : found) {
        if (!file.toString().endsWith("-tests.jar")) {
          return file;
        }
      }
    }
    throw new IOException("no jar of " + name + " in " + target);
  }
}
