package io.keyway.it.bench.ike;

import io.keyway.it.bench.node.Suite;
import java.io.IOException;

/** Somebody who can set tunnels up. */
interface Contender extends AutoCloseable {
  String name();

  /**
   * Sets so many tunnels up.
   *
   * @throws IOException when not all of them came up at both ends
   */
  Round round(Suite suite, int tunnels) throws IOException, InterruptedException;

  @Override
  void close();
}
