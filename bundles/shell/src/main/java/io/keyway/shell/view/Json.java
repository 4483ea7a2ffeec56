package io.keyway.shell.view;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Writes maps, lists, texts, numbers and flags as JSON (RFC 8259); absent values are left out. */
public final class Json {

  private Json() {}

  /** An object that remembers the order of its members. */
  public static final class Members {
    private final Map<String, Object> members = new LinkedHashMap<>();

    /** Adds a member; an empty Optional and null are left out. */
    public Members put(String name, Object value) {
      Object plain = value;
      if (value instanceof Optional<?> optional) {
        plain = optional.orElse(null);
      } else if (value instanceof OptionalLong optional) {
        plain = optional.isPresent() ? optional.getAsLong() : null;
      }
      if (plain != null) {
        members.put(name, plain);
      }
      return this;
    }
  }

  public static Members object() {
    return new Members();
  }

  /** The text; one line. */
  public static String write(Object value) {
    StringBuilder out = new StringBuilder();
    write(out, value);
    return out.toString();
  }

  private static void write(StringBuilder out, Object value) {
    if (value instanceof Members object) {
      char separator = '{';
      for (Map.Entry<String, Object> member : object.members.entrySet()) {
        out.append(separator);
        text(out, member.getKey());
        out.append(':');
        write(out, member.getValue());
        separator = ',';
      }
      out.append(separator == '{' ? "{}" : "}");
    } else if (value instanceof Collection<?> list) {
      char separator = '[';
      for (Object item : list) {
        out.append(separator);
        write(out, item);
        separator = ',';
      }
      out.append(separator == '[' ? "[]" : "]");
    } else if (value instanceof Number || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Instant instant) {
      text(out, instant.toString());
    } else {
      text(out, String.valueOf(value));
    }
  }

  private static void text(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          // Other controls, and what a terminal or an old parser may take for a line end.
          if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
