package io.keyway.sad;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * An append-only text file of checked lines that can be forced to the disk. Each line ends with the
 * CRC-32C of what stands before, so that a line that was half written in a crash is told apart.
 * Only the owner can read the file (mode 0600). Not thread-safe.
 */
final class LineJournal implements Closeable {

  private static final char SEPARATOR = '\t';

  private final Path file;
  private final FileChannel lockChannel;
  private FileChannel channel;
  private long good;
  private boolean torn;
  private volatile long forces;

  /** What was in the file when it was opened. */
  record Opened(LineJournal journal, List<String> lines, int damaged) {}

  private LineJournal(Path file, FileChannel lockChannel, FileChannel channel, long good) {
    this.file = file;
    this.lockChannel = lockChannel;
    this.channel = channel;
    this.good = good;
  }

  /**
   * Opens or creates a journal and locks it against every other process and instance.
   *
   * @throws IOException also when somebody else has it open
   */
  static Opened open(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    FileChannel lockChannel = openPrivate(sibling(file, ".lock"));
    try {
      lock(lockChannel, file);
      FileChannel channel = openPrivate(file);
      try {
        return read(file, lockChannel, channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      lockChannel.close();
      throw e;
    }
  }

  private static void lock(FileChannel lockChannel, Path file) throws IOException {
    try {
      FileLock lock = lockChannel.tryLock();
      if (lock != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Falls through: held by another instance in this process.
    }
    throw new FileSystemException(
        file.toString(), null, "in use by another instance; stop that one first");
  }

  private static Opened read(Path file, FileChannel lockChannel, FileChannel channel)
      throws IOException {
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    int whole = text.lastIndexOf('\n') + 1;
    List<String> lines = new ArrayList<>();
    int damaged = 0;
    for (String line : text.substring(0, whole).split("\n")) {
      int cut = line.lastIndexOf(SEPARATOR);
      if (cut > 0 && line.substring(cut + 1).equals(checksum(line.substring(0, cut)))) {
        lines.add(line.substring(0, cut));
      } else if (!line.isEmpty()) {
        damaged++;
      }
    }
    long good = text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
    LineJournal journal = new LineJournal(file, lockChannel, channel, good);
    journal.torn = channel.size() != good;
    return new Opened(journal, lines, damaged);
  }

  /**
   * Adds lines; when {@code force}, they are on the disk when this returns.
   *
   * @throws IOException when that is not certain; nothing of it counts then
   */
  void append(List<String> lines, boolean force) throws IOException {
    ByteBuffer octets = encode(lines);
    if (torn) {
      channel.truncate(good);
      torn = false;
    }
    torn = true;
    long position = good;
    while (octets.hasRemaining()) {
      position += channel.write(octets, position);
    }
    if (force) {
      forces = forces + 1;
      channel.force(true);
    }
    good = position;
    torn = false;
  }

  /** Replaces the whole content, atomically. */
  void rewrite(List<String> lines) throws IOException {
    Path fresh = sibling(file, ".new");
    Files.deleteIfExists(fresh);
    FileChannel target = openPrivate(fresh);
    try {
      ByteBuffer octets = encode(lines);
      long size = octets.remaining();
      long position = 0;
      while (octets.hasRemaining()) {
        position += target.write(octets, position);
      }
      target.force(true);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      // From here on the old file has no name: whatever fails, it must not be written to again.
      FileChannel old = channel;
      channel = target;
      good = size;
      torn = false;
      old.close();
      forceDirectory();
    } catch (IOException | RuntimeException e) {
      if (channel != target) {
        target.close();
      }
      throw e;
    }
  }

  /** How often appended lines were waited for. */
  long forces() {
    return forces;
  }

  /** Number of octets that count. */
  long size() {
    return good;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    lockChannel.close();
  }

  private void forceDirectory() throws IOException {
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  private static ByteBuffer encode(List<String> lines) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append(line).append(SEPARATOR).append(checksum(line)).append('\n');
    }
    return StandardCharsets.UTF_8.encode(text.toString());
  }

  private static String checksum(String line) {
    CRC32C crc = new CRC32C();
    crc.update(line.getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(crc.getValue());
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private static FileChannel openPrivate(Path path) throws IOException {
    if (Files.notExists(path)) {
      boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
      if (posix) {
        Files.createFile(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(path);
      }
    }
    return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }
}
