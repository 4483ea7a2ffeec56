package io.keyway.ike.engine.sa;

import io.keyway.api.sa.SadService;
import io.keyway.api.sa.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

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

  /** Whether the peer has sent on a child; false where nobody counts. On the IKE SA's worker. */
  static CompletableFuture<Boolean> isUsed(ChildSa child) {
    IkeSa sa = child.ike();
    Optional<SadService> sad = sa.ctx().services().sad();
    if (sad.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    return sa.home(
            Installer.attempt(
                () ->
                    sad.get()
                        .usage(List.of(child.inboundId()), sa.ctx().settings().planeTimeout())),
            problem -> Map.of())
        .thenApply(
            usage -> {
              Usage inbound = usage.get(child.inboundId());
              return inbound != null && inbound.packets().orElse(0) > 0;
            });
  }

  private static void look(IkeSa sa, ChildSa old, ChildSa successor) {
    if (!successor.state().isUp() || successor.selected) {
      return;
    }
    sa.watch(
        isUsed(successor)
            .thenAccept(
                used -> {
                  IkeSa now = successor.ike();
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
