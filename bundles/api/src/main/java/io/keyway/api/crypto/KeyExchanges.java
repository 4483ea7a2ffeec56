package io.keyway.api.crypto;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the additional key exchanges of both kinds of proposals have in common (RFC 9370). */
final class KeyExchanges {
  /** Transform types ADDKE1 to ADDKE7. */
  private static final int MAX_ADDITIONAL = 7;

  private KeyExchanges() {}

  /** The additional ones, if they go with the first. */
  static List<KeyExchangeMethod> checked(
      String proposal, KeyExchangeMethod first, List<KeyExchangeMethod> additional) {
    if (additional.size() > MAX_ADDITIONAL) {
      throw new IllegalArgumentException(
          "proposal '"
              + proposal
              + "': "
              + additional.size()
              + " additional key exchanges; RFC 9370 has room for "
              + MAX_ADDITIONAL);
    }
    Set<KeyExchangeMethod> seen = new HashSet<>(Set.of(first));
    for (KeyExchangeMethod method : additional) {
      if (!seen.add(method)) {
        throw new IllegalArgumentException(
            "proposal '"
                + proposal
                + "': "
                + method.keyword()
                + " twice; every key exchange must be another one");
      }
    }
    return List.copyOf(additional);
  }

  /** As strongSwan writes them: {@code -ke1_mlkem768}. */
  static String keywords(List<KeyExchangeMethod> additional) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < additional.size(); i++) {
      words.append("-ke").append(i + 1).append('_').append(additional.get(i).keyword());
    }
    return words.toString();
  }
}
