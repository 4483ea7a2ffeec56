package io.keyway.api.store;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names in the secret store as the configuration writes them. One entry may serve many peers: a
 * name that ends in {@code *} stands for one name per peer, with what the peer is called in the
 * place of the star.
 */
public final class SecretName {
  private static final int LONGEST = 128;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:@+-]*");

  private SecretName() {}

  /** Whether it stands for one name per peer. */
  public static boolean isTemplate(String configured) {
    return configured.endsWith("*");
  }

  /**
   * The name for one peer.
   *
   * @param subject what the peer is called; only looked at where it is needed
   * @return empty when what comes out can be no name, as from a subject with spaces
   */
  public static Optional<String> of(String configured, String subject) {
    if (!isTemplate(configured)) {
      return Optional.of(configured);
    }
    String name = configured.substring(0, configured.length() - 1) + subject;
    return !subject.isEmpty() && name.length() <= LONGEST && NAME.matcher(name).matches()
        ? Optional.of(name)
        : Optional.empty();
  }
}
