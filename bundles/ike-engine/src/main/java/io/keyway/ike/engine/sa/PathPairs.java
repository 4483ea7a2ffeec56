package io.keyway.ike.engine.sa;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.IkeTransport;
import io.keyway.ike.engine.base.HostAddresses;
import io.keyway.ike.engine.negotiate.MobikeNotify;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of our addresses can be joined with which of the peer's, the preferred pair first. Which
 * addresses come in question is the configuration's and the peer's word; which are there, the
 * host's.
 */
final class PathPairs {
  /** A probe goes over all of them, so there are not many. */
  private static final int MAX_PAIRS = 8;

  private PathPairs() {}

  /** Our addresses that are there, in order of preference. */
  static List<InetAddress> ours(ConnectionConfig config, HostAddresses host) {
    Set<InetAddress> all = new LinkedHashSet<>();
    all.add(config.localAddress());
    if (config.options().mobility().enabled()) {
      all.addAll(config.options().mobility().addresses());
      config.options().mobility().interfaces().forEach(name -> all.addAll(host.of(name)));
    }
    all.removeIf(address -> !host.has(address) || isIpv6Unwanted(config, address));
    return all.stream().limit(MobikeNotify.MAX_ADDRESSES).toList();
  }

  static boolean isIpv6Unwanted(ConnectionConfig config, InetAddress address) {
    return isIpv6(address) && !config.options().mobility().ipv6();
  }

  private static boolean isIpv6(InetAddress address) {
    return address instanceof java.net.Inet6Address;
  }

  /** Where a new IKE SA begins: from the preferred of our addresses that is there. */
  static InetAddress first(EngineContext ctx, ConnectionConfig config) {
    InetAddress remote = config.remoteAddress().orElseThrow();
    return ours(config, ctx.services().host()).stream()
        .filter(local -> isIpv6(local) == isIpv6(remote))
        .filter(local -> local.equals(config.localAddress()) || binds(ctx, config, local))
        .findFirst()
        .orElse(config.localAddress());
  }

  private static boolean binds(EngineContext ctx, ConnectionConfig config, InetAddress local) {
    return binds(ctx, new InetSocketAddress(local, config.localPort()), false);
  }

  private static boolean binds(EngineContext ctx, InetSocketAddress local, boolean marker) {
    Optional<IkeTransport> transport = ctx.services().transport();
    return transport.isPresent() && transport.get().bind(local, marker).done();
  }

  /**
   * Pairs that can be tried now; the sockets are bound.
   *
   * @param theirs addresses that the peer told of
   */
  static List<Path> of(IkeSa sa, Collection<InetAddress> theirs) {
    ConnectionConfig config = sa.config();
    Set<InetAddress> remotes = new LinkedHashSet<>();
    config.remoteAddress().ifPresent(remotes::add);
    remotes.add(sa.path().remote().getAddress());
    remotes.addAll(theirs);
    List<Path> pairs = new ArrayList<>();
    for (InetAddress local : ours(config, sa.ctx().services().host())) {
      InetSocketAddress socket =
          new InetSocketAddress(
              local, sa.path().marker() ? sa.ctx().settings().natPort() : config.localPort());
      for (InetAddress remote : remotes) {
        if (isIpv6(local) == isIpv6(remote)
            && pairs.size() < MAX_PAIRS
            && binds(sa.ctx(), socket, sa.path().marker())) {
          pairs.add(new Path(socket, remote(sa, remote), sa.path().marker()));
        }
      }
    }
    return pairs;
  }

  /** A peer behind a NAT has the port that we know; at another address it is the usual one. */
  private static InetSocketAddress remote(IkeSa sa, InetAddress address) {
    if (address.equals(sa.path().remote().getAddress())) {
      return sa.path().remote();
    }
    return new InetSocketAddress(
        address, sa.path().marker() ? sa.ctx().settings().natPort() : sa.config().remotePort());
  }
}
