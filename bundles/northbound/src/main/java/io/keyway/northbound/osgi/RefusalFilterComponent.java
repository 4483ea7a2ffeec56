package io.keyway.northbound.osgi;

import io.keyway.northbound.restconf.RefusalFilter;
import javax.servlet.Filter;
import org.osgi.service.component.annotations.Component;

/** Hangs the filter into the servlet context of OpenDaylight's RESTCONF. */
@Component(
    service = Filter.class,
    property = {
      "osgi.http.whiteboard.context.select=(osgi.http.whiteboard.context.path=/rests)",
      "osgi.http.whiteboard.filter.name=keyway-refusals",
      "osgi.http.whiteboard.filter.pattern=/*",
      "osgi.http.whiteboard.filter.asyncSupported:Boolean=true"
    })
public final class RefusalFilterComponent extends FilterComponent {

  public RefusalFilterComponent() {
    super(new RefusalFilter());
  }
}
