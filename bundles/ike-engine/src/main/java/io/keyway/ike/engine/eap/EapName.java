package io.keyway.ike.engine.eap;

import io.keyway.ike.message.Octets;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A user's name as EAP carries it: UTF-8 of at most {@value #MOST} octets, without control
 * characters, so that it may stand in a log.
 */
public record EapName(String text) {
  /** Of a network access identifier (RFC 7542 section 2.3). */
  static final int MOST = 253;

  /** Empty for what is no name. */
  public static Optional<EapName> of(Octets octets) {
    byte[] raw = octets.toArray();
    int length = raw.length;
    // Some peers end it with a zero, as C does.
    if (length > 0 && raw[length - 1] == 0) {
      length--;
    }
    if (length == 0 || length > MOST) {
      return Optional.empty();
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw, 0, length)).toString();
      return text.codePoints().anyMatch(c -> Character.isISOControl(c) || isFormat(c))
          ? Optional.empty()
          : Optional.of(new EapName(text));
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Such as those that turn the direction of what follows. */
  private static boolean isFormat(int character) {
    int type = Character.getType(character);
    return type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR;
  }

  public byte[] octets() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The name without the Windows domain before it, which some methods leave out. */
  public EapName withoutDomain() {
    return new EapName(text.substring(text.indexOf('\\') + 1));
  }

  @Override
  public String toString() {
    return text;
  }
}
