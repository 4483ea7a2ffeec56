package io.keyway.state;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** What the journal asks of the file system, so that tests can let each of it fail. */
interface Disk {

  /** A file that is written from its beginning on. */
  interface Out extends Closeable {
    void write(ByteBuffer octets) throws IOException;

    /** Returns when everything written is on the disk. */
    void force() throws IOException;
  }

  /** A new, empty file that only its owner can read (mode 0600); replaces one of that name. */
  Out create(Path file) throws IOException;

  /** Renames over whatever has that name; both names are in one directory. */
  void move(Path from, Path to) throws IOException;

  /** Returns when the names in a directory are on the disk. */
  void forceDirectory(Path directory) throws IOException;

  /** The real one. */
  Disk REAL =
      new Disk() {
        @Override
        public Out create(Path file) throws IOException {
          Files.deleteIfExists(file);
          if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
          } else {
            Files.createFile(file);
          }
          FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          return new Out() {
            @Override
            public void write(ByteBuffer octets) throws IOException {
              while (octets.hasRemaining()) {
                channel.write(octets);
              }
            }

            @Override
            public void force() throws IOException {
              channel.force(true);
            }

            @Override
            public void close() throws IOException {
              channel.close();
            }
          };
        }

        @Override
        public void move(Path from, Path to) throws IOException {
          Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
          try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
          }
        }
      };
}
