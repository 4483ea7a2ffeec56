package io.keyway.it.bench;

import java.io.IOException;

/** One part of what can be measured. */
public interface Benchmark {
  /**
   * Measures and prints.
   *
   * @param cleanup owns everything that is started
   * @throws IOException says what could not be measured, and why
   */
  void run(Cleanup cleanup) throws IOException, InterruptedException;
}
