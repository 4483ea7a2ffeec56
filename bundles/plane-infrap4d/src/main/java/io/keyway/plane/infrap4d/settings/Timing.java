package io.keyway.plane.infrap4d.settings;

import java.time.Duration;

/**
 * Time limits.
 *
 * @param rpc deadline of every remote call
 * @param audit how often the tables are read back while all seems well; also how soon a pipeline
 *     that somebody pushed again is noticed
 * @param backoffFirst pause before the second attempt to connect
 * @param backoffMax longest pause between attempts
 * @param keepAlive HTTP/2 ping interval; infrap4d ends connections that ping faster than 10 s
 */
public record Timing(
    Duration rpc, Duration audit, Duration backoffFirst, Duration backoffMax, Duration keepAlive) {

  /** For real devices. */
  public static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMillis(500),
          Duration.ofSeconds(30),
          Duration.ofSeconds(20));
}
