package io.keyway.state;

import io.keyway.api.key.SecretBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** The key file: 32 random octets that only the owner can read (mode 0600). */
final class MasterKey {

  static final int OCTETS = 32;

  private MasterKey() {}

  /**
   * The key, made and stored first when there is no file. The caller closes it.
   *
   * @throws IOException naming cause and cure, when the file cannot be used
   */
  static SecretBytes readOrCreate(Path file, Disk disk, SecureRandom random) throws IOException {
    if (Files.notExists(file)) {
      create(file, disk, random);
    }
    refuseOthers(file);
    byte[] key = Files.readAllBytes(file);
    if (key.length != OCTETS) {
      Arrays.fill(key, (byte) 0);
      throw new IOException(
          file
              + " holds "
              + key.length
              + " octets, not the "
              + OCTETS
              + " of a key; put the right file back, or move it away to begin with a new key and"
              + " without what was kept");
    }
    return SecretBytes.wrap(key);
  }

  private static void create(Path file, Disk disk, SecureRandom random) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(directory)) {
      if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectories(directory);
      }
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    byte[] key = new byte[OCTETS];
    random.nextBytes(key);
    try (Disk.Out out = disk.create(fresh)) {
      out.write(ByteBuffer.wrap(key));
      out.force();
    } finally {
      Arrays.fill(key, (byte) 0);
    }
    disk.move(fresh, file);
    disk.forceDirectory(directory);
  }

  private static void refuseOthers(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    Set<PosixFilePermission> mode = view.readAttributes().permissions();
    Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
    others.addAll(mode);
    others.remove(PosixFilePermission.OWNER_READ);
    others.remove(PosixFilePermission.OWNER_WRITE);
    if (!others.isEmpty()) {
      throw new IOException(
          file
              + " has mode "
              + PosixFilePermissions.toString(mode)
              + ", which lets others at it; run: chmod 600 "
              + file);
    }
  }
}
