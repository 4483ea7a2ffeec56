package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A loaded connection and the IKE SAs that were matched to it. May be used from any thread; its
 * configuration is replaced as a whole.
 */
public final class Connection {
  private final String name;
  private final Set<IkeSa> sas = ConcurrentHashMap.newKeySet();
  private final Map<Identity, Set<IkeSa>> byPeer = new ConcurrentHashMap<>();
  private final RedirectBound redirects = new RedirectBound();
  private volatile Loaded loaded;

  /** A configuration with its children by name, for connections of many. */
  private record Loaded(ConnectionConfig config, Map<String, ChildConfig> children) {
    static Loaded of(ConnectionConfig config) {
      Map<String, ChildConfig> children = new HashMap<>();
      config.children().forEach(child -> children.put(child.name(), child));
      return new Loaded(config, children);
    }
  }

  public Connection(ConnectionConfig config) {
    this.name = config.name();
    this.loaded = Loaded.of(config);
  }

  /** The configuration of a child. */
  public Optional<ChildConfig> child(String childName) {
    return Optional.ofNullable(loaded.children().get(childName));
  }

  RedirectBound redirects() {
    return redirects;
  }

  public String name() {
    return name;
  }

  public ConnectionConfig config() {
    return loaded.config();
  }

  public void replace(ConnectionConfig newConfig) {
    loaded = Loaded.of(newConfig);
  }

  /** IKE SAs that live now; one that was rekeyed is represented by its successor. */
  public Collection<IkeSa> sas() {
    return sas;
  }

  /** IKE SAs of one peer by the identity it proved, among those of many that share a connection. */
  Collection<IkeSa> withPeer(Identity peer) {
    return byPeer.getOrDefault(peer, Set.of());
  }

  /** Called on the SA's worker, again when the peer's identity is known. */
  void add(IkeSa sa) {
    sas.add(sa);
    sa.remoteId()
        .ifPresent(
            peer ->
                byPeer.compute(
                    peer,
                    (id, known) -> {
                      Set<IkeSa> all = known == null ? ConcurrentHashMap.newKeySet() : known;
                      all.add(sa);
                      return all;
                    }));
  }

  /**
   * Counts an IKE SA among its peer's, unless one of those there excludes it, which is returned.
   * Called on the SA's worker; for one peer, one after the other.
   */
  Optional<IkeSa> admit(IkeSa sa, Identity peer, Predicate<IkeSa> excludes) {
    AtomicReference<IkeSa> holder = new AtomicReference<>();
    byPeer.compute(
        peer,
        (id, known) -> {
          Set<IkeSa> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.stream().filter(o -> o != sa).filter(excludes).findFirst().ifPresent(holder::set);
          if (holder.get() == null) {
            all.add(sa);
          }
          return all.isEmpty() ? null : all;
        });
    return Optional.ofNullable(holder.get());
  }

  void remove(IkeSa sa) {
    sas.remove(sa);
    sa.remoteId()
        .ifPresent(
            peer ->
                byPeer.computeIfPresent(
                    peer,
                    (id, known) -> {
                      known.remove(sa);
                      return known.isEmpty() ? null : known;
                    }));
  }

  /** An IKE SA that can carry a new child; established ones first. */
  public Optional<IkeSa> usable() {
    IkeSa connecting = null;
    for (IkeSa sa : sas) {
      if (sa.state().isEstablished() && !sa.age().isReplaced()) {
        return Optional.of(sa);
      }
      if (sa.state() == IkeSa.State.CONNECTING) {
        connecting = sa;
      }
    }
    return Optional.ofNullable(connecting);
  }

  /** As {@link #usable}, or a new one; callers at the same time get the same. */
  public synchronized IkeSa usableOr(Supplier<IkeSa> create) {
    return usable()
        .orElseGet(
            () -> {
              IkeSa sa = create.get();
              sas.add(sa);
              return sa;
            });
  }
}
