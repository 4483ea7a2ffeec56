package io.keyway.ike.crypto;

import java.security.GeneralSecurityException;

/** Times one operation in the few milliseconds that a start has for it. */
final class Stopwatch {
  private static final long BUDGET_NANOS = 3_000_000;
  private static final int FEWEST = 3;

  private Stopwatch() {}

  interface Step {
    void run() throws GeneralSecurityException;
  }

  /** The shortest of the runs that fit into the budget, of three at least; never 0. */
  static long best(Step step) throws GeneralSecurityException {
    long begun = System.nanoTime();
    long best = Long.MAX_VALUE;
    for (int runs = 0; runs < FEWEST || System.nanoTime() - begun < BUDGET_NANOS; runs++) {
      long from = System.nanoTime();
      step.run();
      best = Math.min(best, System.nanoTime() - from);
    }
    return Math.max(1, best);
  }
}
