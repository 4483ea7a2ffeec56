package io.keyway.emulator.infrap4d.wire;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/** A capture in the classic pcap format, link type Ethernet, readable while it grows. */
final class PcapFile implements Closeable {
  private static final int MAGIC = 0xA1B2C3D4;
  private static final int ETHERNET = 1;

  private final OutputStream out;
  private final InstantSource clock;

  PcapFile(Path file, InstantSource clock) throws IOException {
    this.clock = clock;
    this.out = new BufferedOutputStream(Files.newOutputStream(file));
    out.write(
        ByteBuffer.allocate(24)
            .putInt(MAGIC)
            .putShort((short) 2)
            .putShort((short) 4)
            .putInt(0)
            .putInt(0)
            .putInt(65_535 + 14)
            .putInt(ETHERNET)
            .array());
    out.flush();
  }

  void write(byte[] frame) throws IOException {
    Instant now = clock.instant();
    out.write(
        ByteBuffer.allocate(16)
            .putInt((int) now.getEpochSecond())
            .putInt(now.getNano() / 1000)
            .putInt(frame.length)
            .putInt(frame.length)
            .array());
    out.write(frame);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
