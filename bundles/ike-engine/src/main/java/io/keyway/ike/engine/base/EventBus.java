package io.keyway.ike.engine.base;

import io.keyway.api.Registration;
import io.keyway.api.ike.EngineEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells subscribers; one that fails does not disturb the others. */
public final class EventBus {
  private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

  private final List<Consumer<EngineEvent>> listeners = new CopyOnWriteArrayList<>();

  public Registration subscribe(Consumer<EngineEvent> listener) {
    // A wrapper, so that one listener may subscribe twice and close each on its own.
    Consumer<EngineEvent> entry = listener::accept;
    listeners.add(entry);
    return () -> listeners.remove(entry);
  }

  public void publish(EngineEvent event) {
    for (Consumer<EngineEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.warn("a listener failed on {}", event, e);
      }
    }
  }
}
