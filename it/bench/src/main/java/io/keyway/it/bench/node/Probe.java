package io.keyway.it.bench.node;

import com.google.gson.JsonObject;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import java.util.Arrays;
import java.util.List;

/**
 * An operator who looks all the time: the list of all IKE SAs with their children, then the status
 * of one of them and the counters, with a pause in between. Each call is measured as its caller
 * sees it.
 */
final class Probe {
  private static final long PAUSE_MILLIS = 5;
  private static final int MOST = 10_000;

  private final IkeEngine engine;
  private final long[] list = new long[MOST];
  private final long[] status = new long[MOST];
  private int calls;
  private int longest;
  private volatile boolean stopping;
  private Thread thread;

  Probe(IkeEngine engine) {
    this.engine = engine;
  }

  void start() {
    calls = 0;
    longest = 0;
    stopping = false;
    thread = new Thread(this::run, "keyway-bench-probe");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    // One more look after the end, so that everything was seen.
    for (boolean last = false; !last && calls < MOST; ) {
      last = stopping;
      long begun = System.nanoTime();
      List<IkeSaStatus> all = engine.snapshot();
      long listed = System.nanoTime();
      look(all);
      long counted = System.nanoTime();
      list[calls] = listed - begun;
      status[calls] = counted - listed;
      calls++;
      longest = Math.max(longest, all.size());
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** What a command that names an IKE SA does: looks it up, and at the counters. */
  private void look(List<IkeSaStatus> listed) {
    String wanted = listed.isEmpty() ? "" : listed.get(listed.size() / 2).uid();
    engine.snapshot(new Selection.IkeUid(wanted));
    engine.counters();
  }

  /** Ends the looking. */
  JsonObject stop() throws InterruptedException {
    stopping = true;
    thread.join();
    JsonObject answer = new JsonObject();
    answer.addProperty("calls", calls);
    answer.addProperty("longest", longest);
    add(answer, "list", list);
    add(answer, "status", status);
    return answer;
  }

  private void add(JsonObject answer, String name, long[] nanos) {
    long[] sorted = Arrays.copyOf(nanos, calls);
    Arrays.sort(sorted);
    if (calls > 0) {
      answer.addProperty(name + "-p50", sorted[calls / 2] / 1e6);
      answer.addProperty(name + "-p99", sorted[Math.min(calls - 1, calls * 99 / 100)] / 1e6);
      answer.addProperty(name + "-max", sorted[calls - 1] / 1e6);
    }
  }
}
