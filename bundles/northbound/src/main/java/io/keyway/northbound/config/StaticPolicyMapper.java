package io.keyway.northbound.config;

import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorTemplate;
import java.util.Locale;

/** List {@code policy}: bypass and discard. */
final class StaticPolicyMapper {

  private StaticPolicyMapper() {}

  static StaticPolicy read(Tree tree) throws InvalidEntryException {
    SelectorTemplate local = selector(tree, "local-ts");
    SelectorTemplate remote = selector(tree, "remote-ts");
    return new StaticPolicy(
        tree.mandatory("name"),
        tree.text("data-plane"),
        Direction.valueOf(tree.mandatory("direction").toUpperCase(Locale.ROOT)),
        local,
        remote,
        (int) tree.number("priority", 0),
        tree.mandatory("action"));
  }

  private static SelectorTemplate selector(Tree tree, String name) throws InvalidEntryException {
    SelectorTemplate selector;
    try {
      selector = Selectors.read(tree.container(name).orElseGet(Tree::new));
    } catch (InvalidEntryException e) {
      throw e.below(name);
    }
    if (selector.isDynamic()) {
      throw new InvalidEntryException(
          name, "a policy has no tunnel whose address 'dynamic' could be; set a prefix or a range");
    }
    return selector;
  }

  static Tree write(StaticPolicy policy) {
    return new Tree()
        .leaf("name", policy.name())
        .leaf("data-plane", policy.dataPlane())
        .leaf("direction", policy.direction().name().toLowerCase(Locale.ROOT))
        .container("local-ts", Selectors.write(new Tree(), policy.localTs()))
        .container("remote-ts", Selectors.write(new Tree(), policy.remoteTs()))
        .leaf("priority", policy.priority())
        .leaf("action", policy.action());
  }
}
