package io.keyway.shell.yaml;

import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The octets of a pre-shared key as people write it, by strongSwan's rule: {@code 0x} and hex
 * digits, {@code 0s} and base64, or the text itself in UTF-8.
 */
public final class SecretText {

  private SecretText() {}

  /** What is wrong with it, without quoting it; empty when all is well. */
  public static Optional<String> problem(CharSequence text) {
    if (text.length() == 0) {
      return Optional.of("the key is empty");
    }
    try (SecretBytes ignored = parse(text)) {
      return ignored.length() == 0 ? Optional.of("the key is empty") : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * The octets; the caller owns them.
   *
   * @throws IllegalArgumentException when what follows 0x or 0s is not what it should be
   */
  public static SecretBytes parse(CharSequence text) {
    ByteBuffer utf8;
    try {
      utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the key is not proper Unicode text", e);
    }
    byte[] octets = Arrays.copyOfRange(utf8.array(), utf8.position(), utf8.limit());
    Arrays.fill(utf8.array(), (byte) 0);
    boolean marked = octets.length >= 2 && octets[0] == '0';
    if (!marked || (octets[1] != 'x' && octets[1] != 's')) {
      return SecretBytes.wrap(octets);
    }
    try {
      byte[] coded = Arrays.copyOfRange(octets, 2, octets.length);
      try {
        return SecretBytes.wrap(octets[1] == 's' ? Base64.getDecoder().decode(coded) : hex(coded));
      } finally {
        Arrays.fill(coded, (byte) 0);
      }
    } catch (IllegalArgumentException e) {
      // The original message would quote the digit that it did not like.
      throw new IllegalArgumentException(
          octets[1] == 's'
              ? "the key begins with 0s, but no base64 follows"
              : "the key begins with 0x, but no hex digits, two for each octet, follow");
    } finally {
      Arrays.fill(octets, (byte) 0);
    }
  }

  private static byte[] hex(byte[] digits) {
    if (digits.length % 2 != 0) {
      throw new IllegalArgumentException("odd number of digits");
    }
    byte[] result = new byte[digits.length / 2];
    for (int i = 0; i < result.length; i++) {
      result[i] =
          (byte)
              (HexFormat.fromHexDigit(digits[2 * i]) << 4
                  | HexFormat.fromHexDigit(digits[2 * i + 1]));
    }
    return result;
  }
}
