package io.keyway.ike.crypto;

import java.util.List;

/**
 * Which provider serves an algorithm in this process, and what became of the others.
 *
 * @param algorithm the algorithm, such as {@code ecp384} or {@code HmacSHA384}
 * @param provider name and version of the provider in use; empty when the algorithm is not offered
 * @param candidates all that were looked at, in the order of preference
 */
public record ProviderChoice(String algorithm, String provider, List<Candidate> candidates) {

  /**
   * One place where the algorithm may come from.
   *
   * @param name name and version, or the family where nothing is present
   * @param usable whether it is present and gave the known answer
   * @param verdict {@code "known answer"}, or what is wrong
   * @param nanos time of one operation as measured at start; 0 when it was not measured
   */
  public record Candidate(String name, boolean usable, String verdict, long nanos) {}

  public ProviderChoice {
    candidates = List.copyOf(candidates);
  }

  /** Whether some provider serves the algorithm. */
  public boolean offered() {
    return !provider.isEmpty();
  }
}
