package io.keyway.emulator.infrap4d.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers unary calls, with or without a fault that concerns the whole call. */
final class FaultyCalls {
  private static final Logger LOG = LoggerFactory.getLogger(FaultyCalls.class);

  private final ScheduledExecutorService scheduler;

  FaultyCalls(ScheduledExecutorService scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Runs {@code action} and sends what it returns or throws, as the fault has it.
   *
   * @param action throws {@link StatusRuntimeException} for an error reply
   */
  <T> void answer(Optional<Fault> fault, StreamObserver<T> observer, Supplier<T> action) {
    if (fault.isEmpty()) {
      answer(observer, action);
      return;
    }
    Fault f = fault.get();
    switch (f.effect()) {
      case DELAY ->
          scheduler.schedule(
              () -> answer(observer, action), f.delayMillis(), TimeUnit.MILLISECONDS);
      case LOSE_ANSWER -> quietly(action);
      case BREAK_AFTER -> {
        quietly(action);
        observer.onError(
            Status.UNAVAILABLE.withDescription("connection reset").asRuntimeException());
      }
      case LOSE_REQUEST -> LOG.debug("a request of {} is lost on order", f.operation());
      case FAIL, ZERO -> observer.onError(f.status(Status.Code.UNKNOWN).asRuntimeException());
    }
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> action) {
    T reply;
    try {
      reply = action.get();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
      return;
    } catch (RuntimeException e) {
      LOG.warn("a call failed inside the emulator", e);
      observer.onError(
          Status.INTERNAL
              .withDescription("emulator fault: " + e.getClass().getSimpleName())
              .asRuntimeException());
      return;
    }
    try {
      observer.onNext(reply);
      observer.onCompleted();
    } catch (IllegalStateException | StatusRuntimeException e) {
      // The caller went away in the meantime; what was done stays done.
      LOG.debug("nobody waits for the answer any more: {}", e.toString());
    }
  }

  private static <T> void quietly(Supplier<T> action) {
    try {
      action.get();
    } catch (RuntimeException e) {
      LOG.debug("a call whose answer is lost failed: {}", e.toString());
    }
  }
}
