package io.keyway.emulator.infrap4d.server;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The faults on order, in the order in which they were placed. Thread-safe. */
public final class Faults {

  private static final class Pending {
    final Fault fault;
    int skip;
    int left;

    Pending(Fault fault) {
      this.fault = fault;
      this.skip = fault.skip();
      this.left = fault.count();
    }
  }

  private final List<Pending> pending = new ArrayList<>();

  /** Places an order. */
  public synchronized void add(Fault fault) {
    pending.add(new Pending(fault));
  }

  /** Orders that have hits left. */
  public synchronized int pending() {
    return pending.size();
  }

  /** Forgets all orders. */
  public synchronized void clear() {
    pending.clear();
  }

  /** Takes the fault that hits this operation, if any. */
  synchronized Optional<Fault> next(Fault.Operation operation, Predicate<Fault> matches) {
    Iterator<Pending> all = pending.iterator();
    while (all.hasNext()) {
      Pending p = all.next();
      if (p.fault.operation() != operation || !matches.test(p.fault)) {
        continue;
      }
      if (p.skip > 0) {
        p.skip--;
        continue;
      }
      if (p.fault.count() != 0 && --p.left == 0) {
        all.remove();
      }
      return Optional.of(p.fault);
    }
    return Optional.empty();
  }

  Optional<Fault> next(Fault.Operation operation) {
    return next(operation, f -> true);
  }
}
