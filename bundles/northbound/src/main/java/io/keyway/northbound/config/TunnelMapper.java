package io.keyway.northbound.config;

import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import java.util.Locale;

/** List {@code tunnel}. */
final class TunnelMapper {

  private TunnelMapper() {}

  static Tunnel read(Tree tree) throws InvalidEntryException {
    return new Tunnel(
        tree.mandatory("name"),
        tree.mandatory("gateway"),
        tree.mandatory("child-policy"),
        tree.flag("enable", true),
        Selectors.readList(tree, "local-ts"),
        Selectors.readList(tree, "remote-ts"),
        WhenDisabled.valueOf(tree.text("when-disabled").orElse("hold").toUpperCase(Locale.ROOT)));
  }

  static Tree write(Tunnel tunnel) {
    return new Tree()
        .leaf("name", tunnel.name())
        .leaf("gateway", tunnel.gateway())
        .leaf("child-policy", tunnel.childPolicy())
        .leaf("enable", tunnel.enable())
        .list("local-ts", Selectors.writeList(tunnel.localTs()))
        .list("remote-ts", Selectors.writeList(tunnel.remoteTs()))
        .leaf("when-disabled", tunnel.whenDisabled().name().toLowerCase(Locale.ROOT));
  }
}
