package io.keyway.boot;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Files and directories that only their owner can read, from the moment they exist. */
final class PrivateFiles {
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private PrivateFiles() {}

  /** Makes the directory if it is missing and takes everybody else's rights from it in any case. */
  static void directory(Path dir) throws IOException {
    Files.createDirectories(dir);
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
  }

  /**
   * Writes the file as a whole or not at all: a crash half way must not leave an empty password
   * that a later start takes for a made one.
   */
  static void write(Path file, byte[] content) throws IOException {
    Path part = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".part", FILE);
    try {
      try (OutputStream out = Files.newOutputStream(part)) {
        out.write(content);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
