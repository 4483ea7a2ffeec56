package io.keyway.ike.engine;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.sa.Candidates;
import io.keyway.ike.engine.sa.Connection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * Loaded connections by name, and by the addresses that a first message shows. Readers take no
 * lock; writers are one at a time.
 */
final class Connections {
  /** An absent remote stands for connections that take any peer. */
  private record Key(InetSocketAddress local, Optional<Prefix> remote) {
    static List<Key> of(ConnectionConfig config) {
      List<Optional<Prefix>> remotes = new ArrayList<>();
      config.remoteAddress().map(Prefix::host).map(Optional::of).ifPresent(remotes::add);
      prefixes(config.remoteRanges()).map(Optional::of).forEach(remotes::add);
      if (remotes.isEmpty()) {
        remotes.add(Optional.empty());
      }
      return localsOf(config).stream()
          .flatMap(local -> remotes.stream().distinct().map(remote -> new Key(local, remote)))
          .toList();
    }
  }

  private final Map<String, Connection> byName = new ConcurrentHashMap<>();
  private final Map<Key, Bucket> byAddress = new ConcurrentHashMap<>();
  private final Map<InetSocketAddress, Integer> locals = new ConcurrentHashMap<>();

  /** How many keys have a prefix of each length, the longest first. */
  private final Map<Integer, Integer> lengths =
      new ConcurrentSkipListMap<>(Comparator.reverseOrder());

  /** The prefixes that ranges of peers' addresses are looked for by. */
  static Stream<Prefix> prefixes(List<TrafficSelector> ranges) {
    return ranges.stream().flatMap(range -> Prefix.covering(range).stream());
  }

  static InetSocketAddress localOf(ConnectionConfig config) {
    return new InetSocketAddress(config.localAddress(), config.localPort());
  }

  /** The same with those that may serve, too (RFC 4555), where a peer may come as well. */
  static List<InetSocketAddress> localsOf(ConnectionConfig config) {
    List<InetSocketAddress> all = new ArrayList<>();
    all.add(localOf(config));
    if (config.options().mobility().enabled()) {
      config
          .options()
          .mobility()
          .addresses()
          .forEach(address -> all.add(new InetSocketAddress(address, config.localPort())));
    }
    return all.stream().distinct().toList();
  }

  Optional<Connection> get(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  List<String> names() {
    return List.copyOf(new TreeSet<>(byName.keySet()));
  }

  List<Connection> all() {
    return List.copyOf(byName.values());
  }

  /** Adds or replaces; the object stays the same when replaced. */
  synchronized Connection put(ConnectionConfig config) {
    Connection known = byName.get(config.name());
    if (known == null) {
      known = new Connection(config);
      byName.put(config.name(), known);
    } else if (isFoundAlike(known.config(), config)) {
      // A handshake under way, and a first message just now, find it without a gap.
      known.replace(config);
      return known;
    } else {
      unindex(known);
      release(localsOf(known.config()));
      known.replace(config);
    }
    Connection connection = known;
    localsOf(config).forEach(local -> locals.merge(local, 1, Integer::sum));
    for (Key key : Key.of(config)) {
      key.remote().ifPresent(prefix -> lengths.merge(prefix.length(), 1, Integer::sum));
      byAddress.computeIfAbsent(key, k -> new Bucket()).add(connection);
    }
    return connection;
  }

  private static boolean isFoundAlike(ConnectionConfig a, ConnectionConfig b) {
    return Key.of(a).equals(Key.of(b))
        && Identities.remote(a).equals(Identities.remote(b))
        && a.options().redirection().equals(b.options().redirection())
        && a.proposals().equals(b.proposals())
        && Bucket.countsAlike(a, b);
  }

  /**
   * Forgets a connection, but for its local address: that stays in use until {@link #release}, for
   * the SAs that are being ended.
   *
   * @return whether it was there
   */
  synchronized boolean remove(Connection connection) {
    boolean found = byName.remove(connection.name(), connection);
    if (found) {
      unindex(connection);
    }
    return found;
  }

  /** Gives up one connection's use of its local addresses. */
  synchronized void release(List<InetSocketAddress> used) {
    used.forEach(
        local -> locals.computeIfPresent(local, (a, count) -> count == 1 ? null : count - 1));
  }

  private void unindex(Connection connection) {
    for (Key each : Key.of(connection.config())) {
      byAddress.computeIfPresent(each, (key, bucket) -> bucket.remove(connection) ? bucket : null);
      each.remote()
          .ifPresent(
              prefix ->
                  lengths.computeIfPresent(
                      prefix.length(), (length, count) -> count == 1 ? null : count - 1));
    }
  }

  /** Local addresses in use. */
  Set<InetSocketAddress> locals() {
    return Set.copyOf(locals.keySet());
  }

  /** Whether any connection uses a local address. */
  boolean uses(InetSocketAddress local) {
    return locals.containsKey(local);
  }

  /**
   * Connections that a first message may mean, those for this very peer before those for many, and
   * those before the ones for any.
   *
   * @param local as configured, also when the message came on the port for NAT traversal
   */
  Optional<Candidates> candidates(InetSocketAddress local, InetAddress remote) {
    List<Bucket> buckets = new ArrayList<>(2);
    int bits = 8 * remote.getAddress().length;
    for (int length : lengths.keySet()) {
      if (length <= bits) {
        find(new Key(local, Optional.of(Prefix.of(remote, length)))).ifPresent(buckets::add);
      }
    }
    find(new Key(local, Optional.empty())).ifPresent(buckets::add);
    return Bucket.together(buckets);
  }

  private Optional<Bucket> find(Key key) {
    return Optional.ofNullable(byAddress.get(key));
  }
}
