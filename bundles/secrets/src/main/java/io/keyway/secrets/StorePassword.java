package io.keyway.secrets;

import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * The password of the key store, in a file of its own: made by us, 256 random bits, or brought by
 * the operator. Read anew for every use, so that it is not kept in memory.
 */
final class StorePassword {
  private static final int SHORTEST = 20;

  private final PrivateFile file;
  private final SecureRandom random;

  StorePassword(PrivateFile file, SecureRandom random) {
    this.file = file;
    this.random = random;
  }

  PrivateFile file() {
    return file;
  }

  /** The password, which the caller wipes; empty when there is no file. */
  Optional<char[]> read() throws IOException {
    if (file.check().isEmpty()) {
      return Optional.empty();
    }
    byte[] octets = file.read();
    CharBuffer text = StandardCharsets.UTF_8.decode(java.nio.ByteBuffer.wrap(octets));
    Arrays.fill(octets, (byte) 0);
    int end = 0;
    while (end < text.limit() && text.get(end) != '\n' && text.get(end) != '\r') {
      end++;
    }
    char[] password = Arrays.copyOf(text.array(), end);
    Arrays.fill(text.array(), '\0');
    if (password.length < SHORTEST) {
      throw new StoreUnusableException(
          file.path()
              + " holds a password of "
              + password.length
              + " characters; it takes at least "
              + SHORTEST
              + " random ones in its first line");
    }
    return Optional.of(password);
  }

  /** The password, made and stored first if need be. */
  char[] readOrCreate() throws IOException {
    Optional<char[]> existing = read();
    if (existing.isPresent()) {
      return existing.get();
    }
    byte[] bits = new byte[32];
    random.nextBytes(bits);
    byte[] text = Base64.getUrlEncoder().withoutPadding().encode(bits);
    byte[] line = Arrays.copyOf(text, text.length + 1);
    line[text.length] = '\n';
    try {
      file.write(line);
    } finally {
      Arrays.fill(bits, (byte) 0);
      Arrays.fill(text, (byte) 0);
      Arrays.fill(line, (byte) 0);
    }
    return read().orElseThrow();
  }
}
