package io.keyway.northbound.osgi;

import io.keyway.northbound.restconf.RoleFilter;
import java.io.IOException;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
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
public final class RoleFilterComponent implements Filter {

  private final RoleFilter filter = new RoleFilter();

  @Override
  public void init(FilterConfig config) {
    filter.init(config);
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    filter.doFilter(request, response, chain);
  }

  @Override
  public void destroy() {
    filter.destroy();
  }
}
