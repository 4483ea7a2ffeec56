package io.keyway.emulator.infrap4d.wire;

import io.keyway.emulator.infrap4d.pipeline.KeyUse;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running capture of one wire: {@code wire.pcap} with every frame and {@code esp_sa} with the
 * keys. A write that fails ends the capture with a warning; packets go on.
 */
public final class Capture implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Capture.class);
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final long number = NUMBERS.incrementAndGet();
  private final Path directory;
  // Guards the two files and nothing else, so it may be held while they are written.
  private final Object fileLock = new Object();
  private final PcapFile pcap;
  private final SaFile keys;
  private boolean closed;
  private long frames;

  /** Starts writing; files of an earlier capture in the directory are replaced. */
  public Capture(Path directory, InstantSource clock) throws IOException {
    this.directory = directory.toAbsolutePath().normalize();
    Files.createDirectories(this.directory);
    this.keys = new SaFile(keyFile());
    this.pcap = new PcapFile(pcapFile(), clock);
  }

  /** Where the files are. */
  public Path directory() {
    return directory;
  }

  public Path pcapFile() {
    return directory.resolve("wire.pcap");
  }

  public Path keyFile() {
    return directory.resolve("esp_sa");
  }

  /** Differs from that of every other capture of this process; never 0. */
  long number() {
    return number;
  }

  /** Frames written so far. */
  public long frames() {
    synchronized (fileLock) {
      return frames;
    }
  }

  void frame(byte[] frame) {
    synchronized (fileLock) {
      if (closed) {
        return;
      }
      try {
        pcap.write(frame);
        frames++;
      } catch (IOException e) {
        fail(e);
      }
    }
  }

  void key(KeyUse use) {
    synchronized (fileLock) {
      if (closed) {
        use.key().close();
        return;
      }
      try {
        keys.write(use);
      } catch (IOException e) {
        fail(e);
      }
    }
  }

  private void fail(IOException e) {
    LOG.warn("the capture in {} ends: {}", directory, e.toString());
    close();
  }

  @Override
  public void close() {
    synchronized (fileLock) {
      if (closed) {
        return;
      }
      closed = true;
      try (pcap;
          keys) {
        LOG.debug("capture in {} closed after {} frames", directory, frames);
      } catch (IOException e) {
        LOG.warn("closing the capture in {}: {}", directory, e.toString());
      }
    }
  }
}
