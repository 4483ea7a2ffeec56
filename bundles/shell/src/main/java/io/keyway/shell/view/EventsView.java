package io.keyway.shell.view;

import io.keyway.api.tunnel.TunnelEvent;
import java.time.Instant;

/** Prints one event on one line. */
public final class EventsView {

  private EventsView() {}

  public static String line(TunnelEvent event, Instant now) {
    return now + "  " + Words.printable(text(event));
  }

  private static String text(TunnelEvent event) {
    if (event instanceof TunnelEvent.Up e) {
      return "tunnel " + e.tunnel() + " up: " + e.detail();
    }
    if (event instanceof TunnelEvent.Down e) {
      return "tunnel " + e.tunnel() + " down: " + e.reason();
    }
    if (event instanceof TunnelEvent.Rekeyed e) {
      return "tunnel " + e.tunnel() + " rekeyed: " + e.detail();
    }
    if (event instanceof TunnelEvent.Expired e) {
      return "tunnel "
          + e.tunnel()
          + ": SA "
          + e.sa()
          + (e.hard() ? " ended" : " asks for a rekey");
    }
    if (event instanceof TunnelEvent.AuthenticationFailed e) {
      return "gateway "
          + e.gateway()
          + ": peer "
          + e.peer()
          + " failed to authenticate: "
          + e.reason();
    }
    if (event instanceof TunnelEvent.PlaneUp e) {
      return "data plane " + e.plane() + " up";
    }
    if (event instanceof TunnelEvent.PlaneDown e) {
      return "data plane " + e.plane() + " down: " + e.reason();
    }
    if (event instanceof TunnelEvent.PlaneRestarted e) {
      return "data plane "
          + e.plane()
          + " restarted, generation "
          + e.generation()
          + ": "
          + e.reason();
    }
    throw new IllegalArgumentException("an event that this version does not know: " + event);
  }

  public static String json(TunnelEvent event, Instant now) {
    Json.Members object =
        Json.object().put("time", now).put("event", event.getClass().getSimpleName());
    for (var component : event.getClass().getRecordComponents()) {
      try {
        object.put(component.getName(), component.getAccessor().invoke(event));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("a public record's accessor must answer", e);
      }
    }
    return Json.write(object);
  }
}
