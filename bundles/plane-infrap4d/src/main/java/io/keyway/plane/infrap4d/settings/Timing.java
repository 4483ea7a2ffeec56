package io.keyway.plane.infrap4d.settings;

import java.time.Duration;

/**
 * Time limits.
 *
 * @param rpc deadline of every remote call
 * @param audit how often the tables are read back while all seems well
 * @param probe how often the program and one of our rows are asked for while all seems well: how
 *     soon a pipeline that somebody pushed again is noticed; also how often a device without
 *     pipeline is asked for one
 * @param backoffFirst pause before the third attempt to connect; the first two come at once
 * @param backoffMax longest pause between attempts
 * @param keepAlive HTTP/2 ping interval; infrap4d ends connections that ping faster than 10 s
 */
public record Timing(
    Duration rpc,
    Duration audit,
    Duration probe,
    Duration backoffFirst,
    Duration backoffMax,
    Duration keepAlive) {

  /** The fastest that infrap4d allows; what is quicker gets GOAWAY, too_many_pings. */
  public static final Duration FASTEST_KEEP_ALIVE = Duration.ofSeconds(10);

  public Timing {
    if (keepAlive.compareTo(FASTEST_KEEP_ALIVE) < 0) {
      throw new IllegalArgumentException(
          "pings every "
              + keepAlive.toMillis()
              + " ms would end every connection; infrap4d allows one in 10 s");
    }
  }

  /** For real devices. */
  public static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofMillis(250),
          Duration.ofSeconds(30),
          Duration.ofSeconds(20));
}
