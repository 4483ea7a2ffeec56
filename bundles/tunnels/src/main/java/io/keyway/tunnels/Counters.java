package io.keyway.tunnels;

import io.keyway.api.sa.Usage;
import java.util.OptionalLong;

/**
 * Adds up what a device counts, across rekeys and restarts: a device's counter that went back began
 * anew.
 */
final class Counters {

  private Usage last = Usage.ABSENT;
  private Usage total = Usage.ABSENT;

  /** Takes a reading of the device's counter. */
  void read(Usage now) {
    total =
        new Usage(
            grown(total.packets(), last.packets(), now.packets()),
            grown(total.bytes(), last.bytes(), now.bytes()),
            now.lastUseSeconds().isPresent() ? now.lastUseSeconds() : total.lastUseSeconds());
    last = now;
  }

  private static OptionalLong grown(OptionalLong total, OptionalLong last, OptionalLong now) {
    if (now.isEmpty()) {
      return total;
    }
    long before = last.orElse(0);
    long more = now.getAsLong() >= before ? now.getAsLong() - before : now.getAsLong();
    return OptionalLong.of(total.orElse(0) + more);
  }

  /** Since the tunnel was configured; absent where nothing was ever counted. */
  Usage total() {
    return total;
  }
}
