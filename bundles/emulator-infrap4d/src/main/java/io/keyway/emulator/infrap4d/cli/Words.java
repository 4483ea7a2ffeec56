package io.keyway.emulator.infrap4d.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The words of one command: plain ones by their place, {@code --KEY=VALUE} and {@code --FLAG} by
 * their name. What nobody took in the end is a mistake.
 */
final class Words {
  private final List<String> plain = new ArrayList<>();
  private final Map<String, String> options = new LinkedHashMap<>();

  Words(List<String> words) {
    for (String word : words) {
      if (word.startsWith("--")) {
        String[] parts = word.substring(2).split("=", 2);
        if (options.put(parts[0], parts.length == 2 ? parts[1] : "true") != null) {
          throw new IllegalArgumentException("--" + parts[0] + " is given twice");
        }
      } else {
        plain.add(word);
      }
    }
  }

  /** The next plain word. */
  Optional<String> next() {
    return plain.isEmpty() ? Optional.empty() : Optional.of(plain.remove(0));
  }

  /** The next plain word; {@code what} stands in the message when there is none. */
  String need(String what) {
    return next().orElseThrow(() -> new IllegalArgumentException(what + " is missing"));
  }

  Optional<String> option(String key) {
    return Optional.ofNullable(options.remove(key));
  }

  boolean flag(String key) {
    String value = option(key).orElse("false");
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException("--" + key + " takes no value, or true or false");
    }
    return value.equals("true");
  }

  int number(String key, int otherwise) {
    return option(key).map(text -> (int) unsigned("--" + key, text)).orElse(otherwise);
  }

  /** One of an enumeration's names, written as people write them: lower case, with dashes. */
  static <E extends Enum<E>> E choice(Class<E> type, String what, String text) {
    String name = text.toUpperCase(Locale.ROOT).replace('-', '_');
    List<String> names = new ArrayList<>();
    for (E value : type.getEnumConstants()) {
      if (value.name().equals(name)) {
        return value;
      }
      if (!value.name().endsWith("UNSPECIFIED") && !value.name().equals("UNRECOGNIZED")) {
        names.add(shown(value));
      }
    }
    throw new IllegalArgumentException("'" + text + "' is no " + what + "; there are " + names);
  }

  static String shown(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A number of 32 bits, decimal or 0x. */
  static long unsigned(String what, String text) {
    try {
      long number = Long.decode(text);
      if (number >= 0 && number <= 0xFFFFFFFFL) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(what + " is '" + text + "', not a number", e);
    }
    throw new IllegalArgumentException(what + " is " + text + ", not in 0 to 4294967295");
  }

  /** Complains of what was not understood. */
  void end() {
    if (!plain.isEmpty() || !options.isEmpty()) {
      List<String> left = new ArrayList<>(plain);
      options.keySet().forEach(key -> left.add("--" + key));
      throw new IllegalArgumentException("not understood: " + String.join(" ", left));
    }
  }
}
