package io.keyway.it.wired;

import io.keyway.emulator.infrap4d.Recent;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * A steady stream of numbered packets through every tunnel of a fleet, one after the other and
 * round again, at a rate that leaves the machine to what is tested.
 */
final class Streams implements AutoCloseable {

  /** What became of one packet: when it was handed over, and to whom. */
  record Sent(int tunnel, Verdict.Kind kind, long before, long after) {}

  private final Site from;
  private final Site to;
  private final int tunnels;
  private final long pauseNanos;
  private final IntFunction<String> source;
  private final IntFunction<String> destination;
  private final List<Sent> sent = new ArrayList<>();
  private final BitSet arrived = new BitSet();
  private final Thread thread;
  private long forgotten;
  private volatile boolean running = true;

  /**
   * Starts sending.
   *
   * @param perSecond packets over all tunnels together
   */
  Streams(
      Site from,
      Site to,
      int tunnels,
      int perSecond,
      IntFunction<String> source,
      IntFunction<String> destination) {
    this.from = from;
    this.to = to;
    this.tunnels = tunnels;
    this.pauseNanos = 1_000_000_000L / perSecond;
    this.source = source;
    this.destination = destination;
    this.thread = new Thread(this::run, "streams");
    thread.setDaemon(true);
    to.device.takeDelivered(0);
    thread.start();
  }

  private void run() {
    long next = System.nanoTime();
    for (int number = 0; running; number++) {
      int tunnel = number % tunnels;
      long before = System.nanoTime();
      Verdict verdict =
          Traffic.send(
              from, source.apply(tunnel), destination.apply(tunnel), Integer.toString(number));
      long after = System.nanoTime();
      synchronized (sent) {
        sent.add(new Sent(tunnel, verdict.kind(), before, after));
      }
      if (number % 500 == 0) {
        collect();
      }
      // A stream that was held up does not catch up in a burst.
      next = Math.max(next + pauseNanos, after - 10 * pauseNanos);
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void collect() {
    Recent.Taken<Delivered> taken = to.device.takeDelivered(0);
    synchronized (sent) {
      forgotten += taken.forgotten();
      for (Delivered packet : taken.items()) {
        if (packet.kind() == Delivered.Kind.DECRYPTED) {
          arrived.set(Integer.parseInt(Traffic.text(packet.packet())));
        }
      }
    }
  }

  int sent() {
    synchronized (sent) {
      return sent.size();
    }
  }

  /** What became of packets from one number on, and how many of each. */
  Map<Verdict.Kind, Long> kindsSince(int number) {
    Map<Verdict.Kind, Long> kinds = new EnumMap<>(Verdict.Kind.class);
    synchronized (sent) {
      sent.subList(number, sent.size()).forEach(s -> kinds.merge(s.kind(), 1L, Long::sum));
    }
    return kinds;
  }

  /** Packets of one kind, in order. */
  List<Sent> all(Verdict.Kind kind) {
    synchronized (sent) {
      return sent.stream().filter(s -> s.kind() == kind).toList();
    }
  }

  /**
   * Packets that went in clear after a later state had begun for their tunnel: one was held or
   * protected again after the first in clear.
   */
  List<Sent> clearAgain() {
    List<Sent> found = new ArrayList<>();
    BitSet wasClear = new BitSet();
    BitSet closed = new BitSet();
    synchronized (sent) {
      for (Sent s : sent) {
        if (s.kind() != Verdict.Kind.CLEAR) {
          closed.set(s.tunnel(), wasClear.get(s.tunnel()));
        } else if (closed.get(s.tunnel())) {
          found.add(s);
        } else {
          wasClear.set(s.tunnel());
        }
      }
    }
    return found;
  }

  /** Stops; numbers of packets that went out as ESP and did not come out at the other end. */
  List<Integer> stopAndFindLost() {
    close();
    collect();
    List<Integer> lost = new ArrayList<>();
    synchronized (sent) {
      if (forgotten > 0) {
        throw new AssertionError(forgotten + " packets were not looked at in time");
      }
      for (int i = 0; i < sent.size(); i++) {
        if (sent.get(i).kind() == Verdict.Kind.PROTECTED && !arrived.get(i)) {
          lost.add(i);
        }
      }
    }
    return lost;
  }

  @Override
  public void close() {
    running = false;
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
