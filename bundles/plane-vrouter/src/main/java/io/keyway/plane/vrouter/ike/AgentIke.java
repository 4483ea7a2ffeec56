package io.keyway.plane.vrouter.ike;

import com.google.protobuf.UnsafeByteOperations;
import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeRelay;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.support.rpc.RpcErrors;
import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.plane.vrouter.agent.AgentException;
import io.keyway.plane.vrouter.agent.PacketChannel;
import io.keyway.plane.vrouter.message.Addresses;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.protocol.vrouter.v1.PacketIn;
import io.keyway.protocol.vrouter.v1.PacketOut;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * IKE datagrams over the agent's packet stream. The stream is open while this controller leads; of
 * several the newest gets what comes, so one that stands by has none.
 */
public final class AgentIke implements IkeRelay {

  private static final Logger LOG = LoggerFactory.getLogger(AgentIke.class);

  private static final int IKE = 500;
  private static final int IKE_NAT = 4500;
  private static final int LONGEST = 65_000;

  /** Before a stream that ended by itself is opened again. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** Between two looks whether what waits moves. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final VrouterSettings settings;
  private final PlaneThread thread;
  private final CopyOnWriteArrayList<Consumer<Datagram>> receivers = new CopyOnWriteArrayList<>();
  private volatile Set<InetAddress> owned = Set.of();
  private volatile PacketChannel channel;
  private Agent agent;
  private String problem = "";

  public AgentIke(VrouterSettings settings, PlaneThread thread) {
    this.settings = settings;
    this.thread = thread;
  }

  /** The gateway addresses of this data plane, as configured now. Any thread. */
  public void addresses(Set<InetAddress> now) {
    owned = settings.ikeOverAgent() ? Set.copyOf(now) : Set.of();
  }

  @Override
  public boolean owns(InetAddress local) {
    return owned.contains(local);
  }

  @Override
  public Outcome check(InetSocketAddress local, boolean marker) {
    if (local.getPort() != IKE && local.getPort() != IKE_NAT) {
      return Outcome.refused(
          "IKE of "
              + local.getAddress().getHostAddress()
              + " goes by way of data plane "
              + settings.name()
              + ", which takes it at ports 500 and 4500 only; set local-port to 500, or"
              + " ike-over-agent of the data plane to false");
    }
    if (marker != (local.getPort() == IKE_NAT)) {
      return Outcome.refused(
          "a vRouter takes IKE with the non-ESP marker at port 4500, and without it at port 500");
    }
    return Outcome.ok();
  }

  @Override
  public Outcome send(Datagram datagram) {
    PacketChannel now = channel;
    if (now == null) {
      return Outcome.unavailable(
          "data plane " + settings.name() + " has no contact, so no IKE leaves the router");
    }
    if (datagram.octets().length > LONGEST) {
      return Outcome.refused(
          "a datagram of " + datagram.octets().length + " octets is longer than " + LONGEST);
    }
    boolean taken =
        now.send(
            PacketOut.newBuilder()
                .setLocal(Addresses.octets(datagram.local().getAddress()))
                .setLocalPort(datagram.local().getPort())
                .setRemote(Addresses.octets(datagram.remote().getAddress()))
                .setRemotePort(datagram.remote().getPort())
                .setMarker(datagram.marker())
                // Nobody changes a datagram after its hand-over.
                .setPayload(UnsafeByteOperations.unsafeWrap(datagram.octets()))
                .build());
    return taken
        ? Outcome.ok()
        : Outcome.unavailable("too much IKE waits for data plane " + settings.name());
  }

  @Override
  public Registration attach(Consumer<Datagram> receiver) {
    Consumer<Datagram> own = receiver::accept;
    receivers.add(own);
    return () -> receivers.remove(own);
  }

  // -- on the plane's thread

  /** This controller leads by way of this agent. */
  public void begin(Agent now) {
    end();
    if (settings.ikeOverAgent()) {
      problem = "";
      agent = now;
      open(now);
    }
  }

  private void open(Agent now) {
    if (agent == now) {
      PacketChannel opened = now.packets(this::came, why -> thread.submit(() -> ended(now, why)));
      channel = opened;
      thread.later(LOOK, () -> watch(now, opened));
    }
  }

  /**
   * An agent may answer every question and yet take no IKE: then no tunnel is rekeyed, and nobody
   * hears of it. Of what waited, IKE sends again what still matters.
   */
  private void watch(Agent from, PacketChannel watched) {
    if (channel != watched) {
      return;
    }
    Duration stalled = watched.stalled();
    if (stalled.compareTo(settings.timing().rpc()) < 0) {
      thread.later(LOOK, () -> watch(from, watched));
      return;
    }
    LOG.warn(
        "data plane {}: the vRouter's agent has taken no IKE for {} s though IKE waits for it;"
            + " beginning another stream",
        settings.name(),
        stalled.toSeconds());
    channel = null;
    watched.close();
    thread.later(AGAIN, () -> open(from));
  }

  private void ended(Agent from, AgentException why) {
    if (agent == from) {
      String text = RpcErrors.text(why.getMessage());
      if (!text.equals(problem)) {
        problem = text;
        LOG.warn("data plane {}: no IKE through the router for now: {}", settings.name(), text);
      }
      channel = null;
      thread.later(AGAIN, () -> open(from));
    }
  }

  /** It does not lead any more. */
  public void end() {
    agent = null;
    PacketChannel before = channel;
    channel = null;
    if (before != null) {
      before.close();
    }
  }

  // -- on a thread of the connection

  private void came(PacketIn packet) {
    Optional<InetAddress> local = Addresses.address(packet.getLocal());
    Optional<InetAddress> remote = Addresses.address(packet.getRemote());
    int localPort = packet.getLocalPort();
    int remotePort = packet.getRemotePort();
    if (local.isEmpty()
        || remote.isEmpty()
        || localPort < 1
        || localPort > 65535
        || remotePort < 1
        || remotePort > 65535
        || packet.getPayload().isEmpty()) {
      LOG.debug("data plane {}: a datagram without a full header", settings.name());
      return;
    }
    Datagram datagram =
        new Datagram(
            new InetSocketAddress(local.get(), localPort),
            new InetSocketAddress(remote.get(), remotePort),
            packet.getMarker(),
            packet.getPayload().toByteArray());
    for (Consumer<Datagram> receiver : receivers) {
      try {
        receiver.accept(datagram);
      } catch (RuntimeException e) {
        // The stream would end with it, for all peers.
        LOG.error("data plane {}: a datagram could not be taken", settings.name(), e);
      }
    }
  }
}
