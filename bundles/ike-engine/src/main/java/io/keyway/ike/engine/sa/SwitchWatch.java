package io.keyway.ike.engine.sa;

import io.keyway.api.sa.SadService;
import io.keyway.api.sa.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * After the peer replaced a child, traffic turns to the new one when the peer deletes the old one.
 * A peer may be slow with that; its first packet on the new child is as good a sign, where the
 * plane counts.
 */
final class SwitchWatch {
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private SwitchWatch() {}

  static void start(ChildSa old, ChildSa successor) {
    successor.switchTimer =
        successor.ike().after(INTERVAL, () -> look(successor.ike(), old, successor));
  }

  private static void look(IkeSa sa, ChildSa old, ChildSa successor) {
    Optional<SadService> sad = sa.ctx().services().sad();
    if (!successor.state().isUp() || successor.selected) {
      return;
    }
    if (sad.isEmpty()) {
      start(old, successor);
      return;
    }
    sa.watch(
        sa.home(
                sad.get().usage(List.of(successor.inboundId()), sa.ctx().settings().planeTimeout()),
                problem -> Map.of())
            .thenAccept(
                usage -> {
                  IkeSa now = successor.ike();
                  Usage inbound = usage.get(successor.inboundId());
                  boolean used = inbound != null && inbound.packets().orElse(0) > 0;
                  if (!successor.state().isUp() || successor.selected || now.isDead()) {
                    return;
                  }
                  if (used && old.rekeying == null) {
                    now.children().switchOver(old, successor);
                  } else {
                    start(old, successor);
                  }
                }));
  }
}
