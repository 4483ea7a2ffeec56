package io.keyway.ike.engine.base;

import java.util.concurrent.Executor;

/** Where the engine's work is done. Everything of one stripe is done by one worker. */
public interface Workers {

  Worker forStripe(long stripe);

  /** For the few calls that may touch a disk. */
  Executor blocking();
}
