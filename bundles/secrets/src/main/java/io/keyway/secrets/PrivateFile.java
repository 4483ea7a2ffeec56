package io.keyway.secrets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** A file that nobody but its owner may read or write, replaced as a whole or not at all. */
final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final FileAttribute<Set<PosixFilePermission>> FILE_MODE =
      PosixFilePermissions.asFileAttribute(OWNER_ONLY);
  private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** Far more than any number of secrets needs; a larger file is not ours. */
  private static final long LARGEST = 256L << 20;

  private final Path path;

  PrivateFile(Path path) {
    this.path = path.toAbsolutePath();
  }

  /**
   * Changes whenever somebody replaces or edits the file.
   *
   * @param inode device and inode
   * @param modified time in milliseconds since 1970
   * @param size in octets
   */
  record Version(String inode, long modified, long size) {}

  Path path() {
    return path;
  }

  /**
   * The current version, after a check that the mode is right; empty when there is no file.
   *
   * @throws StoreUnusableException when others may read or write it
   */
  Optional<Version> check() throws IOException {
    PosixFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, PosixFileAttributes.class);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (UnsupportedOperationException e) {
      throw new StoreUnusableException(
          path + " lies on a file system without modes; put it on one that has them", e);
    }
    if (!attributes.isRegularFile()) {
      throw new StoreUnusableException(path + " is not a file; configure another place");
    }
    Set<PosixFilePermission> others = EnumSet.copyOf(attributes.permissions());
    others.removeAll(OWNER_ONLY);
    if (!others.isEmpty()) {
      throw new StoreUnusableException(
          path
              + " has mode "
              + PosixFilePermissions.toString(attributes.permissions())
              + ", which lets others at it; run: chmod 600 "
              + path
              + " - and replace the secrets in it if others may have read them");
    }
    return Optional.of(
        new Version(
            String.valueOf(attributes.fileKey()),
            attributes.lastModifiedTime().toMillis(),
            attributes.size()));
  }

  /** The content; the caller wipes it. */
  byte[] read() throws IOException {
    if (Files.size(path) > LARGEST) {
      throw new StoreUnusableException(path + " is too large to be a secret store");
    }
    return Files.readAllBytes(path);
  }

  /**
   * Replaces the content: a new file beside it, on the disk, then renamed over it. An exception
   * means that the old content stands, unless it is a {@link RenamedException}.
   */
  void write(byte[] content) throws IOException {
    Path directory = path.getParent();
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory, DIRECTORY_MODE);
    }
    Path fresh = Files.createTempFile(directory, path.getFileName() + ".", ".new", FILE_MODE);
    try {
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      // Without this the name may point to the old file again after a power failure.
      channel.force(true);
    } catch (IOException e) {
      throw new RenamedException(e);
    }
  }

  /** The new content is in place, but whether it survives a power failure is not known. */
  static final class RenamedException extends IOException {
    private static final long serialVersionUID = 1L;

    RenamedException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }
}
