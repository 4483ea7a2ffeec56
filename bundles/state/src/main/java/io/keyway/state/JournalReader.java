package io.keyway.state;

import io.keyway.api.key.SecretBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a journal file.
 *
 * <p>Each frame is on the disk before the next is begun. So a crash can only tear the last one, and
 * that is cut off; a frame that does not open while a later one does was damaged by something else,
 * and then no part of the file is believed.
 */
final class JournalReader {

  private final Path file;
  private final byte[] octets;
  private final FrameCipher cipher;

  private JournalReader(Path file, byte[] octets, FrameCipher cipher) {
    this.file = file;
    this.octets = octets;
    this.cipher = cipher;
  }

  /** The file cannot be believed, for a reason that the message names. */
  static final class Unreadable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreadable(String message) {
      super(message);
    }
  }

  /**
   * Tells every change in order.
   *
   * @return octets of a torn tail that were left out
   * @throws Unreadable when the file is damaged or of another key; some changes may have been told
   */
  static long read(Path file, SecretBytes master, Changes to) throws IOException {
    byte[] octets = Files.readAllBytes(file);
    if (octets.length < JournalFile.HEADER_OCTETS
        || !Arrays.equals(octets, 0, 16, JournalFile.MAGIC, 0, 16)) {
      throw new Unreadable("it is not a state journal of version 1");
    }
    int salted = 16 + JournalFile.SALT_OCTETS;
    FrameCipher cipher = new FrameCipher(master, Arrays.copyOfRange(octets, 16, salted));
    if (!Arrays.equals(
        cipher.check(), Arrays.copyOfRange(octets, salted, JournalFile.HEADER_OCTETS))) {
      throw new Unreadable("it was written with another key than the one in the key file");
    }
    return new JournalReader(file, octets, cipher).frames(to);
  }

  private long frames(Changes to) throws IOException {
    int position = JournalFile.HEADER_OCTETS;
    long number = 0;
    while (position < octets.length) {
      Optional<byte[]> plain = frame(position, number);
      if (plain.isEmpty()) {
        refuseDamage(position, number);
        return (long) octets.length - position;
      }
      position += JournalFile.FRAME_HEADER_OCTETS + length(position);
      number++;
      try {
        RecordCodec.read(plain.get(), to);
      } catch (IOException e) {
        throw new Unreadable("frame " + (number - 1) + " is of a later version: " + e.getMessage());
      } finally {
        Arrays.fill(plain.get(), (byte) 0);
      }
    }
    return 0;
  }

  private int length(int position) {
    return ByteBuffer.wrap(octets).getInt(position);
  }

  private boolean headed(int position) {
    if (position + JournalFile.FRAME_HEADER_OCTETS > octets.length) {
      return false;
    }
    ByteBuffer all = ByteBuffer.wrap(octets);
    int length = all.getInt(position);
    if (length < FrameCipher.TAG_OCTETS || length > octets.length - position) {
      return false;
    }
    byte[] header = JournalFile.frameHeader(length, all.getLong(position + 4));
    return Arrays.equals(octets, position, position + header.length, header, 0, header.length);
  }

  private Optional<byte[]> frame(int position, long number) {
    if (!headed(position)) {
      return Optional.empty();
    }
    int length = length(position);
    int start = position + JournalFile.FRAME_HEADER_OCTETS;
    if (length > octets.length - start) {
      return Optional.empty();
    }
    return cipher.open(number, Arrays.copyOfRange(octets, start, start + length));
  }

  /** Looks for a frame that was written after the one that does not open. */
  private void refuseDamage(int position, long expected) throws Unreadable {
    for (int at = position; at < octets.length; at++) {
      if (headed(at)) {
        long number = ByteBuffer.wrap(octets).getLong(at + 4);
        if ((at > position || number != expected) && frame(at, number).isPresent()) {
          throw new Unreadable(
              file.getFileName()
                  + " is damaged at octet "
                  + position
                  + " (frame "
                  + expected
                  + "), with whole frames behind");
        }
      }
    }
  }
}
