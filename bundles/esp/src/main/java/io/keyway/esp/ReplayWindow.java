package io.keyway.esp;

/**
 * The receiver's sliding window over 64-bit sequence numbers (RFC 4303 section 3.4.3 and appendix
 * A). Size 0 switches the check off; the highest number is tracked all the same, because extended
 * sequence numbers need it. Not thread-safe: its owner guards it.
 */
public final class ReplayWindow {
  /** The largest window that can be configured. */
  public static final int MAX_SIZE = 4096;

  /**
   * Without a replay check nothing is too old, so the high half is inferred from a window that
   * covers half of the 32-bit space on either side of the top.
   */
  private static final long UNCHECKED_SPAN = 1L << 31;

  private final int size;
  private final boolean extended;
  private final long[] seen;
  private long top;

  /**
   * Creates a window that has seen nothing.
   *
   * @param size packets covered, 0 (off) to {@value #MAX_SIZE}
   * @param extended whether the SA uses extended sequence numbers
   */
  public ReplayWindow(int size, boolean extended) {
    if (size < 0 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "replay window of " + size + " packets; the transform keeps 0 (off) to " + MAX_SIZE);
    }
    this.size = size;
    this.extended = extended;
    // One word more than needed, so that the words being reused never overlap the live window.
    this.seen = new long[Integer.highestOneBit(Math.max(64, size) / 64 + 1) * 2];
  }

  /** The number of packets that the window covers; 0 when the check is off. */
  public int size() {
    return size;
  }

  /** The highest sequence number that was accepted; 0 before the first. */
  public long top() {
    return top;
  }

  /**
   * The full number that belongs to the 32 bits in a packet: the same without ESN, else by RFC 4303
   * appendix A2.2 relative to the top of the window. A negative result (as signed) can only be
   * reached by a packet from before the first; {@link #accepts} refuses it.
   */
  public long infer(int low32) {
    long low = Integer.toUnsignedLong(low32);
    if (!extended) {
      return low;
    }
    long span = size == 0 ? UNCHECKED_SPAN : size;
    long topLow = top & 0xFFFFFFFFL;
    long topHigh = top >>> 32;
    long bottomLow = topLow - span + 1;
    long high;
    if (bottomLow >= 0) {
      // Case A: the window lies within one subspace; what is below it belongs to the next.
      high = low >= bottomLow ? topHigh : topHigh + 1;
    } else {
      // Case B: the window reaches back into the subspace before.
      high = low >= bottomLow + (1L << 32) ? topHigh - 1 : topHigh;
    }
    return (high << 32) | low;
  }

  /** Whether a packet with this full number is new and not too old. Changes nothing. */
  public boolean accepts(long sequence) {
    if (sequence == 0 || (extended && top >>> 32 == 0 && sequence >>> 32 == 0xFFFFFFFFL)) {
      return false;
    }
    if (size == 0 || Long.compareUnsigned(sequence, top) > 0) {
      return true;
    }
    return top - sequence < size && (word(sequence) & bit(sequence)) == 0;
  }

  /** Marks a number as seen, once its packet has passed the integrity check. */
  public void mark(long sequence) {
    if (Long.compareUnsigned(sequence, top) > 0) {
      long from = top >>> 6;
      long to = sequence >>> 6;
      long words = Math.min(to - from, seen.length);
      for (long i = 1; i <= words; i++) {
        seen[(int) ((from + i) & (seen.length - 1))] = 0;
      }
      top = sequence;
    }
    seen[(int) ((sequence >>> 6) & (seen.length - 1))] |= bit(sequence);
  }

  private long word(long sequence) {
    return seen[(int) ((sequence >>> 6) & (seen.length - 1))];
  }

  private static long bit(long sequence) {
    return 1L << (sequence & 63);
  }
}
