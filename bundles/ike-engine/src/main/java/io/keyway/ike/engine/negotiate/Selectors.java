package io.keyway.ike.engine.negotiate;

import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Selector;
import io.keyway.ike.message.TsPayload;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Traffic selectors between the wire and the model, and their narrowing (RFC 7296 section 2.9). */
public final class Selectors {
  /** More pairs than any data plane takes for one child. */
  public static final int MAX_PAIRS = 256;

  /** Overlaps of two lists that are looked at; honest lists have as many as selectors. */
  private static final int MAX_OVERLAPS = 4096;

  private static final int OPAQUE_START = 0xffff;

  private Selectors() {}

  /** Configured selectors with {@code dynamic} replaced by a host. */
  public static List<TrafficSelector> resolve(List<SelectorTemplate> templates, InetAddress host) {
    return resolve(templates, List.of(TrafficSelector.host(host)));
  }

  /** Configured selectors with {@code dynamic} replaced by each of these; none: left out. */
  public static List<TrafficSelector> resolve(
      List<SelectorTemplate> templates, Collection<TrafficSelector> dynamic) {
    return templates.stream()
        .flatMap(
            t -> t.isDynamic() ? dynamic.stream().map(t::resolveIn) : Stream.of(t.resolve(null)))
        .distinct()
        .toList();
  }

  /** To the wire. */
  public static TsPayload toWire(boolean initiator, List<TrafficSelector> selectors) {
    List<Selector> wire = new ArrayList<>(selectors.size());
    for (TrafficSelector selector : selectors) {
      wire.add(
          new Selector.AddressRange(
              selector.protocol(),
              selector.firstPort(),
              selector.lastPort(),
              Octets.copyOf(selector.first().getAddress()),
              Octets.copyOf(selector.last().getAddress())));
    }
    return new TsPayload(initiator, wire);
  }

  /**
   * From the wire; types that are not known, OPAQUE ports and IPv4-mapped IPv6 addresses, which
   * stand in no packet (RFC 4291 section 2.5.5.2), match nothing and are left out.
   */
  public static List<TrafficSelector> fromWire(TsPayload payload) {
    List<TrafficSelector> selectors = new ArrayList<>();
    for (Selector selector : payload.selectors()) {
      if (selector instanceof Selector.AddressRange range
          && !isOpaque(range)
          && !isMapped(range.start())
          && !isMapped(range.end())) {
        selectors.add(
            new TrafficSelector(
                address(range.start()),
                address(range.end()),
                range.protocol(),
                range.startPort(),
                range.endPort()));
      }
    }
    return selectors;
  }

  private static boolean isOpaque(Selector.AddressRange range) {
    return range.startPort() == OPAQUE_START && range.endPort() == 0;
  }

  /** Java takes these for IPv4 addresses. */
  private static boolean isMapped(Octets address) {
    return address.length() != address(address).getAddress().length;
  }

  private static InetAddress address(Octets octets) {
    try {
      return InetAddress.getByAddress(octets.toArray());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are always an address", e);
    }
  }

  /**
   * What both sides select, without parts that another part covers. The work is bounded, for the
   * peer chooses one side: more than {@link #MAX_PAIRS} parts are cut off, which the caller
   * refuses, and lists that overlap more often than any honest ones have nothing in common.
   */
  public static List<TrafficSelector> narrow(
      List<TrafficSelector> offered, List<TrafficSelector> ours) {
    List<TrafficSelector> common = new ArrayList<>();
    int overlaps = 0;
    for (TrafficSelector theirs : offered) {
      for (TrafficSelector mine : ours) {
        Optional<TrafficSelector> part = theirs.intersect(mine);
        if (part.isEmpty()) {
          continue;
        }
        if (++overlaps > MAX_OVERLAPS) {
          return List.of();
        }
        if (common.stream().noneMatch(known -> known.contains(part.get()))) {
          common.removeIf(part.get()::contains);
          common.add(part.get());
        }
        if (common.size() > MAX_PAIRS) {
          return common;
        }
      }
    }
    return common;
  }

  /** Whether every packet that {@code inner} selects is selected by {@code outer}. */
  public static boolean covers(List<TrafficSelector> outer, List<TrafficSelector> inner) {
    return inner.stream().allMatch(i -> outer.stream().anyMatch(o -> o.contains(i)));
  }

  /**
   * Every local selector with every remote one of its family, where one packet can match both: the
   * protocol of a pair is the narrower of the two. More than {@link #MAX_PAIRS} are cut off, which
   * the caller refuses.
   */
  public static List<SelectorPair> pairs(
      List<TrafficSelector> local, List<TrafficSelector> remote) {
    List<SelectorPair> pairs = new ArrayList<>();
    for (TrafficSelector mine : local) {
      for (TrafficSelector theirs : remote) {
        boolean compatible =
            mine.protocol() == theirs.protocol() || mine.isAnyProtocol() || theirs.isAnyProtocol();
        if (mine.isIpv4() == theirs.isIpv4() && compatible && pairs.size() <= MAX_PAIRS) {
          int protocol = mine.isAnyProtocol() ? theirs.protocol() : mine.protocol();
          SelectorPair pair =
              new SelectorPair(mine.withProtocol(protocol), theirs.withProtocol(protocol));
          if (!pairs.contains(pair)) {
            pairs.add(pair);
          }
        }
      }
    }
    return pairs;
  }
}
