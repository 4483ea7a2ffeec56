package io.keyway.secrets;

import io.keyway.api.store.SecretStore.Kind;
import io.keyway.api.store.SecretStore.Listed;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Names in the key store, such as {@code pre-shared-key:berlin}. PKCS #12 in the JDK folds aliases
 * to lower case, so whatever is not a lower-case letter, digit, dot, hyphen or underscore is
 * written as {@code %xx}, octet by octet of its UTF-8 form.
 */
final class Alias {
  private static final int LONGEST = 128;

  private Alias() {}

  /** What is wrong with a name; empty when it can be used. */
  static Optional<String> flaw(String name) {
    if (name == null || name.isBlank()) {
      return Optional.of("a secret needs a name");
    }
    if (name.length() > LONGEST) {
      return Optional.of("the name of a secret has at most " + LONGEST + " characters");
    }
    if (name.codePoints().anyMatch(Character::isISOControl)) {
      return Optional.of("the name of a secret has no control characters");
    }
    return Optional.empty();
  }

  static String encode(String name, Kind kind) {
    StringBuilder alias = new StringBuilder(prefix(kind));
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xff);
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "._-".indexOf(c) >= 0) {
        alias.append(c);
      } else {
        alias.append(String.format(Locale.ROOT, "%%%02x", (int) c));
      }
    }
    return alias.toString();
  }

  /** Empty for an alias that is not ours. */
  static Optional<Listed> decode(String alias) {
    for (Kind kind : Kind.values()) {
      if (alias.startsWith(prefix(kind))) {
        return unescape(alias.substring(prefix(kind).length())).map(n -> new Listed(n, kind));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> unescape(String text) {
    java.io.ByteArrayOutputStream octets = new java.io.ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != '%') {
        octets.write(text.charAt(i));
      } else if (i + 2 < text.length()) {
        try {
          octets.write(Integer.parseInt(text, i + 1, i + 3, 16));
        } catch (NumberFormatException e) {
          return Optional.empty();
        }
        i += 2;
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(octets.toString(StandardCharsets.UTF_8));
  }

  private static String prefix(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + ":";
  }
}
