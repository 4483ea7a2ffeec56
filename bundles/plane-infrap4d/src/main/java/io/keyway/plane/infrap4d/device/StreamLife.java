package io.keyway.plane.infrap4d.device;

import io.grpc.stub.StreamObserver;
import io.keyway.plane.infrap4d.device.DeviceException.Kind;
import io.keyway.plane.support.settings.HostPort;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Beginning and end of one stream with the device. Until the device has given the first answer a
 * failure is that answer; afterwards it is the loss of contact; after we closed it, it is nothing.
 */
final class StreamLife {

  private static final Logger LOG = LoggerFactory.getLogger(StreamLife.class);

  private final String what;
  private final HostPort address;
  private final Duration limit;
  private final Consumer<DeviceException> lost;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private volatile boolean closed;

  /**
   * @param what the stream asks for, for people
   * @param limit for the first answer
   * @param lost told at most once
   */
  StreamLife(String what, HostPort address, Duration limit, Consumer<DeviceException> lost) {
    this.what = what;
    this.address = address;
    this.limit = limit;
    this.lost = lost;
  }

  /** The device has given its first answer. */
  void answered() {
    first.complete(null);
  }

  /** Waits for the first answer. */
  void await() throws DeviceException {
    try {
      first.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new DeviceException(
          Kind.UNREACHABLE,
          "infrap4d at "
              + address
              + " did not answer "
              + what
              + " within "
              + limit.toMillis()
              + " ms");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DeviceException device) {
        throw device;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeviceException(Kind.UNREACHABLE, "interrupted");
    }
  }

  void broken(Throwable error) {
    fail(
        new DeviceException(
            Kind.UNREACHABLE, Infrap4dErrors.describe(what, address, limit, error)));
  }

  void fail(DeviceException why) {
    if (!first.completeExceptionally(why) && !closed) {
      lost.accept(why);
    }
  }

  boolean closed() {
    return closed;
  }

  /** Ends it from our side. */
  void close(StreamObserver<?> requests) {
    closed = true;
    if (requests != null) {
      try {
        requests.onCompleted();
      } catch (IllegalStateException e) {
        LOG.debug("{} had ended already", what);
      }
    }
  }
}
