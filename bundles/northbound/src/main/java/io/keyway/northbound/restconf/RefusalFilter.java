package io.keyway.northbound.restconf;

import java.io.IOException;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;
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
    if (!(request instanceof HttpServletRequest httpRequest)
        || !(response instanceof HttpServletResponse httpResponse)) {
      chain.doFilter(request, response);
      return;
    }
    RefusalResponse refusal = new RefusalResponse(httpResponse);
    chain.doFilter(new RefusalRequest(httpRequest, refusal), refusal);
    if (!request.isAsyncStarted()) {
      refusal.finish();
    }
  }

  @Override
  public void destroy() {
    // nothing is held
  }
}
