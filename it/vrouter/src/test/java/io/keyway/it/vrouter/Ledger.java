package io.keyway.it.vrouter;

import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.SaStatus;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What both ends count for each SA, of all that there were: looked at again and again, as who
 * removes an SA takes its counters with it.
 */
final class Ledger {

  private static final Pattern LISTED =
      Pattern.compile(
          "spi-in=([0-9a-f]{8}) spi-out=([0-9a-f]{8}).*?"
              + "bytes-in=(\\d+) packets-in=(\\d+).*?bytes-out=(\\d+) packets-out=(\\d+)");
  private static final Pattern CLOSED =
      Pattern.compile(
          "closing CHILD_SA \\S+ with SPIs ([0-9a-f]{8})_i \\((\\d+) bytes\\)"
              + " ([0-9a-f]{8})_o \\((\\d+) bytes\\)");
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** The most that was seen of one SA. */
  record Count(long packets, long bytes) {
    Count or(Count other) {
      return new Count(Math.max(packets, other.packets), Math.max(bytes, other.bytes));
    }
  }

  private final Agent agent;
  private final Peer peer;
  // By SPI and sender, as an SPI alone is only unique at its receiver.
  private final Map<String, Count> ours = new LinkedHashMap<>();
  private final Map<String, Count> theirs = new LinkedHashMap<>();

  /**
   * @param agent a connection of the test's own
   */
  Ledger(Agent agent, Peer peer) {
    this.agent = agent;
    this.peer = peer;
  }

  static String sentByUs(int spi) {
    return String.format("%08x to strongSwan", spi);
  }

  static String sentByThem(int spi) {
    return String.format("%08x to us", spi);
  }

  static boolean isSentByUs(String sa) {
    return sa.endsWith("to strongSwan");
  }

  /** Looks at both ends. */
  synchronized void look() {
    try {
      for (SnapshotSa sa : agent.snapshot(false).get(LIMIT.toSeconds(), TimeUnit.SECONDS).sas()) {
        put(sa.getStatus());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("no snapshot of the agent", e);
    }
    Matcher listed = LISTED.matcher(peer.swanctl("--list-sas", "--raw").orFail());
    while (listed.find()) {
      put("%s to strongSwan", listed.group(1), number(listed, 4), number(listed, 3));
      put("%s to us", listed.group(2), number(listed, 6), number(listed, 5));
    }
  }

  private void put(SaStatus status) {
    int spi = status.getId().getSpi();
    boolean out = status.getId().getDirection() == Direction.OUTBOUND;
    ours.merge(
        out ? sentByUs(spi) : sentByThem(spi),
        new Count(status.getPackets(), status.getBytes()),
        Count::or);
  }

  /** What strongSwan says when it closes an SA, which may be more than it said before. */
  synchronized void finish(Recorder recorder) {
    look();
    recorder.last().forEach(this::put);
    Matcher closed = CLOSED.matcher(peer.log());
    while (closed.find()) {
      put("%s to strongSwan", closed.group(1), 0, number(closed, 2));
      put("%s to us", closed.group(3), 0, number(closed, 4));
    }
  }

  private void put(String form, String spi, long packets, long bytes) {
    theirs.merge(String.format(form, spi), new Count(packets, bytes), Count::or);
  }

  private static long number(Matcher m, int group) {
    return Long.parseLong(m.group(group));
  }

  synchronized Map<String, Count> ours() {
    return new TreeMap<>(ours);
  }

  synchronized Map<String, Count> theirs() {
    return new TreeMap<>(theirs);
  }
}
