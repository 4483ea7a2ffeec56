package io.keyway.api.ike;

import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.List;

/**
 * What CP of IKE_AUTH brought for one IKE SA.
 *
 * @param local addresses that the peer gave us
 * @param remote addresses that we gave the peer
 * @param dns name servers that the peer told us
 * @param subnets prefixes behind the peer, as it told us
 */
public record AssignedAddresses(
    List<InetAddress> local,
    List<InetAddress> remote,
    List<InetAddress> dns,
    List<TrafficSelector> subnets) {
  public static final AssignedAddresses NONE =
      new AssignedAddresses(List.of(), List.of(), List.of(), List.of());

  public AssignedAddresses {
    local = List.copyOf(local);
    remote = List.copyOf(remote);
    dns = List.copyOf(dns);
    subnets = List.copyOf(subnets);
  }
}
