package io.keyway.northbound.osgi;

import io.keyway.northbound.restconf.RoleFilter;
import javax.servlet.Filter;
import org.osgi.service.component.annotations.Component;

/** Hangs the filter behind all others of OpenDaylight's RESTCONF: the lowest ranking is last. */
@Component(
    service = Filter.class,
    property = {
      "osgi.http.whiteboard.context.select=(osgi.http.whiteboard.context.path=/rests)",
      "osgi.http.whiteboard.filter.name=keyway-roles",
      "osgi.http.whiteboard.filter.pattern=/*",
      "osgi.http.whiteboard.filter.asyncSupported:Boolean=true",
      "service.ranking:Integer=-1000"
    })
public final class RoleFilterComponent extends FilterComponent {

  public RoleFilterComponent() {
    super(new RoleFilter());
  }
}
