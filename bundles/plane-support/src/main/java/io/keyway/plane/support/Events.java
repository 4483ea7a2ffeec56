package io.keyway.plane.support;

import io.keyway.api.Registration;
import io.keyway.api.plane.PlaneEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who want to hear; one that fails does not disturb the others. */
public final class Events {

  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  private final List<Consumer<PlaneEvent>> listeners = new CopyOnWriteArrayList<>();

  public Registration subscribe(Consumer<PlaneEvent> listener) {
    // Wrapped, so that one who subscribes twice can leave once.
    Consumer<PlaneEvent> own = listener::accept;
    listeners.add(own);
    return () -> listeners.remove(own);
  }

  public void emit(PlaneEvent event) {
    for (Consumer<PlaneEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.error("a listener failed on {}", event, e);
      }
    }
  }
}
