package io.keyway.plane.vrouter.core;

import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.protocol.vrouter.v1.Capabilities;

/**
 * An agent that takes changes from us.
 *
 * @param generation the agent's own number, which every call names
 * @param capabilities what it said about itself
 */
record Contact(Agent agent, long generation, Capabilities capabilities) {

  private static final int MOST_ITEMS = 1000;

  /** Items that one call may have. */
  int batch() {
    int most = capabilities.getMaxBatch();
    return most <= 0 ? 1 : Math.min(most, MOST_ITEMS);
  }
}
