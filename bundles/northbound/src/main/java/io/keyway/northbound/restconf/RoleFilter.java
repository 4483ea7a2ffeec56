package io.keyway.northbound.restconf;

import io.keyway.northbound.device.CallerRole;
import java.io.IOException;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;

/**
 * Tells what is behind RESTCONF whether its caller has the role for writing SAs by hand. It stands
 * behind OpenDaylight's authentication, which answers {@code isUserInRole}.
 */
public final class RoleFilter implements Filter {

  @Override
  public void init(FilterConfig config) {
    // nothing to set
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest http)) {
      chain.doFilter(request, response);
      return;
    }
    CallerRole.Scope scope = CallerRole.of(() -> http.isUserInRole(CallerRole.MANUAL_SA));
    try {
      chain.doFilter(request, response);
    } finally {
      scope.close();
    }
  }

  @Override
  public void destroy() {
    // nothing is held
  }
}
