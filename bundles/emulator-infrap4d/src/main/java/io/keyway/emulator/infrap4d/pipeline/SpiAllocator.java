package io.keyway.emulator.infrap4d.pipeline;

import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/**
 * Hands out inbound SPIs. Each is given once; there is no way to give one back. The low 24 bits are
 * the SA index and unique by themselves; the high octet differs between devices, so that captures
 * of two of them are easy to read.
 */
final class SpiAllocator {
  private static final int INDEX_SPACE = 1 << 24;

  private final int high;
  private int next;

  SpiAllocator(RandomGenerator random) {
    this.high = random.nextInt(1, 255) << 24;
    this.next = random.nextInt(1, INDEX_SPACE);
  }

  /** The next SPI whose index nobody uses; never 0. */
  int allocate(IntPredicate indexInUse) {
    for (int i = 0; i < INDEX_SPACE; i++) {
      int index = next;
      next = next + 1 == INDEX_SPACE ? 1 : next + 1;
      if (!indexInUse.test(index)) {
        return high | index;
      }
    }
    return 0;
  }
}
