package io.keyway.it.container;

import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.it.kit.Datagrams;
import io.keyway.it.kit.Site;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Numbered packets from the host behind one device to the one behind the other, for minutes. */
final class SteadyStream implements AutoCloseable {

  private static final int PAUSE_MILLIS = 10;

  private final Site from;
  private final Site to;
  private final Emulator source;
  private final Emulator sink;
  private final Thread thread;
  private final Map<Verdict.Kind, Integer> kinds = new EnumMap<>(Verdict.Kind.class);
  private final Map<String, Integer> underWay = new TreeMap<>();
  private long forgotten;
  private int sent;
  private volatile boolean running = true;

  SteadyStream(Site from, Emulator source, Site to, Emulator sink) {
    this.from = from;
    this.to = to;
    this.source = source;
    this.sink = sink;
    this.thread = new Thread(this::run, "stream " + from.letter());
    thread.setDaemon(true);
    sink.takeDelivered(0);
    thread.start();
  }

  private void run() {
    while (running) {
      synchronized (this) {
        int number = sent++;
        byte[] packet = Datagrams.numbered(from, to, "stream " + number, 1).get(0);
        Verdict.Kind kind = source.device().transmit(packet, false).kind();
        kinds.merge(kind, 1, Integer::sum);
        if (kind == Verdict.Kind.PROTECTED) {
          underWay.put(Datagrams.text(packet), number);
        }
        if (sent % 100 == 0) {
          collect();
        }
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void collect() {
    var taken = sink.takeDelivered(0);
    forgotten += taken.forgotten();
    for (Delivered delivered : taken.items()) {
      if (delivered.kind() == Delivered.Kind.DECRYPTED) {
        underWay.remove(Datagrams.text(delivered.packet()));
      }
    }
  }

  synchronized int sent() {
    return sent;
  }

  synchronized Map<Verdict.Kind, Integer> kinds() {
    return Map.copyOf(kinds);
  }

  /** Ends; numbers of what went out as ESP and did not come out at the other end. */
  Set<Integer> lost() {
    close();
    synchronized (this) {
      collect();
      if (forgotten > 0) {
        throw new AssertionError(forgotten + " packets were not looked at in time");
      }
      return new TreeSet<>(underWay.values());
    }
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
