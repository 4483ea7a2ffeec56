package io.keyway.shell.yaml;

import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.ts.SelectorTemplate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code tunnels}. */
final class TunnelReader {

  private static final List<String> KEYS =
      List.of(
          "name", "gateway", "child-policy", "enable", "local-ts", "remote-ts", "when-disabled");

  private TunnelReader() {}

  static Optional<Tunnel> read(Value value) {
    Fields fields = Fields.of(value, KEYS);
    Optional<String> name = fields.name("name");
    Optional<String> gateway = fields.name("gateway");
    Optional<String> policy = fields.name("child-policy");
    boolean enable = fields.flag("enable", true);
    List<SelectorTemplate> local = SelectorReader.read(fields, "local-ts");
    List<SelectorTemplate> remote = SelectorReader.read(fields, "remote-ts");
    WhenDisabled whenDisabled =
        fields
            .choice(
                "when-disabled", Map.of("hold", WhenDisabled.HOLD, "bypass", WhenDisabled.BYPASS))
            .orElse(WhenDisabled.HOLD);
    if (name.isEmpty() || gateway.isEmpty() || policy.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Tunnel(name.get(), gateway.get(), policy.get(), enable, local, remote, whenDisabled));
  }
}
