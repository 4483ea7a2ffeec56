package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.SpiLease;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Gets inbound SPIs from one plane and gives unused ones back. Guarded by the {@link SadTable}. */
final class LeaseDesk {

  private final SadTable table;
  private final SadEnvironment environment;
  private final PlaneCalls calls;
  private final Set<CompletableFuture<Result<SpiLease>>> reserving = new LinkedHashSet<>();

  LeaseDesk(SadTable table, SadEnvironment environment, PlaneCalls calls) {
    this.table = table;
    this.environment = environment;
    this.calls = calls;
  }

  /** Turns away everybody who waits. Holding the monitor. */
  void close(Outcome stopping, List<Runnable> answers) {
    reserving.forEach(open -> answers.add(() -> open.complete(Result.failed(stopping))));
  }

  CompletionStage<Result<SpiLease>> reserve(Duration timeout) {
    CompletableFuture<Result<SpiLease>> answer = new CompletableFuture<>();
    Registration timer =
        environment
            .timer()
            .schedule(
                timeout,
                () ->
                    answer.complete(
                        Result.failed(
                            Outcome.unavailable(
                                "data plane "
                                    + table.name
                                    + " gave no SPI within "
                                    + timeout.toMillis()
                                    + " ms"))));
    synchronized (table) {
      reserving.add(answer);
    }
    answer.whenComplete(
        (result, fault) -> {
          timer.close();
          synchronized (table) {
            reserving.remove(answer);
          }
        });
    tryReserve(answer, environment.nanos().getAsLong() + timeout.toNanos());
    return answer;
  }

  private void tryReserve(CompletableFuture<Result<SpiLease>> answer, long deadline) {
    DataPlane service;
    Optional<SpiLease> pooled;
    Duration left = Duration.ofNanos(deadline - environment.nanos().getAsLong());
    Outcome closedDoor = null;
    synchronized (table) {
      service = table.plane;
      pooled = Optional.empty();
      if (!table.usable()) {
        closedDoor = Outcome.unavailable(table.unusable());
      } else {
        pooled = table.leases.pooled();
        pooled.ifPresent(table.leases::hold);
      }
    }
    if (closedDoor != null) {
      answer.complete(Result.failed(closedDoor));
      return;
    }
    if (pooled.isPresent()) {
      if (!answer.complete(Result.ok(pooled.get()))) {
        release(pooled.get());
      }
      return;
    }
    if (left.isNegative() || left.isZero()) {
      return;
    }
    calls
        .bounded(() -> service.allocateSpi(left), left)
        .whenCompleteAsync(
            (result, fault) -> allocated(result, fault, answer, deadline), environment.executor());
  }

  private void allocated(
      Result<SpiLease> result,
      Throwable fault,
      CompletableFuture<Result<SpiLease>> answer,
      long deadline) {
    if (fault != null) {
      String why = "data plane " + table.name + " gave no SPI: " + PlaneCalls.reason(fault);
      answer.complete(Result.failed(Outcome.unavailable(why)));
      return;
    }
    if (!result.done()) {
      answer.complete(result);
      return;
    }
    SpiLease lease = result.value().orElseThrow();
    Outcome wrong = null;
    boolean again = false;
    synchronized (table) {
      if (!lease.generation().equals(table.generation)) {
        wrong = Outcome.unavailable("data plane " + table.name + " restarted meanwhile; try again");
      } else if (table.leases.holds(lease.index()) || table.leases.keeps(lease.index())) {
        wrong =
            Outcome.conflict(
                "data plane "
                    + table.name
                    + " gave index "
                    + lease.index()
                    + " twice; it is not used for a second pair");
      } else if (table.byIndex.containsKey(lease.index())) {
        table.leases.quarantine(lease);
        again = true;
      } else {
        table.leases.hold(lease);
      }
    }
    if (again) {
      tryReserve(answer, deadline);
    } else if (!answer.complete(wrong == null ? Result.ok(lease) : Result.failed(wrong))
        && wrong == null) {
      // The caller is gone: an SPI that nobody knows of would leak.
      release(lease);
    }
  }

  CompletionStage<Outcome> release(SpiLease lease) {
    DataPlane service;
    synchronized (table) {
      if (table.byIndex.containsKey(lease.index()) && lease.generation().equals(table.generation)) {
        return done(Outcome.conflict("an SA lives under index " + lease.index()));
      }
      Optional<SpiLease> mine = table.leases.drop(lease.index()).filter(lease::equals);
      if (mine.isEmpty()) {
        return done(Outcome.same());
      }
      if (!table.usable()) {
        // Kept for the next negotiation, should the plane come back in the same life.
        table.leases.pool(lease);
        return done(Outcome.ok());
      }
      service = table.plane;
    }
    Duration limit = environment.settings().writeTimeout();
    return calls
        .bounded(() -> service.releaseSpi(lease), limit)
        .handleAsync(
            (outcome, fault) -> fault == null ? outcome : Outcome.unknown(PlaneCalls.reason(fault)),
            environment.executor());
  }

  private static CompletionStage<Outcome> done(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }
}
