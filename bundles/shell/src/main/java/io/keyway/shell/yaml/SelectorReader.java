package io.keyway.shell.yaml;

import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code local-ts} and {@code remote-ts}: swanctl's words, or the leaves of the model. */
final class SelectorReader {

  private static final List<String> KEYS =
      List.of(
          "name",
          "dynamic",
          "prefix",
          "first-address",
          "last-address",
          "protocol",
          "first-port",
          "last-port");

  private SelectorReader() {}

  static List<SelectorTemplate> read(Fields fields, String key) {
    List<SelectorTemplate> selectors = new ArrayList<>();
    for (Value item : fields.items(key).toList()) {
      one(item).ifPresent(selectors::add);
    }
    return selectors;
  }

  static Optional<SelectorTemplate> one(Value value) {
    try {
      if (value.isMapping()) {
        return leaves(Fields.of(value, KEYS));
      }
      return value.text().map(SelectorText::parse);
    } catch (IllegalArgumentException e) {
      value.problem(e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<SelectorTemplate> leaves(Fields fields) {
    long kinds = List.of("dynamic", "prefix", "first-address").stream().filter(fields::has).count();
    if (kinds > 1) {
      throw new IllegalArgumentException(
          "'dynamic', 'prefix' and 'first-address' exclude each other; keep one");
    }
    if (fields.has("last-address") && !fields.has("first-address")) {
      throw new IllegalArgumentException("'last-address' goes with 'first-address'");
    }
    if (fields.has("last-port") && !fields.has("first-port")) {
      throw new IllegalArgumentException("'last-port' goes with 'first-port'");
    }
    int protocol =
        fields.text("protocol").map(Protocols::parse).orElse(TrafficSelector.ANY_PROTOCOL);
    long first = fields.number("first-port", 0, 65535, 0);
    long last = fields.number("last-port", 0, 65535, fields.has("first-port") ? first : 65535);
    return addresses(fields).map(a -> SelectorText.of(a, protocol, (int) first, (int) last));
  }

  /** Outer empty: a complaint was made. Inner empty: dynamic. */
  private static Optional<Optional<TrafficSelector>> addresses(Fields fields) {
    if (fields.has("prefix")) {
      return fields.text("prefix").map(SelectorText::addresses);
    }
    if (fields.has("first-address")) {
      Optional<InetAddress> first = fields.address("first-address");
      Optional<InetAddress> last =
          fields.has("last-address") ? fields.address("last-address") : first;
      if (first.isEmpty() || last.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          Optional.of(
              new TrafficSelector(
                  first.get(), last.get(), TrafficSelector.ANY_PROTOCOL, 0, 65535)));
    }
    return Optional.of(Optional.empty());
  }
}
