package io.keyway.tunnels.plan;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.plane.PlaneCapabilities.SelectorShape;
import io.keyway.api.plane.PlaneModel;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code dynamic} stands for on either side before anything is negotiated: an outer address,
 * or every address that it may turn out to be. What is held must cover all of them, so that nothing
 * leaves in clear because an address is not given yet.
 *
 * @param local we ask for addresses: any of their families; else our outer address
 * @param remote peers get addresses from pools: all of these; else the peer's outer address; empty
 *     when that is not known
 */
record Ends(List<TrafficSelector> local, List<TrafficSelector> remote) {

  /** A pool of more is not written address by address. */
  private static final BigInteger MOST_HOSTS = BigInteger.valueOf(256);

  /**
   * @param plane where known; one that matches single hosts gets the pools host by host
   */
  static Ends of(Gateway gateway, List<AddressPool> pools, Optional<PlaneModel> plane) {
    List<TrafficSelector> local = new ArrayList<>();
    for (InetAddress address : gateway.virtualAddresses()) {
      TrafficSelector family = TrafficSelector.prefix(address, 0);
      if (!local.contains(family)) {
        local.add(family);
      }
    }
    if (local.isEmpty()) {
      local.add(TrafficSelector.host(gateway.localAddress()));
    }
    List<TrafficSelector> remote = new ArrayList<>();
    boolean hosts =
        plane
            .filter(
                p ->
                    p.capabilities().selectorShape() == SelectorShape.DESTINATION_HOST_AND_PROTOCOL)
            .isPresent();
    for (AddressPool pool : pools) {
      for (TrafficSelector range : pool.ranges()) {
        if (hosts && range.size().compareTo(MOST_HOSTS) <= 0) {
          for (long n = 0; n < range.size().longValueExact(); n++) {
            remote.add(TrafficSelector.host(AddressPool.plus(range.first(), n)));
          }
        } else {
          remote.add(range);
        }
      }
    }
    if (pools.isEmpty()) {
      gateway.remoteAddress().map(TrafficSelector::host).ifPresent(remote::add);
    }
    return new Ends(local, remote);
  }

  /**
   * A configured selector that no packet can match, since the other side has none of its family.
   */
  Optional<SelectorTemplate> lonely(List<SelectorTemplate> ours, List<SelectorTemplate> theirs) {
    for (SelectorTemplate mine : ours) {
      if (pairs(List.of(mine), theirs).isEmpty()) {
        return Optional.of(mine);
      }
    }
    for (SelectorTemplate other : theirs) {
      if (pairs(ours, List.of(other)).isEmpty()) {
        return Optional.of(other);
      }
    }
    return Optional.empty();
  }

  /** Every local selector with every remote one of its family. */
  List<SelectorPair> pairs(List<SelectorTemplate> ours, List<SelectorTemplate> theirs) {
    List<SelectorPair> pairs = new ArrayList<>();
    for (SelectorTemplate mine : ours) {
      for (SelectorTemplate other : theirs) {
        for (TrafficSelector from : mine.isDynamic() ? local : List.of(mine.resolve(null))) {
          for (TrafficSelector to : other.isDynamic() ? remote : List.of(other.resolve(null))) {
            if (from.isIpv4() == to.isIpv4()) {
              pairs.add(new SelectorPair(mine.resolveIn(from), other.resolveIn(to)));
            }
          }
        }
      }
    }
    return pairs;
  }
}
