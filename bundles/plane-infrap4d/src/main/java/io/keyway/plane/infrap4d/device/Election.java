package io.keyway.plane.infrap4d.device;

import io.keyway.protocol.p4runtime.Uint128;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * Election ids of this controller: the configured priority first, then the earlier start, so that a
 * standby does not take over by starting, then the later attempt, against our own former stream.
 *
 * <p>A device remembers the highest id it ever saw, also of a controller that has gone, and makes
 * nobody primary below it (P4Runtime section 5.3). So that another can follow without lying about
 * its priority, everything is led by an epoch: who finds no primary begins the next one, and
 * everybody else follows into it with an own id. Among controllers like this one the order of
 * priorities therefore holds in every epoch, and nobody takes back and forth.
 *
 * <p>From the top: epoch 32 bits, priority 32 bits, start and attempt 64 bits. A connector keeps
 * one object for all its streams.
 */
final class Election {

  /** Attempts that fit between two starts in neighbouring milliseconds. */
  private static final long ATTEMPTS = 1000;

  private static final long LAST_EPOCH = 0xFFFF_FFFFL;

  private static final Comparator<Uint128> ORDER =
      Comparator.comparing(Uint128::getHigh, Long::compareUnsigned)
          .thenComparing(Uint128::getLow, Long::compareUnsigned);

  private final int priority;
  private final Instant started;
  private long epoch;

  Election(int priority, Instant started) {
    this.priority = priority;
    this.started = started;
  }

  /** To begin a stream with: in the epoch that we know of. */
  synchronized Uint128 id(long attempt) {
    return at(epoch, attempt);
  }

  private Uint128 at(long when, long attempt) {
    return Uint128.newBuilder()
        .setHigh(when << 32 | priority)
        .setLow(
            Long.MAX_VALUE - started.toEpochMilli() * ATTEMPTS + Math.min(attempt, ATTEMPTS - 1))
        .build();
  }

  /**
   * What to say to a device that does not let us lead.
   *
   * @param highest the highest id that it knows
   * @param vacant nobody leads
   * @return an id above it; empty when somebody leads who is to lead
   */
  synchronized Optional<Uint128> against(Uint128 highest, boolean vacant, long attempt) {
    long present = Math.max(epoch, highest.getHigh() >>> 32);
    Uint128 mine = at(present, attempt);
    if (ORDER.compare(mine, highest) > 0) {
      epoch = present;
      return Optional.of(mine);
    }
    if (!vacant) {
      return Optional.empty();
    }
    if (present == LAST_EPOCH) {
      return Optional.of(above(highest));
    }
    epoch = present + 1;
    return Optional.of(at(epoch, attempt));
  }

  /** Against a controller that counts otherwise. */
  private static Uint128 above(Uint128 highest) {
    return highest.getLow() == -1L
        ? Uint128.newBuilder().setHigh(highest.getHigh() + 1).build()
        : highest.toBuilder().setLow(highest.getLow() + 1).build();
  }

  /** For people. */
  static String text(Uint128 id) {
    return Long.toUnsignedString(id.getHigh()) + "/" + Long.toUnsignedString(id.getLow());
  }
}
