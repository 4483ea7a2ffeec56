package io.keyway.ike.engine.base;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The addresses of this machine at one moment, by network interface; only interfaces that are up.
 *
 * @param known whether anybody looked; if not, every address counts as ours
 * @param elsewhere addresses of ours that live on a data plane, which the transport reaches
 */
public record HostAddresses(
    boolean known, Map<String, List<InetAddress>> byInterface, Predicate<InetAddress> elsewhere) {

  private static final Predicate<InetAddress> NONE = address -> false;

  /** Before anybody has looked. */
  public static final HostAddresses UNKNOWN = new HostAddresses(false, Map.of());

  public HostAddresses {
    byInterface = Map.copyOf(byInterface);
  }

  /** Of a machine alone. */
  public HostAddresses(boolean known, Map<String, List<InetAddress>> byInterface) {
    this(known, byInterface, NONE);
  }

  /** With what the transport reaches in other ways. */
  HostAddresses and(Predicate<InetAddress> more) {
    return new HostAddresses(known, byInterface, more);
  }

  /** What a look at the machine shows. */
  public static HostAddresses now() throws SocketException {
    Map<String, List<InetAddress>> found = new TreeMap<>();
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (each.isUp()) {
        List<InetAddress> addresses = new ArrayList<>();
        for (InetAddress address : Collections.list(each.getInetAddresses())) {
          addresses.add(unscoped(address));
        }
        found.put(each.getName(), List.copyOf(addresses));
      }
    }
    return new HostAddresses(true, found);
  }

  /** Java writes the interface into IPv6 addresses, and they compare unlike those of others. */
  private static InetAddress unscoped(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("an address has the length of an address", e);
    }
  }

  /** Whether an address is ours, here or on a data plane; all of 127.0.0.0/8 is. */
  public boolean has(InetAddress address) {
    return !known
        || address.isLoopbackAddress()
        || byInterface.values().stream().flatMap(Collection::stream).anyMatch(address::equals)
        || elsewhere.test(address);
  }

  /** Addresses of an interface that others can reach, in the order of the system. */
  public List<InetAddress> of(String networkInterface) {
    return byInterface.getOrDefault(networkInterface, List.of()).stream()
        .filter(a -> !a.isLinkLocalAddress() && !a.isLoopbackAddress() && !a.isMulticastAddress())
        .toList();
  }
}
