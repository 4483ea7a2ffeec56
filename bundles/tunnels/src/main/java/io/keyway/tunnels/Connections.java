package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.tunnels.plan.Resolver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Keeps an engine's connections equal to what is configured. Changes of many tunnels of one gateway
 * become one load.
 */
final class Connections {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final Loop loop;
  private final Services services;
  private final Map<String, TunnelEntry> tunnels;
  private final Map<String, Set<String>> tunnelsOf = new HashMap<>();
  private final Map<String, ConnectionConfig> loaded = new HashMap<>();
  private final Set<String> dirty = new HashSet<>();
  private final BiConsumer<String, Outcome> afterLoad;
  private Resolver resolver;

  /**
   * @param afterLoad called on the loop with a gateway and what became of its load
   */
  Connections(
      Loop loop,
      Services services,
      Map<String, TunnelEntry> tunnels,
      BiConsumer<String, Outcome> afterLoad) {
    this.loop = loop;
    this.services = services;
    this.tunnels = tunnels;
    this.afterLoad = afterLoad;
  }

  void resolver(Resolver now) {
    resolver = now;
  }

  /** Notes that a tunnel belongs to a gateway. */
  void add(String gateway, String tunnel) {
    tunnelsOf.computeIfAbsent(gateway, name -> new TreeSet<>()).add(tunnel);
  }

  /** Notes that a tunnel does not belong to a gateway any more. */
  void remove(String gateway, String tunnel) {
    Set<String> names = tunnelsOf.get(gateway);
    if (names != null && names.remove(tunnel) && names.isEmpty()) {
      tunnelsOf.remove(gateway);
    }
  }

  Set<String> tunnelsOf(String gateway) {
    return Set.copyOf(tunnelsOf.getOrDefault(gateway, Set.of()));
  }

  /** Every gateway that has, or had, tunnels. */
  Set<String> gateways() {
    Set<String> names = new HashSet<>(tunnelsOf.keySet());
    names.addAll(loaded.keySet());
    return names;
  }

  /** The engine is another one, or gone: nothing is loaded. */
  void forget() {
    loaded.clear();
  }

  boolean isLoaded(String gateway) {
    return loaded.containsKey(gateway);
  }

  /** Brings a gateway's connection up to date soon, together with other changes of this turn. */
  void refresh(String gateway) {
    if (dirty.isEmpty()) {
      loop.execute(this::refreshDirty);
    }
    dirty.add(gateway);
  }

  private void refreshDirty() {
    List<String> gateways = List.copyOf(dirty);
    dirty.clear();
    gateways.forEach(this::refreshNow);
  }

  private void refreshNow(String gateway) {
    if (services.engine == null || resolver == null) {
      return;
    }
    List<ChildConfig> children = new ArrayList<>();
    for (String name : tunnelsOf.getOrDefault(gateway, Set.of())) {
      TunnelEntry entry = tunnels.get(name);
      if (entry != null && entry.loadable()) {
        children.addAll(entry.plan.children());
      }
    }
    Optional<ConnectionConfig> wanted =
        children.isEmpty() ? Optional.empty() : resolver.connection(gateway, children);
    if (wanted.isEmpty()) {
      if (loaded.remove(gateway) != null) {
        services.engine.unload(gateway, TIMEOUT);
      }
      return;
    }
    if (wanted.get().equals(loaded.get(gateway))) {
      afterLoad.accept(gateway, Outcome.same());
      return;
    }
    loaded.put(gateway, wanted.get());
    services
        .engine
        .load(wanted.get())
        .whenComplete(
            (outcome, error) ->
                loop.execute(
                    () ->
                        loadAnswered(
                            gateway,
                            wanted.get(),
                            error == null ? outcome : Outcome.unavailable(error.toString()))));
  }

  private void loadAnswered(String gateway, ConnectionConfig config, Outcome outcome) {
    if (config != loaded.get(gateway)) {
      return;
    }
    if (!outcome.done()) {
      loaded.remove(gateway);
      loop.schedule(RETRY, () -> refresh(gateway));
    }
    afterLoad.accept(gateway, outcome);
  }
}
