package io.keyway.it.bench.ike;

import io.keyway.it.bench.node.Profile;
import java.io.IOException;
import java.util.Optional;

/** Somebody who can set tunnels up. */
interface Contender extends AutoCloseable {
  String name();

  /** Why it cannot be measured with a profile; empty when it can. */
  Optional<String> obstacle(Profile profile);

  /**
   * Sets so many tunnels up.
   *
   * @throws IOException when not all of them came up at both ends
   */
  Round round(Profile profile, int tunnels) throws IOException, InterruptedException;

  @Override
  void close();
}
