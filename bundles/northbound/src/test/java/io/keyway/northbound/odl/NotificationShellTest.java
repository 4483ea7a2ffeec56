package io.keyway.northbound.odl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.keyway.api.tunnel.TunnelEvent;
import io.keyway.northbound.Fakes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opendaylight.mdsal.binding.api.NotificationPublishService;
import org.opendaylight.yangtools.yang.binding.Notification;

class NotificationShellTest {

  private final List<Notification<?>> published = new ArrayList<>();

  @Test
  void everyEventIsANotification() {
    NotificationShell shell =
        new NotificationShell(
            Fakes.of(
                NotificationPublishService.class,
                new Object() {
                  public ListenableFuture<Object> offerNotification(Notification<?> event) {
                    published.add(event);
                    return Futures.immediateFuture(null);
                  }
                }));
    shell.publish(new TunnelEvent.Up("t", "aes256gcm16"));
    shell.publish(new TunnelEvent.Down("t", "the peer is gone"));
    shell.publish(new TunnelEvent.Rekeyed("t", "aes256gcm16"));
    shell.publish(new TunnelEvent.Expired("t", "0xc1234567", true));
    shell.publish(new TunnelEvent.AuthenticationFailed("g", "10.0.0.2", "the PSK differs"));
    shell.publish(new TunnelEvent.PlaneUp("ipu-1"));
    shell.publish(new TunnelEvent.PlaneDown("ipu-1", "connection refused"));
    shell.publish(new TunnelEvent.PlaneRestarted("ipu-1", 4, "rows are missing"));
    assertThat(published)
        .extracting(n -> n.implementedInterface().getSimpleName())
        .containsExactly(
            "TunnelUp",
            "TunnelDown",
            "TunnelRekeyed",
            "SaExpired",
            "AuthenticationFailed",
            "DataPlaneUp",
            "DataPlaneDown",
            "DataPlaneRestarted");
    assertThat(published.get(1).toString()).contains("the peer is gone");
  }

  @Test
  void anEventThatCannotBePublishedDisturbsNobody() {
    NotificationShell shell =
        new NotificationShell(
            Fakes.of(
                NotificationPublishService.class,
                new Object() {
                  public ListenableFuture<? extends Object> offerNotification(
                      Notification<?> event) {
                    return NotificationPublishService.REJECTED;
                  }
                }));
    shell.publish(new TunnelEvent.PlaneUp("ipu-1"));
    shell.publish(new TunnelEvent.PlaneUp("not a name!"));
  }
}
