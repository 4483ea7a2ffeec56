package io.keyway.it.wired;

import java.util.Arrays;

/** How long some calls took. */
record Latencies(long[] sortedNanos) {

  /** What is measured once. */
  @FunctionalInterface
  interface Call {
    void run(int number) throws Exception;
  }

  static Latencies of(int count, Call call) throws Exception {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long before = System.nanoTime();
      call.run(i);
      nanos[i] = System.nanoTime() - before;
    }
    Arrays.sort(nanos);
    return new Latencies(nanos);
  }

  double median() {
    return millis(sortedNanos.length / 2);
  }

  /** In milliseconds; of fewer than 100 calls the longest. */
  double p99() {
    return millis((int) Math.ceil(sortedNanos.length * 0.99) - 1);
  }

  private double millis(int index) {
    return sortedNanos[index] / 1e6;
  }

  @Override
  public String toString() {
    return String.format("median %.1f ms, p99 %.1f ms", median(), p99());
  }
}
