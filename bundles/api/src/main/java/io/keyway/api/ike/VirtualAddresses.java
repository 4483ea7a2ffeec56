package io.keyway.api.ike;

import java.net.InetAddress;
import java.util.List;

/**
 * Addresses that one side gives the other one with the IKE SA (RFC 7296 section 2.19). {@code
 * dynamic} in traffic selectors then stands for these instead of the outer addresses.
 *
 * @param pools we give the peer one address of each family that they have; the first pool with room
 *     is used; empty: we give none
 * @param requested we ask the peer for these; the unspecified address ({@code 0.0.0.0} or {@code
 *     ::}) stands for any of its family; empty: we ask for none
 */
public record VirtualAddresses(List<AddressPool> pools, List<InetAddress> requested) {
  public static final VirtualAddresses NONE = new VirtualAddresses(List.of(), List.of());

  public VirtualAddresses {
    pools = List.copyOf(pools);
    requested = List.copyOf(requested);
  }
}
