package io.keyway.ike.engine.sa;

import java.util.concurrent.atomic.AtomicLong;

/** Octets of unfinished messages that all IKE SAs together may keep. From any thread. */
public final class ReassemblyBudget {
  private final long limit;
  private final AtomicLong used = new AtomicLong();

  public ReassemblyBudget(long limit) {
    this.limit = limit;
  }

  /**
   * Takes a part, or nothing at all. Peers that did not authenticate share one half, so that they
   * cannot take fragments away from the others.
   */
  boolean take(int octets, boolean authenticated) {
    if (used.addAndGet(octets) > (authenticated ? limit : limit / 2)) {
      used.addAndGet(-octets);
      return false;
    }
    return true;
  }

  void giveBack(int octets) {
    used.addAndGet(-octets);
  }

  /** In use now. */
  public long used() {
    return used.get();
  }
}
