package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.log.IkeLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A peer behind a NAT whose ESP comes from elsewhere: its NAT gave it another mapping, and what we
 * send to the former one is lost (RFC 7296 section 2.23). Data planes tell so of authentic packets,
 * but not even those prove where they come from, as anybody who sees one can send it on from his
 * own address. So the peer is asked, there and where it was: it is where the answer to a question
 * comes from that nobody else can answer. One question at a time, with pauses that double while
 * answers come from where the peer was all along.
 *
 * <p>Not while we are behind a NAT ourselves, nor with MOBIKE, where the peer tells (RFC 4555
 * section 3.8).
 */
final class PeerSightings {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

  private final IkeSa sa;

  /** Where we ask now, beside the path in use; null while we do not. */
  private Path asked;

  /** Where the peer was seen last, in the meantime. */
  private Path next;

  private Duration pause = FIRST_PAUSE;
  private Worker.Timer pausing = Worker.Timer.NONE;

  PeerSightings(IkeSa sa) {
    this.sa = sa;
  }

  /** Whether the peer's address may change without its saying so. */
  boolean mayFollow() {
    return !sa.mobike().isAgreed() && sa.nat().remote() && !sa.nat().local();
  }

  /** An authentic packet of a child came from there. */
  void seen(InetAddress address, int port) {
    Path path = sa.path();
    if (!sa.state().isEstablished()
        || !mayFollow()
        || !path.marker()
        || port < 1
        || port > 65535
        || address.getClass() != path.remote().getAddress().getClass()) {
      sa.ctx().counters().count("ike-peer-seen-ignored");
      return;
    }
    Path way = new Path(path.local(), new InetSocketAddress(address, port), true);
    next = way.equals(path) ? null : way;
    if (asked == null && pausing == Worker.Timer.NONE) {
      ask();
    }
  }

  private void ask() {
    if (next == null || next.equals(sa.path()) || !sa.state().isEstablished()) {
      next = null;
      return;
    }
    asked = next;
    next = null;
    sa.ctx().counters().count("ike-peer-seen");
    IkeLog.NET.info(
        sa, "ESP comes from {}, not from {}; asking the peer", asked.peer(), sa.path().peer());
    if (sa.requests().isIdle()) {
      sa.requests().enqueue(Exchange.informational(new LivenessTask()));
    } else {
      // What waits for an answer may have gone where nobody is any more.
      sa.requests().resend();
    }
  }

  /** Where requests go. */
  List<Path> routes() {
    return asked == null ? List.of(sa.path()) : List.of(sa.path(), asked);
  }

  /** An authentic answer came that we had not seen yet. */
  void answered(Path way) {
    if (asked == null) {
      return;
    }
    boolean there = way.equals(asked);
    asked = null;
    Duration now = there ? FIRST_PAUSE : pause;
    pause = there ? FIRST_PAUSE : min(pause.multipliedBy(2), LONGEST_PAUSE);
    if (!there) {
      sa.ctx().counters().count("ike-peer-seen-wrongly");
    }
    pausing =
        sa.after(
            now,
            () -> {
              pausing = Worker.Timer.NONE;
              ask();
            });
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  void stop() {
    pausing.cancel();
    pausing = Worker.Timer.NONE;
    asked = null;
    next = null;
  }
}
