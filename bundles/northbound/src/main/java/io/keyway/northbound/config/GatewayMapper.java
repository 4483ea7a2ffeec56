package io.keyway.northbound.config;

import io.keyway.api.ike.PeerRanges;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** List {@code gateway}. */
final class GatewayMapper {

  private static final int IKE_PORT = 500;

  private GatewayMapper() {}

  static Gateway read(Tree tree) throws InvalidEntryException {
    InetAddress local = Addresses.parse("local-address", tree.mandatory("local-address"));
    Optional<InetAddress> remote = Optional.empty();
    if (tree.has("remote-address")) {
      InetAddress address = Addresses.parse("remote-address", tree.mandatory("remote-address"));
      if (address.getAddress().length != local.getAddress().length) {
        throw new InvalidEntryException(
            "remote-address",
            "local-address and remote-address are of different families; use two of IPv4 or two of"
                + " IPv6");
      }
      remote = Optional.of(address);
    }
    return new Gateway(
        tree.mandatory("name"),
        tree.mandatory("ike-policy"),
        local,
        remote,
        port(tree, "local-port"),
        port(tree, "remote-port"),
        tree.text("data-plane"),
        AuthenticationMapper.read(tree),
        Addresses.parseAll("additional-local-address", tree.leafList("additional-local-address")),
        tree.leafList("local-interface"),
        tree.leafList("pool"),
        Addresses.parseAll("virtual-address", tree.leafList("virtual-address")),
        tree.text("redirect-to"),
        ranges(tree));
  }

  private static List<TrafficSelector> ranges(Tree tree) throws InvalidEntryException {
    List<TrafficSelector> ranges = new ArrayList<>();
    for (String text : tree.leafList("remote-range")) {
      try {
        ranges.add(PeerRanges.parse(text));
      } catch (IllegalArgumentException e) {
        throw new InvalidEntryException("remote-range", e.getMessage());
      }
    }
    return ranges;
  }

  private static int port(Tree tree, String leaf) throws InvalidEntryException {
    int port = (int) tree.number(leaf, IKE_PORT);
    if (port == 0) {
      throw new InvalidEntryException(leaf, "port 0 cannot be used; the usual one is 500");
    }
    return port;
  }

  static Tree write(Gateway gateway) {
    Tree tree =
        new Tree()
            .leaf("name", gateway.name())
            .leaf("ike-policy", gateway.ikePolicy())
            .leaf("local-address", gateway.localAddress().getHostAddress())
            .leaf("remote-address", gateway.remoteAddress().map(InetAddress::getHostAddress))
            .leaf("local-port", gateway.localPort())
            .leaf("remote-port", gateway.remotePort())
            .leaf("data-plane", gateway.dataPlane())
            .leafList(
                "additional-local-address",
                gateway.additionalLocalAddresses().stream()
                    .map(InetAddress::getHostAddress)
                    .toList())
            .leafList("local-interface", gateway.localInterfaces())
            .leafList("pool", gateway.pools())
            .leafList(
                "virtual-address",
                gateway.virtualAddresses().stream().map(InetAddress::getHostAddress).toList())
            .leaf("redirect-to", gateway.redirectTo())
            .leafList(
                "remote-range", gateway.remoteRanges().stream().map(PeerRanges::text).toList());
    AuthenticationMapper.write(tree, gateway.authentication());
    return tree;
  }
}
