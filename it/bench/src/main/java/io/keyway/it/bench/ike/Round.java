package io.keyway.it.bench.ike;

import java.util.Optional;

/**
 * Many set-ups (an IKE SA with one CHILD_SA each) between two processes.
 *
 * @param tunnels how many came up at both ends
 * @param seconds from the first initiation to the last answer
 * @param initiatorCpu seconds of CPU of the initiating process
 * @param responderCpu seconds of CPU of the other one
 * @param latency of one set-up, where it can be told
 * @param retransmissions requests sent more than once, where it can be told; 0 otherwise
 */
record Round(
    int tunnels,
    double seconds,
    double initiatorCpu,
    double responderCpu,
    Optional<Latency> latency,
    long retransmissions) {

  /** Milliseconds from the call to the answer. */
  record Latency(double p50, double p99) {}

  double perSecond() {
    return tunnels / seconds;
  }

  /** Milliseconds of CPU per set-up. */
  double initiatorMillis() {
    return initiatorCpu * 1000 / tunnels;
  }

  /** Milliseconds of CPU per set-up. */
  double responderMillis() {
    return responderCpu * 1000 / tunnels;
  }
}
