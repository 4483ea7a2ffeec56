package io.keyway.northbound.restconf;

import java.io.IOException;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletResponse;

/** Stands in front of RESTCONF and tells refusals of the configuration as what they are. */
public final class RefusalFilter implements Filter {

  @Override
  public void init(FilterConfig config) {
    // nothing to set
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    chain.doFilter(
        request,
        response instanceof HttpServletResponse http ? new RefusalResponse(http) : response);
  }

  @Override
  public void destroy() {
    // nothing is held
  }
}
