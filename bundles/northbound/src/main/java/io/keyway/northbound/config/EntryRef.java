package io.keyway.northbound.config;

import io.keyway.api.intent.IntentObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/** Names one entry of the configuration. */
public record EntryRef(EntryKind kind, String name) {

  public EntryRef {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
  }

  public static EntryRef of(IntentObject value) {
    return new EntryRef(EntryKind.ofPath(value.list()).orElseThrow(), value.name());
  }

  /**
   * Reads RESTCONF's notation below {@code /keyway-ipsec:ipsec}, such as {@code tunnels/tunnel=t-1}
   * with percent-encoding in the name.
   *
   * @throws IllegalArgumentException saying what such a path looks like
   */
  public static EntryRef parse(String text) {
    int equals = text.indexOf('=');
    String path = equals < 0 ? text : text.substring(0, equals);
    String name = equals < 0 ? "" : text.substring(equals + 1);
    EntryKind kind =
        EntryKind.ofPath(path.startsWith("/") ? path.substring(1) : path)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'" + path + "' is not one of the lists " + lists()));
    if (name.isEmpty()) {
      throw new IllegalArgumentException(
          "'" + text + "' names no entry; write for example " + kind.path() + "=NAME");
    }
    // '+' is a legal character of a name, but URLDecoder would make a space of it.
    String encoded = name.replace("+", "%2B");
    return new EntryRef(kind, URLDecoder.decode(encoded, StandardCharsets.UTF_8));
  }

  private static String lists() {
    return Arrays.stream(EntryKind.values()).map(EntryKind::path).collect(Collectors.joining(", "));
  }

  /** Such as {@code tunnels/tunnel=t-1}. */
  @Override
  public String toString() {
    return kind.path() + "=" + name;
  }
}
