package io.keyway.northbound.osgi;

import java.io.IOException;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;

/** A filter of this bundle as a service of its own, which the whiteboard finds. */
abstract class FilterComponent implements Filter {

  private final Filter filter;

  FilterComponent(Filter filter) {
    this.filter = filter;
  }

  @Override
  public final void init(FilterConfig config) throws ServletException {
    filter.init(config);
  }

  @Override
  public final void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    filter.doFilter(request, response, chain);
  }

  @Override
  public final void destroy() {
    filter.destroy();
  }
}
