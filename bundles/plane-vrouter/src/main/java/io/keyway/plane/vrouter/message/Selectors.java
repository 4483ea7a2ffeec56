package io.keyway.plane.vrouter.message;

import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.sa.Direction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.protocol.vrouter.v1.Acquire;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.Selector;
import java.net.InetAddress;
import java.util.Optional;

/** Pairs of selectors. A pair of the agent has one protocol, as a packet has. */
public final class Selectors {

  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int MAX_PORT = 65535;

  private Selectors() {}

  /**
   * The pair as the agent has it.
   *
   * @return REFUSED when no packet can match both sides
   */
  public static Result<io.keyway.protocol.vrouter.v1.SelectorPair> message(SelectorPair pair) {
    int local = pair.local().protocol();
    int remote = pair.remote().protocol();
    if (local != remote && !pair.local().isAnyProtocol() && !pair.remote().isAnyProtocol()) {
      return Result.failed(
          Outcome.refused(
              "selectors "
                  + pair
                  + " name two protocols, and no packet has both; give both sides the same"));
    }
    return Result.ok(
        io.keyway.protocol.vrouter.v1.SelectorPair.newBuilder()
            .setLocal(Addresses.selector(pair.local()))
            .setRemote(Addresses.selector(pair.remote()))
            .setProtocol(pair.local().isAnyProtocol() ? remote : local)
            .build());
  }

  /** The same without fields that only a newer agent knows. */
  static io.keyway.protocol.vrouter.v1.SelectorPair known(
      io.keyway.protocol.vrouter.v1.SelectorPair message) {
    boolean known = isKnown(message) && isKnown(message.getLocal()) && isKnown(message.getRemote());
    return known
        ? message
        : io.keyway.protocol.vrouter.v1.SelectorPair.newBuilder()
            .setLocal(known(message.getLocal()))
            .setRemote(known(message.getRemote()))
            .setProtocol(message.getProtocol())
            .build();
  }

  private static Selector known(Selector message) {
    return message.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance()).build();
  }

  private static boolean isKnown(Message message) {
    return message.getUnknownFields().asMap().isEmpty();
  }

  /** Empty when the agent said something that cannot be. */
  public static Optional<SelectorPair> pair(io.keyway.protocol.vrouter.v1.SelectorPair message) {
    Optional<TrafficSelector> local = Addresses.selector(message.getLocal(), message.getProtocol());
    Optional<TrafficSelector> remote =
        Addresses.selector(message.getRemote(), message.getProtocol());
    if (local.isEmpty() || remote.isEmpty() || local.get().isIpv4() != remote.get().isIpv4()) {
      return Optional.empty();
    }
    return Optional.of(new SelectorPair(local.get(), remote.get()));
  }

  /**
   * What the packet of an acquire selects. Ports of protocols that have none, and types of ICMP,
   * which is not told which of the two the ports would be, stand for any.
   */
  public static Optional<SelectorPair> packet(Acquire acquire) {
    Optional<InetAddress> source = Addresses.address(acquire.getSource());
    Optional<InetAddress> destination = Addresses.address(acquire.getDestination());
    int protocol = acquire.getProtocol();
    if (source.isEmpty()
        || destination.isEmpty()
        || source.get().getClass() != destination.get().getClass()
        || protocol < 1
        || protocol > 255) {
      return Optional.empty();
    }
    return Optional.of(
        new SelectorPair(
            end(source.get(), protocol, acquire.getSourcePort()),
            end(destination.get(), protocol, acquire.getDestinationPort())));
  }

  private static TrafficSelector end(InetAddress address, int protocol, int port) {
    TrafficSelector host = TrafficSelector.host(address, protocol);
    boolean icmp = protocol == ICMP || protocol == ICMPV6;
    return icmp || port < 1 || port > MAX_PORT ? host : host.withPorts(port, port);
  }

  /** REFUSED when the selectors cannot be a place. */
  public static Result<PolicyPlace> place(Direction direction, SelectorPair pair) {
    Result<io.keyway.protocol.vrouter.v1.SelectorPair> selectors = message(pair);
    return selectors.done()
        ? Result.ok(
            PolicyPlace.newBuilder()
                .setDirection(SaMessages.direction(direction))
                .setSelectors(selectors.value().orElseThrow())
                .build())
        : Result.failed(selectors.outcome());
  }

  /** For people. */
  public static String text(io.keyway.protocol.vrouter.v1.SelectorPair message) {
    return pair(message).map(SelectorPair::toString).orElse("selectors that cannot be read");
  }
}
