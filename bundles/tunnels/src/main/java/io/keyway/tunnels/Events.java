package io.keyway.tunnels;

import io.keyway.api.Registration;
import io.keyway.api.tunnel.TunnelEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners; one that fails does not silence the others. */
final class Events {

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  private final List<Consumer<TunnelEvent>> listeners = new CopyOnWriteArrayList<>();

  Registration subscribe(Consumer<TunnelEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void tell(TunnelEvent event) {
    LOG.info("{}", event);
    for (Consumer<TunnelEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.error("a listener of tunnel events failed", e);
      }
    }
  }
}
