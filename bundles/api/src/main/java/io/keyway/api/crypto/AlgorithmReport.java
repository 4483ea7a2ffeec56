package io.keyway.api.crypto;

import java.util.List;

/**
 * Which cryptographic provider serves an algorithm in this process, and why that one.
 *
 * @param algorithm such as {@code ecp384} or {@code AES/GCM/NoPadding}
 * @param provider name and version of the provider in use; empty when the algorithm is not offered
 * @param candidates every place where it may come from, in the order of preference
 */
public record AlgorithmReport(String algorithm, String provider, List<Candidate> candidates) {

  /**
   * One place where an algorithm may come from.
   *
   * @param name name and version of the provider
   * @param usable whether it is present and gave the known answer
   * @param verdict {@code known answer}, or what is wrong
   * @param nanos time of one operation when it was measured, in nanoseconds; 0 when it was not
   */
  public record Candidate(String name, boolean usable, String verdict, long nanos) {}

  public AlgorithmReport {
    candidates = List.copyOf(candidates);
  }
}
