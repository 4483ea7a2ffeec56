package io.keyway.tunnels;

import io.keyway.api.sa.Usage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Adds up what a plane counts for one thing, across rekeys and restarts of anybody. Nothing is in
 * the sum twice: where it cannot be told whether something was counted before, it is left out.
 */
final class Counters {

  /** What the next reading is compared with. */
  private enum Base {
    /** The last one; a counter that went back began anew. */
    LAST,
    /** The last one that an earlier life noted; if the counter went back, nobody knows when. */
    NOTED,
    /** Itself: it counts something else than the last one did. */
    ITSELF
  }

  private Usage first;
  private Usage last = Usage.ABSENT;
  private Usage total = Usage.ABSENT;
  private Base base = Base.LAST;

  /**
   * Takes a reading. What is absent in it, as while the plane is away, stays as it was.
   *
   * @return true when a counter began anew, so that what is noted compares with the wrong one
   */
  boolean read(Usage now) {
    if (now.equals(Usage.ABSENT)) {
      return false;
    }
    boolean back = back(last.packets(), now.packets()) || back(last.bytes(), now.bytes());
    boolean anew = back || base == Base.ITSELF;
    if (first == null) {
      first = now;
    }
    total =
        new Usage(
            grown(Usage::packets, now),
            grown(Usage::bytes, now),
            now.lastUseSeconds().isPresent() ? now.lastUseSeconds() : total.lastUseSeconds());
    last =
        new Usage(
            now.packets().isPresent() ? now.packets() : last.packets(),
            now.bytes().isPresent() ? now.bytes() : last.bytes(),
            OptionalLong.empty());
    base = Base.LAST;
    return anew;
  }

  private static boolean back(OptionalLong before, OptionalLong now) {
    return now.isPresent() && now.getAsLong() < before.orElse(0);
  }

  private OptionalLong grown(Function<Usage, OptionalLong> counter, Usage reading) {
    OptionalLong now = counter.apply(reading);
    OptionalLong sum = counter.apply(total);
    if (now.isEmpty()) {
      return sum;
    }
    long before = counter.apply(last).orElse(0);
    long more =
        switch (base) {
          case LAST -> now.getAsLong() >= before ? now.getAsLong() - before : now.getAsLong();
          case NOTED -> Math.max(0, now.getAsLong() - before);
          case ITSELF -> 0;
        };
    return OptionalLong.of(sum.orElse(0) + more);
  }

  /** The next reading counts something else than the last, and some of it perhaps again. */
  void rebase() {
    if (first != null || !last.equals(Usage.ABSENT)) {
      base = Base.ITSELF;
    }
  }

  /** Goes on where an earlier life stopped, even if readings came before its note. */
  void resume(Counters noted) {
    if (first == null) {
      last = noted.last;
      total = noted.total;
      base = Base.NOTED;
      return;
    }
    // All of the first reading was taken for news; of that only what came after the note is.
    total =
        new Usage(
            resumed(Usage::packets, noted), resumed(Usage::bytes, noted), total.lastUseSeconds());
  }

  private OptionalLong resumed(Function<Usage, OptionalLong> counter, Counters noted) {
    OptionalLong mine = counter.apply(total);
    OptionalLong theirs = counter.apply(noted.total);
    if (mine.isEmpty() || theirs.isEmpty()) {
      return mine.isPresent() ? mine : theirs;
    }
    long then = counter.apply(first).orElse(0);
    long between = Math.max(0, then - counter.apply(noted.last).orElse(0));
    return OptionalLong.of(theirs.getAsLong() + between + mine.getAsLong() - then);
  }

  /** Since the tunnel was configured; absent where nothing was ever counted. */
  Usage total() {
    return total;
  }

  void write(DataOutputStream out) throws IOException {
    for (Usage usage : new Usage[] {last, total}) {
      write(out, usage.packets());
      write(out, usage.bytes());
    }
  }

  private static void write(DataOutputStream out, OptionalLong number) throws IOException {
    out.writeBoolean(number.isPresent());
    if (number.isPresent()) {
      out.writeLong(number.getAsLong());
    }
  }

  static Counters read(DataInputStream in) throws IOException {
    Counters noted = new Counters();
    noted.last = new Usage(number(in), number(in), OptionalLong.empty());
    noted.total = new Usage(number(in), number(in), OptionalLong.empty());
    return noted;
  }

  private static OptionalLong number(DataInputStream in) throws IOException {
    return in.readBoolean() ? OptionalLong.of(in.readLong()) : OptionalLong.empty();
  }
}
