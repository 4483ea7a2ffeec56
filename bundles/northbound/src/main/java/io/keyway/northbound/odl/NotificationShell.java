package io.keyway.northbound.odl;

import io.keyway.api.tunnel.TunnelEvent;
import org.opendaylight.mdsal.binding.api.NotificationPublishService;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.AuthenticationFailedBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.DataPlaneDownBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.DataPlaneRestartedBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.DataPlaneUpBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.EntryName;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.SaExpiredBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TunnelDownBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TunnelRekeyedBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.TunnelUpBuilder;
import org.opendaylight.yangtools.yang.binding.Notification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events as notifications of module {@code keyway-ipsec}. */
public final class NotificationShell {

  private static final Logger LOG = LoggerFactory.getLogger(NotificationShell.class);

  private final NotificationPublishService publisher;

  public NotificationShell(NotificationPublishService publisher) {
    this.publisher = publisher;
  }

  /** Publishes one event; never waits: when listeners are too slow, it is lost for them. */
  public void publish(TunnelEvent event) {
    try {
      if (publisher.offerNotification(notification(event)) == NotificationPublishService.REJECTED) {
        LOG.warn("Notification lost, listeners are too slow: {}", event);
      }
    } catch (RuntimeException e) {
      LOG.warn("Cannot publish {}", event, e);
    }
  }

  static Notification<?> notification(TunnelEvent event) {
    if (event instanceof TunnelEvent.Up up) {
      return new TunnelUpBuilder()
          .setTunnel(new EntryName(up.tunnel()))
          .setDetail(up.detail())
          .build();
    } else if (event instanceof TunnelEvent.Down down) {
      return new TunnelDownBuilder()
          .setTunnel(new EntryName(down.tunnel()))
          .setReason(down.reason())
          .build();
    } else if (event instanceof TunnelEvent.Rekeyed rekeyed) {
      return new TunnelRekeyedBuilder()
          .setTunnel(new EntryName(rekeyed.tunnel()))
          .setDetail(rekeyed.detail())
          .build();
    } else if (event instanceof TunnelEvent.Expired expired) {
      return new SaExpiredBuilder()
          .setTunnel(new EntryName(expired.tunnel()))
          .setSa(expired.sa())
          .setHard(expired.hard())
          .build();
    } else if (event instanceof TunnelEvent.AuthenticationFailed failed) {
      return new AuthenticationFailedBuilder()
          .setGateway(failed.gateway())
          .setPeer(failed.peer())
          .setReason(failed.reason())
          .build();
    } else if (event instanceof TunnelEvent.PlaneUp up) {
      return new DataPlaneUpBuilder().setDataPlane(new EntryName(up.plane())).build();
    } else if (event instanceof TunnelEvent.PlaneDown down) {
      return new DataPlaneDownBuilder()
          .setDataPlane(new EntryName(down.plane()))
          .setReason(down.reason())
          .build();
    } else if (event instanceof TunnelEvent.PlaneRestarted restarted) {
      return new DataPlaneRestartedBuilder()
          .setDataPlane(new EntryName(restarted.plane()))
          .setGeneration(Values.counter(restarted.generation()))
          .setReason(restarted.reason())
          .build();
    }
    throw new IllegalStateException("no notification for " + event.getClass());
  }
}
