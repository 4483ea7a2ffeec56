package io.keyway.emulator.infrap4d;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which {@link Quirk quirks} are on. Immutable.
 *
 * @param on those that are
 */
public record Quirks(Set<Quirk> on) {
  /** Every quirk as it is by default. */
  public static final Quirks DEFAULT =
      new Quirks(
          Arrays.stream(Quirk.values())
              .filter(Quirk::byDefault)
              .collect(Collectors.toCollection(() -> EnumSet.noneOf(Quirk.class))));

  public Quirks {
    on = Set.copyOf(on);
  }

  /** Whether a quirk is on. */
  public boolean has(Quirk quirk) {
    return on.contains(quirk);
  }

  /** A copy with one quirk switched. */
  public Quirks with(Quirk quirk, boolean value) {
    EnumSet<Quirk> copy = EnumSet.noneOf(Quirk.class);
    copy.addAll(on);
    if (value) {
      copy.add(quirk);
    } else {
      copy.remove(quirk);
    }
    return new Quirks(copy);
  }

  /**
   * Reads {@code name=true,name=false}; an empty text changes nothing.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  public Quirks with(String list) {
    Quirks result = this;
    for (String item : list.split(",")) {
      if (item.isBlank()) {
        continue;
      }
      String[] parts = item.trim().split("=", 2);
      if (parts.length != 2 || !parts[1].equals("true") && !parts[1].equals("false")) {
        throw new IllegalArgumentException("quirk '" + item.trim() + "' is not NAME=true|false");
      }
      Quirk quirk =
          Quirk.of(parts[0])
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "no quirk is called " + parts[0] + "; there are " + names()));
      result = result.with(quirk, parts[1].equals("true"));
    }
    return result;
  }

  /** The switches as {@link #with(String)} reads them. */
  public List<String> describe() {
    return Arrays.stream(Quirk.values()).map(q -> q.text() + "=" + has(q)).toList();
  }

  private static String names() {
    return Arrays.stream(Quirk.values()).map(Quirk::text).collect(Collectors.joining(", "));
  }
}
