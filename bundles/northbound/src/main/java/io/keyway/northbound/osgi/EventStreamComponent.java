package io.keyway.northbound.osgi;

import io.keyway.northbound.restconf.EventStream;
import org.opendaylight.mdsal.dom.api.DOMNotificationService;
import org.opendaylight.restconf.server.spi.RestconfStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Offers the stream of notifications for as long as RESTCONF is there. */
@Component(
    immediate = true,
    service = {})
public final class EventStreamComponent {

  private final EventStream stream;

  @Activate
  public EventStreamComponent(
      @Reference RestconfStream.Registry registry,
      @Reference DOMNotificationService notifications,
      @Reference ModelReady model) {
    this.stream = new EventStream(registry, notifications, model);
  }

  @Deactivate
  void deactivate() {
    stream.close();
  }
}
