package io.keyway.ike.crypto;

import java.util.List;

/**
 * Which provider computes an algorithm in this process.
 *
 * @param algorithm the algorithm, such as {@code ecp384} or {@code HmacSHA384}
 * @param provider name and version of the provider in use
 * @param passedOver preferred providers that were not taken, each with the reason
 */
public record ProviderChoice(String algorithm, String provider, List<String> passedOver) {
  public ProviderChoice {
    passedOver = List.copyOf(passedOver);
  }
}
