package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.base.WireSettings;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.Payload;
import java.util.List;

/**
 * How long the packets of one IKE SA may be. A path that carries less than we think shows by
 * silence only, so long messages that stay unanswered are cut into pieces that every path carries
 * (RFC 7383 section 2.5.2), and so is all that follows on that path.
 */
final class PacketSize {
  /** From this transmission of a request, or repetition of an answer, on. */
  private static final int SHORT_FROM = 3;

  private static final WireSettings SHORTEST =
      WireSettings.DEFAULT.withFragments(WireSettings.SHORTEST_IPV4, WireSettings.SHORTEST_IPV6);

  private final IkeSa sa;
  private Path narrow;

  PacketSize(IkeSa sa) {
    this.sa = sa;
  }

  /** Octets of the longest message that is not cut into fragments. */
  int limit() {
    boolean shortOnes = narrow != null && narrow.sameHosts(sa.path());
    return shortOnes ? Math.min(usual(), least()) : usual();
  }

  private int usual() {
    return sa.path().longestMessage(sa.ctx().settings().wire());
  }

  private int least() {
    return sa.path().longestMessage(SHORTEST);
  }

  /** What must be kept to cut a message anew: nothing, if it is short. */
  List<Payload> keep(List<byte[]> packets, List<Payload> payloads) {
    return canBeCut(packets) ? payloads : List.of();
  }

  private boolean canBeCut(List<byte[]> packets) {
    return sa.fragmentation() && packets.stream().anyMatch(p -> p.length > least());
  }

  /** Whether it is time to send a message in shorter pieces; from then on all are short. */
  boolean shorten(int times, List<byte[]> packets, List<Payload> kept) {
    return times >= SHORT_FROM && !kept.isEmpty() && shorten(packets);
  }

  /** The same at once, because the peer seems to have found that out itself. */
  boolean shorten(List<byte[]> packets) {
    if (sa.isDead() || !canBeCut(packets)) {
      return false;
    }
    if (limit() > least()) {
      narrow = sa.path();
      sa.ctx().counters().count("ike-fragments-shortened");
      IkeLog.NET.info(sa, "no answer to a long message, so in pieces of {} octets", limit());
    }
    return true;
  }
}
