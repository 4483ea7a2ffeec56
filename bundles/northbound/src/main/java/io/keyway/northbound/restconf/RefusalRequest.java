package io.keyway.northbound.restconf;

import java.io.IOException;
import javax.servlet.AsyncContext;
import javax.servlet.AsyncListener;
import javax.servlet.ServletContext;
import javax.servlet.ServletException;
import javax.servlet.ServletRequest;
import javax.servlet.ServletResponse;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletRequestWrapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when RESTCONF has finished an answer on another thread. It does so by completing the
 * asynchronous context, without a flush before, and afterwards it would be too late.
 */
final class RefusalRequest extends HttpServletRequestWrapper {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalRequest.class);

  private final RefusalResponse refusal;
  private final Thread dispatching = Thread.currentThread();
  private AsyncContext started;
  private boolean returned;
  private boolean deferred;

  RefusalRequest(HttpServletRequest request, RefusalResponse refusal) {
    super(request);
    this.refusal = refusal;
  }

  @Override
  public AsyncContext startAsync() {
    started = new Finishing(super.startAsync());
    return started;
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    started = new Finishing(super.startAsync(request, response));
    return started;
  }

  @Override
  public AsyncContext getAsyncContext() {
    return started == null ? super.getAsyncContext() : started;
  }

  /** RESTCONF has returned without throwing: what it had completed meanwhile is completed now. */
  void returned() {
    returned = true;
    if (deferred) {
      started.complete();
    }
  }

  /** It completes before it throws; the answer comes from what it throws. */
  private boolean aboutToThrow() {
    return refusal.errorPending() && !returned && Thread.currentThread() == dispatching;
  }

  private final class Finishing implements AsyncContext {

    private final AsyncContext context;

    Finishing(AsyncContext context) {
      this.context = context;
    }

    @Override
    public void complete() {
      if (aboutToThrow()) {
        deferred = true;
        return;
      }
      try {
        refusal.finish();
      } catch (IOException e) {
        LOG.debug("The client did not wait for its answer", e);
      } finally {
        context.complete();
      }
    }

    @Override
    public ServletRequest getRequest() {
      return context.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
      return context.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
      return context.hasOriginalRequestAndResponse();
    }

    @Override
    public void dispatch() {
      context.dispatch();
    }

    @Override
    public void dispatch(String path) {
      context.dispatch(path);
    }

    @Override
    public void dispatch(ServletContext other, String path) {
      context.dispatch(other, path);
    }

    @Override
    public void start(Runnable run) {
      context.start(run);
    }

    @Override
    public void addListener(AsyncListener listener) {
      context.addListener(listener);
    }

    @Override
    public void addListener(
        AsyncListener listener, ServletRequest request, ServletResponse response) {
      context.addListener(listener, request, response);
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
      return context.createListener(type);
    }

    @Override
    public void setTimeout(long timeout) {
      context.setTimeout(timeout);
    }

    @Override
    public long getTimeout() {
      return context.getTimeout();
    }
  }
}
