package io.keyway.it.wired;

import io.keyway.api.Registration;
import io.keyway.api.tunnel.TunnelEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Every tunnel of a site that went down, and so was held, for however short a moment. */
final class Downs implements AutoCloseable {

  private final List<TunnelEvent.Down> seen = new CopyOnWriteArrayList<>();
  private final Registration registration;

  Downs(Site site) {
    registration =
        site.tunnels.subscribe(
            event -> {
              if (event instanceof TunnelEvent.Down down) {
                seen.add(down);
              }
            });
  }

  List<TunnelEvent.Down> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    registration.close();
  }
}
