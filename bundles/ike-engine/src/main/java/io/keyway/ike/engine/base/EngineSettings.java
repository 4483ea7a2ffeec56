package io.keyway.ike.engine.base;

import java.time.Duration;

/**
 * Times and bounds of the engine.
 *
 * @param retransmitFirst wait after the first transmission of a request
 * @param retransmitBase every further wait is longer by this factor
 * @param transmissions of a request, the first one included, before the peer counts as dead
 * @param halfOpenTimeout for a peer to continue after IKE_SA_INIT
 * @param cookieThreshold half-open IKE SAs from which on peers must return a cookie (RFC 7296
 *     section 2.6); 0: always
 * @param halfOpenLimit half-open IKE SAs above which IKE_SA_INIT is dropped
 * @param planeTimeout for one call of SAD or SPD
 * @param oldInboundLinger how long a replaced child can still receive
 * @param retryDelay before something that failed for now is tried again
 * @param lingerTimeout how long an ended IKE SA still repeats its last answer
 * @param jitter part of a lifetime, 0 to 0.5, by which rekeying is spread towards earlier
 * @param natPort port for IKE once a NAT is found (RFC 7296 section 2.23)
 * @param backlog datagrams that may wait for one worker
 * @param flood what else bounds half-open IKE SAs
 * @param wire how messages go over the network
 */
public record EngineSettings(
    Duration retransmitFirst,
    double retransmitBase,
    int transmissions,
    Duration halfOpenTimeout,
    int cookieThreshold,
    int halfOpenLimit,
    Duration planeTimeout,
    Duration oldInboundLinger,
    Duration retryDelay,
    Duration lingerTimeout,
    double jitter,
    int natPort,
    int backlog,
    Flood flood,
    WireSettings wire) {

  /**
   * Bounds against floods of first messages (RFC 8019).
   *
   * @param perAddress half-open IKE SAs of one address (IPv6: one /64) above which its first
   *     messages are dropped; from a quarter of it on they need a cookie, so that nobody can use up
   *     another one's
   * @param puzzleThreshold half-open IKE SAs from which on a cookie comes with a puzzle
   * @param easiestPuzzle zero bits of a puzzle at the threshold; one more at each doubling
   * @param hardestPuzzle zero bits that are demanded, and solved, at most
   * @param garbageThreshold half-open IKE SAs that got a message which their keys do not open, from
   *     which on puzzles are demanded with cookies and, of who solves them, in IKE_AUTH, too; the
   *     same holds for an address with half of what it may have
   */
  public record Flood(
      int perAddress,
      int puzzleThreshold,
      int easiestPuzzle,
      int hardestPuzzle,
      int garbageThreshold) {
    private static final int USUAL_GARBAGE = 50;

    public static final Flood DEFAULT = new Flood(256, 1000, 10, 18);

    public Flood(int perAddress, int puzzleThreshold, int easiestPuzzle, int hardestPuzzle) {
      this(perAddress, puzzleThreshold, easiestPuzzle, hardestPuzzle, USUAL_GARBAGE);
    }

    public Flood {
      if (perAddress < 4 || easiestPuzzle < 1 || hardestPuzzle < easiestPuzzle) {
        throw new IllegalArgumentException(
            "at least 4 half-open IKE SAs per address; puzzles of 1 bit at least, and the hardest"
                + " no easier than the easiest");
      }
    }
  }

  public EngineSettings {
    if (retransmitBase < 1 || transmissions < 1 || jitter < 0 || jitter > 0.5) {
      throw new IllegalArgumentException(
          "retransmission base must be at least 1, transmissions at least 1, jitter 0 to 0.5");
    }
  }

  /** Fit for networks with loss; a dead peer is noticed after about 80 seconds. */
  public static EngineSettings defaults() {
    return new EngineSettings(
        Duration.ofSeconds(2),
        1.8,
        6,
        Duration.ofSeconds(30),
        32,
        10_000,
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        0.1,
        4500,
        8192,
        Flood.DEFAULT,
        WireSettings.DEFAULT);
  }

  /** The same with other retransmission. */
  public EngineSettings withRetransmission(Duration first, double base, int count) {
    return new EngineSettings(
        first,
        base,
        count,
        halfOpenTimeout,
        cookieThreshold,
        halfOpenLimit,
        planeTimeout,
        oldInboundLinger,
        retryDelay,
        lingerTimeout,
        jitter,
        natPort,
        backlog,
        flood,
        wire);
  }

  /** The same with other bounds for half-open IKE SAs. */
  public EngineSettings withHalfOpen(Duration timeout, int cookies, int limit) {
    return new EngineSettings(
        retransmitFirst,
        retransmitBase,
        transmissions,
        timeout,
        cookies,
        limit,
        planeTimeout,
        oldInboundLinger,
        retryDelay,
        lingerTimeout,
        jitter,
        natPort,
        backlog,
        flood,
        wire);
  }

  /** The same with other bounds against floods. */
  public EngineSettings withFlood(Flood newFlood) {
    return new EngineSettings(
        retransmitFirst,
        retransmitBase,
        transmissions,
        halfOpenTimeout,
        cookieThreshold,
        halfOpenLimit,
        planeTimeout,
        oldInboundLinger,
        retryDelay,
        lingerTimeout,
        jitter,
        natPort,
        backlog,
        newFlood,
        wire);
  }

  /** The same with another spread of rekeying. */
  public EngineSettings withJitter(double newJitter) {
    return new EngineSettings(
        retransmitFirst,
        retransmitBase,
        transmissions,
        halfOpenTimeout,
        cookieThreshold,
        halfOpenLimit,
        planeTimeout,
        oldInboundLinger,
        retryDelay,
        lingerTimeout,
        newJitter,
        natPort,
        backlog,
        flood,
        wire);
  }

  /** The same with another way over the network. */
  public EngineSettings withWire(WireSettings newWire) {
    return new EngineSettings(
        retransmitFirst,
        retransmitBase,
        transmissions,
        halfOpenTimeout,
        cookieThreshold,
        halfOpenLimit,
        planeTimeout,
        oldInboundLinger,
        retryDelay,
        lingerTimeout,
        jitter,
        natPort,
        backlog,
        flood,
        newWire);
  }

  /** The wait after transmission number {@code n}, counted from 1. */
  public Duration retransmitWait(int n) {
    double millis = retransmitFirst.toMillis() * Math.pow(retransmitBase, n - 1);
    return Duration.ofMillis((long) millis);
  }
}
