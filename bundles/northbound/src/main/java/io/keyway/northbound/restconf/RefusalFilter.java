package io.keyway.northbound.restconf;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.NoSuchElementException;
import java.util.UUID;
import javax.servlet.Filter;
import javax.servlet.FilterChain;
import javax.servlet.FilterConfig;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of RESTCONF and tells refusals of the configuration as what they are.
 *
 * <p>Input of an operation that does not fit the model makes RESTCONF throw: the client would get
 * an empty 500, and the log an exception with whatever the client had sent. Both end here.
 */
public final class RefusalFilter implements Filter {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalFilter.class);

  /** Input of these operations is repeated nowhere, not even the part that is wrong. */
  private static final String SECRETS = "/operations/keyway-ipsec:put-secret";

  private static final String SECRET_FORM =
      "the input does not fit the model: it takes name, kind (pre-shared-key, ppk, eap-password or"
          + " private-key), and the secret as text or as octets (base64)";

  /** On a mount point keys come in, and what is wrong may be a part of one. */
  private static final String MOUNT = "yang-ext:mount";

  private static final String SA_FORM =
      "the input does not fit module openconfig-ipsec-offload: see names, numbers and ranges there;"
          + " the key is pairs of hex digits joined by colons";

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
    RefusalResponse refusal =
        new RefusalResponse(httpResponse, writesKeys(httpRequest) ? SA_FORM : null);
    RefusalRequest watched = new RefusalRequest(httpRequest, refusal);
    try {
      chain.doFilter(watched, refusal);
    } catch (ServletException | RuntimeException e) {
      if (httpResponse.isCommitted()) {
        throw e;
      }
      answer(httpRequest, httpResponse, cause(e));
      if (request.isAsyncStarted()) {
        // RESTCONF threw after it had announced an answer from another thread; none will come.
        request.getAsyncContext().complete();
      }
      return;
    }
    if (request.isAsyncStarted()) {
      watched.returned();
    } else {
      refusal.finish();
    }
  }

  private static boolean writesKeys(HttpServletRequest request) {
    String uri = URLDecoder.decode(String.valueOf(request.getRequestURI()), StandardCharsets.UTF_8);
    return uri.contains(MOUNT) && !request.getMethod().equals("GET");
  }

  private static Throwable cause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static void answer(
      HttpServletRequest request, HttpServletResponse response, Throwable cause)
      throws IOException {
    String accept = request.getHeader("Accept");
    boolean xml = accept != null && accept.contains("xml") && !accept.contains("json");
    ErrorBody error = error(request, cause, xml);
    byte[] octets = error.text().getBytes(StandardCharsets.UTF_8);
    response.reset();
    response.setStatus(error.status());
    response.setContentType("application/yang-data+" + (xml ? "xml" : "json"));
    response.setContentLength(octets.length);
    response.getOutputStream().write(octets);
  }

  private static ErrorBody error(HttpServletRequest request, Throwable cause, boolean xml) {
    if (!fromClient(cause)) {
      String number = UUID.randomUUID().toString();
      LOG.error("RESTCONF failed, error {}", number, cause);
      return ErrorBody.of(
          500, "operation-failed", "an error of the server; the log has it as " + number, xml);
    }
    String uri = String.valueOf(request.getRequestURI());
    String message =
        uri.contains(SECRETS) ? SECRET_FORM : writesKeys(request) ? SA_FORM : cause.getMessage();
    return ErrorBody.of(400, "invalid-value", String.valueOf(message), xml);
  }

  /** What yangtools throws for input that does not fit the model. */
  private static boolean fromClient(Throwable cause) {
    return cause instanceof IllegalArgumentException
        || cause instanceof NoSuchElementException
        || cause instanceof IllegalStateException
            && String.valueOf(cause.getMessage()).startsWith("Schema node");
  }

  @Override
  public void destroy() {
    // nothing is held
  }
}
