package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCalls;
import io.keyway.api.sa.SadService.Purpose;
import io.keyway.api.sa.SpiLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gets inbound SPIs from one plane and gives unused ones back. Who replaces a pair waits in line,
 * first come first served, until the plane's tables have room for another pair beside it. Guarded
 * by the {@link SadTable}.
 */
final class LeaseDesk {

  /** Longest line; a plane of 1024 rows a table has fewer pairs than that. */
  private static final int MOST_WAITING = 4096;

  /** How long a peer's wish may wait for rows: what frees them comes only after our answer. */
  private static final Duration PEERS_WAIT = Duration.ofSeconds(2);

  /** Rows become free by others' doing too, which nobody tells. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private final SadTable table;
  private final SadEnvironment environment;
  private final PlaneCalls calls;
  private final Set<Request> open = new LinkedHashSet<>();
  private final Set<Request> waiting = new LinkedHashSet<>();
  private boolean looking;

  /** One who wants an SPI. */
  private static final class Request {
    private final Purpose purpose;
    private final long deadline;
    private final CompletableFuture<Result<SpiLease>> answer = new CompletableFuture<>();

    Request(Purpose purpose, long deadline) {
      this.purpose = purpose;
      this.deadline = deadline;
    }
  }

  LeaseDesk(SadTable table, SadEnvironment environment, PlaneCalls calls) {
    this.table = table;
    this.environment = environment;
    this.calls = calls;
  }

  /** Turns away everybody who waits. Holding the monitor. */
  void close(Outcome stopping, List<Runnable> answers) {
    waiting.clear();
    open.forEach(request -> answers.add(() -> request.answer.complete(Result.failed(stopping))));
  }

  CompletionStage<Result<SpiLease>> reserve(Purpose purpose, Duration timeout) {
    Request request = new Request(purpose, environment.nanos().getAsLong() + timeout.toNanos());
    Registration timer = environment.timer().schedule(timeout, () -> overdue(request, timeout));
    synchronized (table) {
      open.add(request);
    }
    request.answer.whenComplete(
        (result, fault) -> {
          timer.close();
          synchronized (table) {
            open.remove(request);
            waiting.remove(request);
          }
        });
    enter(request);
    return request.answer;
  }

  private void overdue(Request request, Duration timeout) {
    Outcome outcome;
    synchronized (table) {
      Optional<String> lacking =
          waiting.contains(request) ? table.rooms.lacking(request.purpose) : Optional.empty();
      outcome =
          lacking
              .map(
                  where ->
                      Outcome.full(
                          "waiting for free rows in "
                              + where
                              + ", with "
                              + (waiting.size() - 1)
                              + " others; none came free within "
                              + timeout.toMillis()
                              + " ms"))
              .orElseGet(
                  () ->
                      Outcome.unavailable(
                          "data plane "
                              + table.name
                              + " gave no SPI within "
                              + timeout.toMillis()
                              + " ms"));
    }
    request.answer.complete(Result.failed(outcome));
  }

  /** Lets somebody in, into the line, or turns him away. */
  private void enter(Request request) {
    Outcome refused = null;
    boolean in = false;
    synchronized (table) {
      table.leases.takeBackForgotten(environment.nanos().getAsLong());
      Optional<String> lacking =
          table.usable() ? table.rooms.lacking(request.purpose) : Optional.empty();
      if (!table.usable()) {
        refused = Outcome.unavailable(table.unusable());
      } else if (request.purpose == Purpose.NEW) {
        refused = lacking.map(w -> Outcome.full("no rows for another tunnel in " + w)).orElse(null);
        in = refused == null;
      } else if (lacking.isEmpty() && waiting.isEmpty()) {
        in = true;
      } else if (waiting.size() >= MOST_WAITING) {
        refused = Outcome.full("waiting for free rows: " + waiting.size() + " others do already");
      } else {
        waiting.add(request);
      }
      if (in) {
        table.rooms.asked();
      }
    }
    if (refused != null) {
      request.answer.complete(Result.failed(refused));
    } else if (in) {
      ask(request);
    } else {
      if (request.purpose == Purpose.PEER_REKEY) {
        Registration timer = environment.timer().schedule(PEERS_WAIT, () -> waitedLong(request));
        request.answer.whenComplete((result, fault) -> timer.close());
      }
      look();
    }
  }

  private void waitedLong(Request request) {
    synchronized (table) {
      if (!waiting.contains(request)) {
        return;
      }
    }
    overdue(request, PEERS_WAIT);
  }

  /** Rows may have come free: lets in who is next in line, as far as there is room. */
  void pump() {
    List<Request> next = new ArrayList<>();
    synchronized (table) {
      while (!waiting.isEmpty()) {
        Request first = waiting.iterator().next();
        if (table.usable() && table.rooms.lacking(first.purpose).isPresent()) {
          break;
        }
        waiting.remove(first);
        table.rooms.asked();
        next.add(first);
      }
    }
    next.forEach(this::ask);
    look();
  }

  private void look() {
    synchronized (table) {
      if (looking || waiting.isEmpty()) {
        return;
      }
      looking = true;
    }
    environment
        .timer()
        .schedule(
            LOOK,
            () -> {
              synchronized (table) {
                looking = false;
              }
              pump();
            });
  }

  /** Asks the plane for an SPI, for somebody whom {@link Rooms} counts among those who ask. */
  private void ask(Request request) {
    DataPlane service;
    Optional<SpiLease> pooled = Optional.empty();
    Duration left = Duration.ofNanos(request.deadline - environment.nanos().getAsLong());
    Outcome closedDoor = null;
    synchronized (table) {
      service = table.plane;
      if (!table.usable()) {
        closedDoor = Outcome.unavailable(table.unusable());
      } else {
        pooled = table.leases.pooled();
        pooled.ifPresent(table.leases::hold);
      }
    }
    if (closedDoor != null) {
      end(request, Result.failed(closedDoor));
    } else if (pooled.isPresent()) {
      end(request, Result.ok(pooled.get()));
    } else if (left.isNegative() || left.isZero()) {
      end(request, Result.failed(Outcome.unavailable("its time was over")));
    } else {
      calls
          .bounded(() -> service.allocateSpi(left), left)
          .whenCompleteAsync(
              (result, fault) -> allocated(result, fault, request), environment.executor());
    }
  }

  /** An SPI whose caller is gone is given back: nobody else would know of it. */
  private void end(Request request, Result<SpiLease> result) {
    synchronized (table) {
      table.rooms.answered();
    }
    if (!request.answer.complete(result)) {
      result.value().ifPresent(this::release);
    }
    pump();
  }

  private void allocated(Result<SpiLease> result, Throwable fault, Request request) {
    if (fault != null) {
      String why = "data plane " + table.name + " gave no SPI: " + PlaneCalls.reason(fault);
      end(request, Result.failed(Outcome.unavailable(why)));
      return;
    }
    if (!result.done()) {
      end(request, result);
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
      ask(request);
    } else {
      end(request, wrong == null ? Result.ok(lease) : Result.failed(wrong));
    }
  }

  CompletionStage<Outcome> release(SpiLease lease) {
    DataPlane service = null;
    synchronized (table) {
      if (table.byIndex.containsKey(lease.index()) && lease.generation().equals(table.generation)) {
        return done(Outcome.conflict("an SA lives under index " + lease.index()));
      }
      Optional<SpiLease> mine = table.leases.drop(lease.index()).filter(lease::equals);
      if (mine.isEmpty()) {
        return done(Outcome.same());
      }
      table.leases.settled(lease.index());
      if (table.usable()) {
        service = table.plane;
      } else {
        // Kept for the next negotiation, should the plane come back in the same life.
        table.leases.pool(lease);
      }
    }
    pump();
    if (service == null) {
      return done(Outcome.ok());
    }
    DataPlane plane = service;
    Duration limit = environment.settings().writeTimeout();
    return calls
        .bounded(() -> plane.releaseSpi(lease), limit)
        .handleAsync(
            (outcome, fault) -> fault == null ? outcome : Outcome.unknown(PlaneCalls.reason(fault)),
            environment.executor());
  }

  private static CompletionStage<Outcome> done(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }
}
