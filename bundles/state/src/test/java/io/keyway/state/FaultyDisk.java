package io.keyway.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A disk that refuses, or that ends the process as it were: from a chosen operation on nothing is
 * done any more, and the operation itself is done in part.
 */
final class FaultyDisk implements Disk {

  final AtomicInteger forces = new AtomicInteger();
  final AtomicInteger operations = new AtomicInteger();

  /** While true every operation fails. */
  volatile boolean refusing;

  /** The operation that is the last; a write does only half of it. */
  volatile int last = Integer.MAX_VALUE;

  /** What a write of the last operation leaves out, in octets. */
  volatile int missing = 1;

  private boolean over() throws IOException {
    if (refusing) {
      throw new IOException("No space left on device");
    }
    int now = operations.incrementAndGet();
    if (now > last) {
      throw new IOException("the process is over");
    }
    return now == last;
  }

  @Override
  public Out create(Path file) throws IOException {
    over();
    Out real = REAL.create(file);
    return new Out() {
      @Override
      public void write(ByteBuffer octets) throws IOException {
        if (over()) {
          octets.limit(Math.max(octets.position(), octets.limit() - missing));
          real.write(octets);
          throw new IOException("the process ended while it wrote");
        }
        real.write(octets);
      }

      @Override
      public void force() throws IOException {
        over();
        forces.incrementAndGet();
        real.force();
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    over();
    REAL.move(from, to);
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    over();
    REAL.forceDirectory(directory);
  }
}
