package io.keyway.northbound.config;

import io.keyway.api.ike.AddressPool;
import io.keyway.api.intent.IntentObject.Pool;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** List {@code pool}. */
final class PoolMapper {

  private PoolMapper() {}

  static Pool read(Tree tree) throws InvalidEntryException {
    List<TrafficSelector> ranges = new ArrayList<>();
    for (String text : tree.leafList("range")) {
      try {
        ranges.add(AddressPool.parseRange(text));
      } catch (IllegalArgumentException e) {
        throw new InvalidEntryException("range", e.getMessage());
      }
    }
    if (ranges.isEmpty()) {
      throw new InvalidEntryException("range", "there is no range; add at least one");
    }
    List<TrafficSelector> subnets = new ArrayList<>();
    for (String text : tree.leafList("subnet")) {
      try {
        subnets.add(AddressPool.parsePrefix(text));
      } catch (IllegalArgumentException e) {
        throw new InvalidEntryException("subnet", e.getMessage());
      }
    }
    return new Pool(
        new AddressPool(
            tree.mandatory("name"),
            ranges,
            Addresses.parseAll("dns", tree.leafList("dns")),
            subnets,
            Duration.ofSeconds(
                tree.number("reserve-time", AddressPool.DEFAULT_RESERVE.toSeconds()))));
  }

  static Tree write(Pool pool) {
    AddressPool addresses = pool.addresses();
    return new Tree()
        .leaf("name", pool.name())
        .leafList("range", addresses.ranges().stream().map(AddressPool::rangeText).toList())
        .leafList("dns", addresses.dns().stream().map(InetAddress::getHostAddress).toList())
        .leafList("subnet", addresses.subnets().stream().map(TrafficSelector::toString).toList())
        .leaf("reserve-time", addresses.reserve().toSeconds());
  }
}
