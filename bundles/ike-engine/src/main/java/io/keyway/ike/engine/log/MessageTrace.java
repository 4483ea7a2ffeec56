package io.keyway.ike.engine.log;

import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.Payload;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decrypted messages in the log, behind a switch: off unless somebody turns it on, for one
 * connection or for all, and then for a while. The switch, and not a level of the log, decides: the
 * lines are INFO of the logger {@code io.keyway.ike.log.trace}.
 */
public final class MessageTrace {
  /** Stands for every connection. */
  public static final String ALL = "*";

  private static final int MESSAGES_PER_SECOND = 100;
  private static final int MOST_SWITCHES = 1000;

  private final Logger logger = LoggerFactory.getLogger(IkeLog.PREFIX + "trace");
  private final Clock clock;
  private final Throttle throttle;
  private final Map<String, Instant> until = new ConcurrentHashMap<>();

  /** A trace that is off. */
  public MessageTrace(Clock clock) {
    this.clock = clock;
    this.throttle = new Throttle(clock, MESSAGES_PER_SECOND);
  }

  /** Turns it on for a connection, or {@link #ALL}, until the engine ends or it is turned off. */
  public void always(String connection) {
    until.put(connection, Instant.MAX);
  }

  /**
   * Turns it on, or off when the duration is zero.
   *
   * @return false when so many connections are traced that no further one is taken
   */
  public boolean set(String connection, Duration duration) {
    Instant now = clock.instant();
    until.values().removeIf(end -> !end.isAfter(now));
    if (duration.isZero()) {
      if (connection.equals(ALL)) {
        until.clear();
      } else {
        until.remove(connection);
      }
      return true;
    }
    if (until.size() >= MOST_SWITCHES && !until.containsKey(connection)) {
      return false;
    }
    until.put(connection, now.plus(duration));
    return true;
  }

  /** Connections that are traced now, with the end of it; {@link Instant#MAX} for no end. */
  public Map<String, Instant> active() {
    Instant now = clock.instant();
    Map<String, Instant> active = new java.util.TreeMap<>(until);
    active.values().removeIf(end -> !end.isAfter(now));
    return active;
  }

  /** Prints a message if its connection is traced. */
  public void message(
      LogSubject subject,
      String connection,
      boolean received,
      IkeHeader header,
      List<Payload> payloads) {
    if (until.isEmpty() || !isOn(connection) || !throttle.allows()) {
      return;
    }
    long missing = throttle.takeSuppressed();
    if (missing > 0) {
      logger.info("{} messages before this one were not printed: too many a second", missing);
    }
    String prefix = subject.logFields() + (received ? ": received " : ": sent ");
    for (String line : MessagePrinter.lines(header, payloads)) {
      logger.info("{}{}", prefix, line);
    }
  }

  private boolean isOn(String connection) {
    Instant now = clock.instant();
    return ends(ALL).isAfter(now) || ends(connection).isAfter(now);
  }

  private Instant ends(String connection) {
    return until.getOrDefault(connection, Instant.MIN);
  }
}
