package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.store.StateStore;
import io.keyway.api.store.StateStore.StateRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sums of tunnels in the state store: when an SA is replaced or gone, when a counter
 * begins anew, and else all that changed at once, now and then. Nobody waits for a disk for it.
 * Runs on the loop.
 */
final class SumsNotes {

  private static final Logger LOG = LoggerFactory.getLogger(SumsNotes.class);
  private static final String OWNER = "tunnels";
  private static final String PREFIX = "sums/";

  private final Loop loop;
  private final Duration period;
  private final Map<String, TunnelEntry> tunnels;

  /** What an earlier life noted of tunnels that are not here (yet). */
  private final Map<String, Sums> noted = new HashMap<>();

  private StateStore store;
  private boolean restored;
  private boolean stopped;

  /**
   * @param period between notes of what goes on changing
   */
  SumsNotes(Loop loop, Duration period, Map<String, TunnelEntry> tunnels) {
    this.loop = loop;
    this.period = period;
    this.tunnels = tunnels;
    loop.schedule(period, this::now);
  }

  /** The first store is asked what an earlier life noted; a later one is told everything. */
  void use(StateStore now) {
    store = now;
    if (now == null) {
      return;
    }
    if (!restored) {
      restored = true;
      now.keys(OWNER).stream().filter(key -> key.startsWith(PREFIX)).forEach(this::load);
      tunnels.forEach(this::resume);
    }
    tunnels.forEach(this::put);
  }

  private void load(String key) {
    StateRecord value = store.get(OWNER, key).orElse(null);
    if (value == null) {
      return;
    }
    try {
      if (value.schema() != Sums.SCHEMA) {
        throw new IOException("it is of version " + value.schema());
      }
      noted.put(key.substring(PREFIX.length()), Sums.of(value.octets()));
    } catch (IOException e) {
      LOG.warn("{} is left out, so that tunnel counts from the start: {}", value, e.toString());
    }
  }

  /** A tunnel is there: it goes on counting where it stopped. */
  void resume(String name, TunnelEntry entry) {
    Sums before = noted.remove(name);
    if (before != null) {
      entry.sums.resume(before);
    }
  }

  /** An SA of it was replaced, or is gone. */
  void note(TunnelEntry entry) {
    if (store != null && entry.sums.changed()) {
      put(entry.tunnel.name(), entry);
    }
  }

  private void put(String name, TunnelEntry entry) {
    Outcome outcome =
        store.put(new StateRecord(OWNER, PREFIX + name, Sums.SCHEMA, entry.sums.octets()));
    if (outcome.done()) {
      entry.sums.noted();
    } else {
      LOG.warn("the counters of tunnel {} are not noted: {}", name, outcome.reason());
    }
  }

  /** A tunnel left the configuration. */
  void gone(String name) {
    noted.remove(name);
    if (store != null) {
      store.remove(OWNER, PREFIX + name);
    }
  }

  /** These are all that are configured: what was noted of others is over. */
  void configured(Set<String> names) {
    List.copyOf(noted.keySet()).stream().filter(name -> !names.contains(name)).forEach(this::gone);
  }

  private void now() {
    if (!stopped) {
      tunnels.values().forEach(this::note);
      loop.schedule(period, this::now);
    }
  }

  /** Notes all that changed, for the next life. */
  void stop() {
    stopped = true;
    tunnels.values().forEach(this::note);
  }
}
