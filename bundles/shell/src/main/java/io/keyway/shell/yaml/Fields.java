package io.keyway.shell.yaml;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The keys of one mapping, each read as the type the model gives it. */
final class Fields {

  private static final int LONGEST_NAME = 64;

  private final Value value;
  private final Map<String, Value> entries;

  private Fields(Value value, Map<String, Value> entries) {
    this.value = value;
    this.entries = entries;
  }

  /** Reads a mapping and complains of every key that is not in {@code known}. */
  static Fields of(Value value, List<String> known) {
    Map<String, Value> entries = value.entries();
    for (String key : entries.keySet().stream().sorted().toList()) {
      if (!known.contains(key)) {
        value.atKey(key).problem("unknown key '" + key + "'; " + Nearest.hint(key, known));
      }
    }
    return new Fields(value, entries);
  }

  Value value() {
    return value;
  }

  boolean has(String key) {
    return entries.containsKey(key);
  }

  Optional<Value> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  Optional<String> text(String key) {
    return get(key).flatMap(Value::text);
  }

  /** A value that must be there; empty after a complaint. */
  Optional<String> required(String key) {
    if (!has(key)) {
      value.problem("'" + key + "' is missing");
      return Optional.empty();
    }
    return text(key);
  }

  /** The entry's own name or a name it refers to. */
  Optional<String> name(String key) {
    return checkedName(key, required(key));
  }

  Optional<String> optionalName(String key) {
    return checkedName(key, text(key));
  }

  /** As {@link #optionalName}; a star at its end stands for one secret per peer. */
  Optional<String> peerSecretName(String key) {
    Optional<String> name = text(key);
    if (name.isPresent() && name.get().endsWith("*") && name.get().length() <= LONGEST_NAME) {
      String rest = name.get().substring(0, name.get().length() - 1);
      return rest.isEmpty() || checkedName(key, Optional.of(rest)).isPresent()
          ? name
          : Optional.empty();
    }
    return checkedName(key, name);
  }

  private Optional<String> checkedName(String key, Optional<String> name) {
    if (name.isPresent() && !name.get().matches("[A-Za-z0-9_][A-Za-z0-9_.:@+-]*")) {
      entries
          .get(key)
          .problem("'" + name.get() + "' is not a name: letters, digits and _ . : @ + - are");
      return Optional.empty();
    }
    if (name.isPresent() && name.get().length() > LONGEST_NAME) {
      entries.get(key).problem("a name has at most " + LONGEST_NAME + " characters");
      return Optional.empty();
    }
    return name;
  }

  long number(String key, long least, long most, long otherwise) {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text.get());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Falls through: the complaint is the same as for a number out of range.
    }
    entries
        .get(key)
        .problem("'" + text.get() + "' is not a whole number from " + least + " to " + most);
    return otherwise;
  }

  /** A time in seconds that is 0 (never) or at least ten. */
  long seconds(String key, long otherwise) {
    long seconds = number(key, 0, 0xFFFF_FFFFL, otherwise);
    if (seconds > 0 && seconds < 10) {
      entries.get(key).problem(seconds + " s is too short; write 0 for never, or 10 or more");
    }
    return seconds;
  }

  boolean flag(String key, boolean otherwise) {
    return choice(key, Map.of("true", true, "false", false)).orElse(otherwise);
  }

  /** One of a closed set of words. */
  <T> Optional<T> choice(String key, Map<String, T> words) {
    Optional<String> text = text(key);
    if (text.isPresent() && !words.containsKey(text.get())) {
      entries
          .get(key)
          .problem(
              "'" + text.get() + "' is not possible; " + Nearest.hint(text.get(), words.keySet()));
      return Optional.empty();
    }
    return text.map(words::get);
  }

  /** One of an enumeration, by the name that {@code word} gives its constants. */
  <E extends Enum<E>> Optional<E> choice(String key, Class<E> type, Function<E, String> word) {
    return choice(
        key,
        Arrays.stream(type.getEnumConstants())
            .collect(Collectors.toMap(word, Function.identity())));
  }

  Optional<InetAddress> address(String key) {
    Optional<String> text = text(key);
    Optional<InetAddress> address = text.flatMap(Addresses::parse);
    if (text.isPresent() && address.isEmpty()) {
      entries.get(key).problem("'" + text.get() + "' is not an IPv4 or IPv6 address");
    }
    return address;
  }

  /** A list of values, or one value alone; nothing when the key is absent. */
  List<Value> some(String key) {
    return get(key).map(v -> v.isScalar() ? List.of(v) : v.items()).orElse(List.of());
  }

  /** A list of addresses, or one alone. */
  List<InetAddress> addresses(String key) {
    List<InetAddress> addresses = new ArrayList<>();
    for (Value item : some(key)) {
      Optional<String> text = item.text();
      Optional<InetAddress> address = text.flatMap(Addresses::parse);
      if (text.isPresent() && address.isEmpty()) {
        item.problem("'" + text.get() + "' is not an IPv4 or IPv6 address");
      }
      address.ifPresent(addresses::add);
    }
    return addresses;
  }

  /** The items of a list; nothing when the key is absent. */
  Stream<Value> items(String key) {
    return get(key).map(Value::items).orElse(List.of()).stream();
  }
}
