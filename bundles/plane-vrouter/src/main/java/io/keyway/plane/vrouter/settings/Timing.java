package io.keyway.plane.vrouter.settings;

import java.time.Duration;

/**
 * Time limits.
 *
 * @param rpc deadline of every call that is one question and one answer
 * @param audit how often what is on the router is compared with what was written
 * @param backoffFirst pause before the third attempt to connect; the first two come at once
 * @param backoffMax longest pause between attempts
 * @param probe how often a small question is asked while all seems well: how soon a router that
 *     vanished without a word is missed. Not by HTTP/2 pings, which a server with default settings
 *     answers by ending the connection
 */
public record Timing(
    Duration rpc, Duration audit, Duration backoffFirst, Duration backoffMax, Duration probe) {

  /** For real routers. */
  public static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(5),
          Duration.ofSeconds(300),
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10));
}
