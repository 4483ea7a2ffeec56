package io.keyway.plane.vrouter.core;

import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.plane.support.Events;
import io.keyway.plane.vrouter.message.Addresses;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.plane.vrouter.message.Selectors;
import io.keyway.protocol.vrouter.v1.Acquire;
import io.keyway.protocol.vrouter.v1.Drops;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.Expired;
import io.keyway.protocol.vrouter.v1.LinkChanged;
import io.keyway.protocol.vrouter.v1.PacketDropped;
import io.keyway.protocol.vrouter.v1.PeerMoved;
import io.keyway.protocol.vrouter.v1.PortStatus;
import io.keyway.protocol.vrouter.v1.UnknownSpi;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent tells, in the words of {@link PlaneEvent}. On the plane's thread. */
final class AgentEvents {

  private static final Logger LOG = LoggerFactory.getLogger(AgentEvents.class);

  private final String plane;
  private final Mirror mirror;
  private final Events events;
  private final Set<Integer> linksDown = new TreeSet<>();

  AgentEvents(String plane, Mirror mirror, Events events) {
    this.plane = plane;
    this.mirror = mirror;
    this.events = events;
  }

  /** Ports without a link, for the status. */
  Set<Integer> linksDown() {
    return linksDown;
  }

  /**
   * What the agent says of its ports; events may have been missed.
   *
   * @return whether a link came or went
   */
  boolean links(List<PortStatus> ports) {
    Set<Integer> down = new TreeSet<>();
    ports.stream().filter(port -> !port.getLinkUp()).forEach(port -> down.add(port.getPort()));
    boolean news = !down.equals(linksDown);
    linksDown.clear();
    linksDown.addAll(down);
    return news;
  }

  /** Everything but who leads. */
  void tell(Event event) {
    switch (event.getEventCase()) {
      case EXPIRED -> expired(event.getExpired());
      case PACKET_DROPPED -> dropped(event.getPacketDropped());
      case UNKNOWN_SPI -> unknown(event.getUnknownSpi());
      case PEER_MOVED -> moved(event.getPeerMoved());
      case ACQUIRE -> acquire(event.getAcquire());
      case DROPS -> drops(event.getDrops());
      case LINK_CHANGED -> link(event.getLinkChanged());
      case ATTACHED -> {
        // Who leads is the session's.
      }
      case EVENT_NOT_SET -> LOG.debug("data plane {}: an event of a newer agent", plane);
    }
  }

  private Optional<SaId> sa(io.keyway.protocol.vrouter.v1.SaId id) {
    Optional<Direction> direction = SaMessages.direction(id.getDirection());
    return direction.flatMap(
        d ->
            mirror.find(
                d, Integer.toUnsignedLong(id.getSpi()), Addresses.address(id.getDestination())));
  }

  private void expired(Expired expired) {
    Optional<SaId> sa = sa(expired.getId());
    if (sa.isEmpty()) {
      LOG.debug("data plane {}: an SA that is gone expired", plane);
      return;
    }
    LOG.debug(
        "data plane {}: SA {} reached its {} {} limit",
        plane,
        sa.get(),
        expired.getHard() ? "hard" : "soft",
        expired.getLimit().name().toLowerCase(Locale.ROOT));
    events.emit(new PlaneEvent.Expired(sa.get().spi(), sa.get().destination(), expired.getHard()));
  }

  private void dropped(PacketDropped dropped) {
    String reason = dropped.getReason().name().toLowerCase(Locale.ROOT);
    LOG.debug(
        "data plane {}: {} packets of SA {} from {} dropped: {}",
        plane,
        dropped.getPackets(),
        SaMessages.text(dropped.getId()),
        Addresses.text(dropped.getOuterSource()),
        reason);
    events.emit(new PlaneEvent.Drops(reason, dropped.getPackets()));
  }

  private void unknown(UnknownSpi unknown) {
    Addresses.address(unknown.getSource())
        .ifPresent(
            source ->
                events.emit(
                    new PlaneEvent.UnknownSpi(Integer.toUnsignedLong(unknown.getSpi()), source)));
  }

  private void moved(PeerMoved moved) {
    Optional<InetAddress> address = Addresses.address(moved.getAddress());
    long spi = Integer.toUnsignedLong(moved.getId().getSpi());
    if (address.isPresent() && spi >= 256 && moved.getPort() > 0) {
      events.emit(new PlaneEvent.Mapping(new Spi(spi), address.get(), moved.getPort()));
    }
  }

  private void acquire(Acquire acquire) {
    Selectors.pair(acquire.getPlace().getSelectors())
        .ifPresent(place -> events.emit(new PlaneEvent.Acquire(place, Selectors.packet(acquire))));
  }

  private void drops(Drops drops) {
    drops
        .getCountsList()
        .forEach(count -> events.emit(new PlaneEvent.Drops(count.getReason(), count.getPackets())));
  }

  private void link(LinkChanged link) {
    if (link.getUp()) {
      linksDown.remove(link.getPort());
    } else {
      linksDown.add(link.getPort());
    }
    LOG.warn(
        "data plane {}: the link of port {} is {}",
        plane,
        link.getPort(),
        link.getUp() ? "up" : "down");
  }
}
