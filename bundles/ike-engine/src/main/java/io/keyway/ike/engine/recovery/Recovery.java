package io.keyway.ike.engine.recovery;

import io.keyway.api.store.StateStore;
import java.security.SecureRandom;

/** What one engine keeps beyond its life for its peers' sake. */
public final class Recovery {
  private final CrashTokens tokens;

  /** With the name that records have in the store. */
  public Recovery(String owner, SecureRandom random) {
    tokens = new CrashTokens(owner, random);
  }

  /** A store came. */
  public void use(StateStore store) {
    tokens.use(store);
  }

  public CrashTokens tokens() {
    return tokens;
  }
}
