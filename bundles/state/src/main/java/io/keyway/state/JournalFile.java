package io.keyway.state;

import io.keyway.api.key.SecretBytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * One journal file while it is written: a header, then frames. It is only written by the process
 * that made it; a later process reads it ({@link JournalReader}) and makes a new one.
 *
 * <pre>
 * header  magic and version (16), salt (32), check of the key (16)
 * frame   length of what is sealed (4), number from 0 on (8), CRC-32C of both (4), sealed
 * </pre>
 */
final class JournalFile implements Closeable {

  static final byte[] MAGIC = "keyway-state-001".getBytes(StandardCharsets.US_ASCII);
  static final int SALT_OCTETS = 32;
  static final int HEADER_OCTETS = 16 + SALT_OCTETS + FrameCipher.CHECK_OCTETS;
  static final int FRAME_HEADER_OCTETS = 16;

  /** Content of one frame at most; a group of changes that is larger takes several. */
  static final int MOST_PLAIN = 4 << 20;

  /** No frame is larger: a record is whole in one frame, beside others that fill it. */
  static final int MOST_SEALED = 600 << 20;

  private final Disk.Out out;
  private final FrameCipher cipher;
  private long number;
  private long size;

  private JournalFile(Disk.Out out, FrameCipher cipher) {
    this.out = out;
    this.cipher = cipher;
  }

  static JournalFile create(Disk disk, Path file, SecretBytes master, SecureRandom random)
      throws IOException {
    byte[] salt = new byte[SALT_OCTETS];
    random.nextBytes(salt);
    FrameCipher cipher = new FrameCipher(master, salt);
    Disk.Out out = disk.create(file);
    JournalFile journal = new JournalFile(out, cipher);
    try {
      ByteBuffer header = ByteBuffer.allocate(HEADER_OCTETS);
      header.put(MAGIC).put(salt).put(cipher.check()).flip();
      out.write(header);
      journal.size = HEADER_OCTETS;
      return journal;
    } catch (IOException e) {
      out.close();
      throw e;
    }
  }

  /**
   * Appends one frame and wipes its content.
   *
   * @throws IOException when it is not certain what was written; the file must not be used then
   */
  void append(byte[] plain) throws IOException {
    byte[] sealed = cipher.seal(number, plain);
    Arrays.fill(plain, (byte) 0);
    ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER_OCTETS + sealed.length);
    frame.put(frameHeader(sealed.length, number)).put(sealed).flip();
    number++;
    size += frame.remaining();
    out.write(frame);
  }

  static byte[] frameHeader(int length, long number) {
    ByteBuffer header = ByteBuffer.allocate(FRAME_HEADER_OCTETS).putInt(length).putLong(number);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, 12);
    return header.putInt((int) crc.getValue()).array();
  }

  void force() throws IOException {
    out.force();
  }

  /** In octets. */
  long size() {
    return size;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
