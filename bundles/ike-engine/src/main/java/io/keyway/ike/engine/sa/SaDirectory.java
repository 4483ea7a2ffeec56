package io.keyway.ike.engine.sa;

import io.keyway.api.ike.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Finds SAs by what a datagram or an event names; every look-up is one hash. */
public final class SaDirectory {
  /** An IKE_SA_INIT request is known by the initiator's SPI and address: ours is not in it yet. */
  private record InitKey(long initiatorSpi, InetSocketAddress remote) {}

  /** Two identities that proved, or are about to prove, who they are. */
  private record Pair(Identity local, Identity remote) {}

  private final Map<Long, IkeSa> byOurSpi = new ConcurrentHashMap<>();
  private final Map<String, IkeSa> byUid = new ConcurrentHashMap<>();
  private final Map<InitKey, IkeSa> byInit = new ConcurrentHashMap<>();
  private final Map<String, ChildSa> byChildUid = new ConcurrentHashMap<>();
  private final Map<Pair, List<IkeSa>> byIdentities = new ConcurrentHashMap<>();
  private final Set<Long> promised = ConcurrentHashMap.newKeySet();
  private final Map<InetAddress, Integer> halfOpen = new ConcurrentHashMap<>();
  private final AtomicInteger spoilt = new AtomicInteger();
  private final AtomicLong order = new AtomicLong();

  /** A number higher than all before: tells what came first, whatever becomes of the clock. */
  long nextOrder() {
    return order.incrementAndGet();
  }

  /** False if the SPI is taken. */
  boolean add(IkeSa sa) {
    return byOurSpi.putIfAbsent(sa.ourSpi(), sa) == null;
  }

  /** In the place of another one with our same SPI. */
  void put(IkeSa sa) {
    byOurSpi.put(sa.ourSpi(), sa);
  }

  void remove(IkeSa sa) {
    byOurSpi.remove(sa.ourSpi(), sa);
  }

  public Optional<IkeSa> byOurSpi(long spi) {
    return Optional.ofNullable(byOurSpi.get(spi));
  }

  /** We offered this SPI for a successor that the peer may use before we have its answer. */
  void promise(long spi) {
    promised.add(spi);
  }

  void unpromise(long spi) {
    promised.remove(spi);
  }

  /** Whether an IKE SA with this SPI of ours lives, or is about to. */
  public boolean isOurs(long spi) {
    return byOurSpi.containsKey(spi) || promised.contains(spi);
  }

  /** The IKE SA that a uid stands for now; a successor takes the place of its predecessor. */
  public Optional<IkeSa> byUid(String uid) {
    return Optional.ofNullable(byUid.get(uid));
  }

  void name(IkeSa sa) {
    byUid.put(sa.uid(), sa);
    pair(sa).ifPresent(pair -> claim(pair, sa, all -> true));
  }

  void unname(IkeSa sa) {
    byUid.remove(sa.uid(), sa);
    pair(sa).ifPresent(pair -> release(pair, sa));
  }

  private static Optional<Pair> pair(IkeSa sa) {
    return sa.localId().flatMap(us -> sa.remoteId().map(them -> new Pair(us, them)));
  }

  /**
   * As initiator: whether no other IKE SA between these identities is established, or was told that
   * it is the first. Until this one is established it is that one.
   */
  boolean isFirst(Identity local, Identity remote, IkeSa sa) {
    Pair pair = new Pair(local, remote);
    boolean first =
        claim(
            pair,
            sa,
            all ->
                all.stream()
                    .filter(other -> other != sa)
                    .map(IkeSa::state)
                    .noneMatch(s -> s.isEstablished() || s == IkeSa.State.CONNECTING));
    if (first) {
      sa.life().ended().thenAccept(nothing -> release(pair, sa));
    }
    return first;
  }

  private boolean claim(Pair pair, IkeSa sa, Predicate<List<IkeSa>> ifSo) {
    List<IkeSa> now =
        byIdentities.compute(
            pair,
            (key, known) -> {
              List<IkeSa> all = known == null ? List.of() : known;
              return all.contains(sa) || !ifSo.test(all) ? known : changed(all, sa, true);
            });
    return now != null && now.contains(sa);
  }

  private void release(Pair pair, IkeSa sa) {
    byIdentities.computeIfPresent(
        pair, (key, all) -> all.size() == 1 && all.contains(sa) ? null : changed(all, sa, false));
  }

  /** Few have more than one, so that small and unchangeable lists do. */
  private static List<IkeSa> changed(List<IkeSa> all, IkeSa sa, boolean with) {
    List<IkeSa> copy = new ArrayList<>(all);
    copy.remove(sa);
    if (with) {
      copy.add(sa);
    }
    return List.copyOf(copy);
  }

  /** Every IKE SA, including those that only repeat their last answer. */
  public Collection<IkeSa> all() {
    return byOurSpi.values();
  }

  void addInit(long initiatorSpi, InetSocketAddress remote, IkeSa sa) {
    byInit.put(new InitKey(initiatorSpi, remote), sa);
    halfOpen.merge(site(remote), 1, Integer::sum);
  }

  void removeInit(long initiatorSpi, InetSocketAddress remote, IkeSa sa) {
    byInit.remove(new InitKey(initiatorSpi, remote), sa);
    halfOpen.computeIfPresent(site(remote), (address, count) -> count == 1 ? null : count - 1);
  }

  /** Half-open IKE SAs of an address. */
  public int halfOpenFrom(InetSocketAddress remote) {
    return halfOpen.getOrDefault(site(remote), 0);
  }

  /**
   * How many half-open IKE SAs got a message that their keys do not open: somebody makes us compute
   * keys for nothing (RFC 8019 section 7.2), or forges what others say.
   */
  public AtomicInteger spoilt() {
    return spoilt;
  }

  /** Whoever has an IPv6 address usually has 2^64 of them. */
  private static InetAddress site(InetSocketAddress remote) {
    byte[] octets = remote.getAddress().getAddress();
    if (octets.length == 4) {
      return remote.getAddress();
    }
    Arrays.fill(octets, 8, 16, (byte) 0);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("16 octets are an address", e);
    }
  }

  public Optional<IkeSa> byInit(long initiatorSpi, InetSocketAddress remote) {
    return Optional.ofNullable(byInit.get(new InitKey(initiatorSpi, remote)));
  }

  void addChild(ChildSa child) {
    byChildUid.put(child.uid(), child);
  }

  void removeChild(ChildSa child) {
    byChildUid.remove(child.uid(), child);
  }

  public Optional<ChildSa> child(String uid) {
    return Optional.ofNullable(byChildUid.get(uid));
  }

  /** The IKE SA that a child hangs from now. */
  public Optional<IkeSa> carrierOf(String childUid) {
    return child(childUid).map(ChildSa::ike);
  }

  public Collection<ChildSa> children() {
    return byChildUid.values();
  }
}
