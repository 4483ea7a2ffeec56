package io.keyway.ike.engine;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Identity;
import io.keyway.api.ike.IdentityPattern;
import io.keyway.ike.engine.negotiate.Identities;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.engine.sa.Candidates;
import io.keyway.ike.engine.sa.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Connections of one local address and one remote address, or any. Indexed by the identity that
 * they expect. One writer at a time, any number of readers.
 */
final class Bucket {
  private static final int MOST_AUTHORITIES = 64;

  /** A proposal, and how many connections have it. */
  private record Use(IkeProposal proposal, int count) {}

  private final Map<String, Connection> byName = new TreeMap<>();
  private final Map<Optional<Identity>, List<Connection>> byPeer = new ConcurrentHashMap<>();
  private final Map<IdentityPattern, List<Connection>> byPattern = new ConcurrentHashMap<>();
  private final Map<String, Use> uses = new LinkedHashMap<>();
  private final Map<List<String>, Integer> authorityUses = new LinkedHashMap<>();
  private final Map<Optional<String>, Integer> redirectUses = new LinkedHashMap<>();
  private volatile Optional<String> redirect = Optional.empty();
  private volatile List<IkeProposal> proposals = List.of();
  private volatile Set<List<String>> authorities = Set.of();
  private volatile Connection anyOne;
  private volatile int ppkUses;

  void add(Connection connection) {
    ConnectionConfig config = connection.config();
    byName.put(connection.name(), connection);
    anyOne = connection;
    Optional<IdentityPattern> pattern = config.authentication().remotePattern();
    if (pattern.isPresent()) {
      byPattern.merge(pattern.get(), List.of(connection), Bucket::joined);
    } else {
      byPeer.merge(Identities.remote(config), List.of(connection), Bucket::joined);
    }
    for (IkeProposal proposal : config.proposals()) {
      uses.merge(
          IkeProposals.algorithms(proposal),
          new Use(proposal, 1),
          (known, one) -> new Use(known.proposal(), known.count() + 1));
    }
    ppkUses += config.authentication().ppk().isUsed() ? 1 : 0;
    authorities(config).ifPresent(names -> authorityUses.merge(names, 1, Integer::sum));
    redirectUses.merge(config.options().redirection().to(), 1, Integer::sum);
    publish();
  }

  /** False when nothing is left. */
  boolean remove(Connection connection) {
    ConnectionConfig config = connection.config();
    if (byName.remove(connection.name()) == null) {
      return !byName.isEmpty();
    }
    Optional<IdentityPattern> pattern = config.authentication().remotePattern();
    if (pattern.isPresent()) {
      byPattern.computeIfPresent(pattern.get(), (key, list) -> without(list, connection));
    } else {
      byPeer.computeIfPresent(Identities.remote(config), (peer, list) -> without(list, connection));
    }
    for (IkeProposal proposal : config.proposals()) {
      uses.computeIfPresent(
          IkeProposals.algorithms(proposal),
          (key, use) -> use.count() == 1 ? null : new Use(use.proposal(), use.count() - 1));
    }
    ppkUses -= config.authentication().ppk().isUsed() ? 1 : 0;
    authorities(config)
        .ifPresent(
            names ->
                authorityUses.computeIfPresent(
                    names, (key, count) -> count == 1 ? null : count - 1));
    redirectUses.computeIfPresent(
        config.options().redirection().to(), (key, count) -> count == 1 ? null : count - 1);
    publish();
    anyOne = byName.isEmpty() ? anyOne : byName.values().iterator().next();
    return !byName.isEmpty();
  }

  private static List<Connection> without(List<Connection> list, Connection connection) {
    List<Connection> rest = new ArrayList<>(list);
    rest.remove(connection);
    return rest.isEmpty() ? null : List.copyOf(rest);
  }

  /** Whose certificates the peer may show; empty when it needs none. */
  private static Optional<List<String>> authorities(ConnectionConfig config) {
    return config.authentication().remoteRounds().stream()
        .filter(round -> round.method() == Authentication.Method.CERTIFICATE)
        .map(round -> round.certificates().authorities())
        .findFirst();
  }

  /** Whether one may stand in for the other without what is kept here getting wrong. */
  static boolean countsAlike(ConnectionConfig a, ConnectionConfig b) {
    return authorities(a).equals(authorities(b))
        && a.authentication().remotePattern().equals(b.authentication().remotePattern())
        && a.authentication().ppk().isUsed() == b.authentication().ppk().isUsed();
  }

  private void publish() {
    redirect =
        redirectUses.size() == 1 ? redirectUses.keySet().iterator().next() : Optional.empty();
    if (!authorityUses.keySet().equals(authorities)) {
      // A peer can be asked for so many only; the rest of them is asked for a certificate of
      // anybody.
      authorities =
          authorityUses.keySet().stream()
              .limit(MOST_AUTHORITIES)
              .collect(Collectors.toUnmodifiableSet());
    }
    if (uses.size() != proposals.size()
        || !uses.keySet().equals(IkeProposals.algorithms(proposals))) {
      proposals = uses.values().stream().map(Use::proposal).toList();
    }
  }

  private static List<Connection> joined(List<Connection> a, List<Connection> b) {
    List<Connection> both = new ArrayList<>(a);
    both.addAll(b);
    return List.copyOf(both);
  }

  private List<Connection> exactly(Identity peer) {
    return byPeer.getOrDefault(Optional.of(peer), List.of());
  }

  private List<Connection> anybody() {
    return byPeer.getOrDefault(Optional.<Identity>empty(), List.of());
  }

  /** Patterns that meet a peer; there are as many as kinds of peers, not as many as peers. */
  private Stream<IdentityPattern> patterns(Identity peer) {
    return byPattern.keySet().stream().filter(pattern -> pattern.matches(peer));
  }

  /** Who names the very peer, then who says most about it, then who takes anybody. */
  private static List<Connection> expecting(List<Bucket> buckets, Identity peer) {
    List<Connection> all = new ArrayList<>();
    buckets.forEach(bucket -> all.addAll(bucket.exactly(peer)));
    buckets.stream()
        .flatMap(bucket -> bucket.patterns(peer))
        .distinct()
        .sorted(Comparator.comparingInt(IdentityPattern::specificity).reversed())
        .forEach(
            pattern ->
                buckets.forEach(
                    bucket -> all.addAll(bucket.byPattern.getOrDefault(pattern, List.of()))));
    buckets.forEach(bucket -> all.addAll(bucket.anybody()));
    return all;
  }

  /** Several buckets as one, in this order; empty when there are none. */
  static Optional<Candidates> together(List<Bucket> buckets) {
    if (buckets.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Candidates() {
          @Override
          public List<IkeProposal> proposals() {
            return buckets.stream().flatMap(b -> b.proposals.stream()).toList();
          }

          @Override
          public Collection<List<String>> authorities() {
            return buckets.stream().flatMap(b -> b.authorities.stream()).toList();
          }

          @Override
          public boolean usePpk() {
            return buckets.stream().anyMatch(b -> b.ppkUses > 0);
          }

          @Override
          public Optional<String> redirect() {
            Optional<String> first = buckets.get(0).redirect;
            return buckets.stream().allMatch(b -> b.redirect.equals(first))
                ? first
                : Optional.empty();
          }

          @Override
          public Connection anyOne() {
            return buckets.get(0).anyOne;
          }

          @Override
          public List<Connection> expecting(Identity peer) {
            return Bucket.expecting(buckets, peer);
          }
        });
  }
}
