package io.keyway.ike.engine.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.MessageFormatter;

/**
 * The groups of the log. Each is a logger of its own, {@code io.keyway.ike.log.} and the group's
 * name, so that each has a level of its own. The levels are those of charon: 0 (what somebody must
 * look at) is WARN, 1 (control flow) INFO, 2 (more of it) DEBUG, 3 (raw) TRACE. There is no level
 * 4, which in charon prints keys.
 */
public enum IkeLog {
  /** IKE SAs: established, rekeyed, ended, authentication, retransmission. */
  IKE,
  /** CHILD_SAs: up, rekeyed, ended, refused. */
  CHD,
  /** Proposals, identities and selectors against the configuration. */
  CFG,
  /** Datagrams, addresses and NATs. */
  NET,
  /** Messages as they were decoded and encoded. */
  ENC;

  /** Names of the groups' loggers begin with this. */
  public static final String PREFIX = "io.keyway.ike.log.";

  private static final int LONGEST = 4096;

  private final Logger logger =
      LoggerFactory.getLogger(PREFIX + name().toLowerCase(java.util.Locale.ROOT));

  /** Level 0: something failed that somebody must look at. */
  public void warn(LogSubject subject, String format, Object... arguments) {
    if (logger.isWarnEnabled() && maySpeak(subject)) {
      logger.warn(line(subject, format, arguments));
    }
  }

  /** Level 1: what an operator follows day by day. */
  public void info(LogSubject subject, String format, Object... arguments) {
    if (logger.isInfoEnabled() && maySpeak(subject)) {
      logger.info(line(subject, format, arguments));
    }
  }

  /** Level 2: what one looks at when searching a fault. */
  public void debug(LogSubject subject, String format, Object... arguments) {
    if (logger.isDebugEnabled()) {
      logger.debug(line(subject, format, arguments));
    }
  }

  /** Whether level 2 is on; for text that is dear to make. */
  public boolean isDebug() {
    return logger.isDebugEnabled();
  }

  /** A peer that authenticated must not fill a disk either. */
  private static boolean maySpeak(LogSubject subject) {
    return subject.lines().map(Throttle::allows).orElse(true);
  }

  private static String line(LogSubject subject, String format, Object... arguments) {
    long untold = subject.lines().map(Throttle::takeSuppressed).orElse(0L);
    return subject.logFields()
        + ": "
        + printable(MessageFormatter.arrayFormat(format, arguments).getMessage())
        + (untold == 0 ? "" : " (" + untold + " lines since were not logged)");
  }

  /**
   * One line of bounded length: identities and vendor ids are the peer's own words, which could
   * otherwise forge further lines or steer a terminal.
   */
  public static String printable(String text) {
    int length = Math.min(text.length(), LONGEST);
    StringBuilder clean = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean steers =
          Character.isISOControl(c)
              || Character.getType(c) == Character.FORMAT
              || c == '\u2028'
              || c == '\u2029';
      clean.append(steers ? '?' : c);
    }
    return length < text.length() ? clean.append("...").toString() : clean.toString();
  }
}
