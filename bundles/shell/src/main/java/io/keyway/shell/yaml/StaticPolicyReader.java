package io.keyway.shell.yaml;

import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorTemplate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code policies}: what passes in clear or is dropped, whatever tunnels say. */
final class StaticPolicyReader {

  private static final List<String> KEYS =
      List.of("name", "data-plane", "direction", "local-ts", "remote-ts", "priority", "action");

  private StaticPolicyReader() {}

  static Optional<StaticPolicy> read(Value value) {
    Fields fields = Fields.of(value, KEYS);
    Optional<String> name = fields.name("name");
    Algorithms.complainOfMissing(fields, "direction");
    Optional<Direction> direction =
        fields.choice(
            "direction", Map.of("inbound", Direction.INBOUND, "outbound", Direction.OUTBOUND));
    Algorithms.complainOfMissing(fields, "action");
    Optional<String> action =
        fields.choice("action", Map.of("bypass", "bypass", "discard", "discard"));
    Optional<SelectorTemplate> local = selector(fields, "local-ts");
    Optional<SelectorTemplate> remote = selector(fields, "remote-ts");
    int priority = (int) fields.number("priority", 0, 65535, 0);
    Optional<String> plane = fields.optionalName("data-plane");
    if (name.isEmpty()
        || direction.isEmpty()
        || action.isEmpty()
        || local.isEmpty()
        || remote.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new StaticPolicy(
            name.get(), plane, direction.get(), local.get(), remote.get(), priority, action.get()));
  }

  private static Optional<SelectorTemplate> selector(Fields fields, String key) {
    return fields.has(key)
        ? SelectorReader.one(fields.get(key).orElseThrow())
        : Optional.of(SelectorTemplate.dynamic());
  }
}
