package io.keyway.it.vrouter.contract;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keyway.protocol.vrouter.v1.GetCapabilitiesRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Somebody who minds their own business at the same agent, and notices when it is not served. */
final class Bystander implements AutoCloseable {

  private static final long PAUSE_MILLIS = 20;

  /** What a call says whose connection is closed for want of memory. */
  private static final Set<Status.Code> CLOSED =
      Set.of(Status.Code.UNAVAILABLE, Status.Code.RESOURCE_EXHAUSTED);

  private static final long LIMIT_SECONDS = 10;

  private final Caller caller;
  private final Thread thread = new Thread(this::run, "bystander");
  private final List<String> failures = new ArrayList<>();
  private volatile boolean over;
  private volatile boolean mayBeInterrupted;
  private volatile int interruptions;
  private volatile int served;
  private volatile long slowest;

  Bystander(Path socket) {
    caller = new Caller(socket);
    thread.start();
  }

  private void run() {
    while (!over && !Thread.currentThread().isInterrupted()) {
      long begin = System.nanoTime();
      try {
        caller
            .stub()
            .withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS)
            .getCapabilities(GetCapabilitiesRequest.getDefaultInstance());
        slowest = Math.max(slowest, System.nanoTime() - begin);
        served++;
        Thread.sleep(PAUSE_MILLIS);
      } catch (StatusRuntimeException e) {
        if (!mayBeInterrupted || !CLOSED.contains(e.getStatus().getCode())) {
          failures.add(e.toString());
          return;
        }
        interruptions++;
        pause();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Until now, and then once more. */
  void assertServed() {
    int before = served;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (served <= before + 1 && thread.isAlive() && System.nanoTime() < end) {
      pause();
    }
    if (served <= before + 1) {
      throw new AssertionError("another client is not served: " + failures);
    }
  }

  /**
   * From now on its connection may be closed. The agent's library closes any when all of them
   * together have used up their memory, and takes new ones at once.
   */
  void mayBeInterrupted() {
    mayBeInterrupted = true;
  }

  int interruptions() {
    return interruptions;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  long slowestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(slowest);
  }

  @Override
  public void close() {
    over = true;
    thread.interrupt();
    caller.close();
  }
}
