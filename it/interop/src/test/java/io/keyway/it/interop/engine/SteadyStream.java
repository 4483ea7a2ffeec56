package io.keyway.it.interop.engine;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.keyway.api.ts.SelectorPair;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Numbered packets from the host, one child after the other and round again, at a steady rate until
 * somebody ends it. Packet {@code n} has the number as its text.
 */
final class SteadyStream {

  private static final int LOOK = 1000;

  private final EmulatedSite site;
  private final List<SelectorPair> pairs;
  private final long pauseNanos;
  private final Map<String, Integer> verdicts = new TreeMap<>();
  private final List<byte[]> frames = new ArrayList<>();
  private final Thread thread;
  private int sent;
  private volatile boolean running = true;

  SteadyStream(EmulatedSite site, List<SelectorPair> pairs, int perSecond) {
    this.site = site;
    this.pairs = pairs;
    this.pauseNanos = 1_000_000_000L / perSecond;
    this.thread = new Thread(this::run, "stream");
    thread.setDaemon(true);
    site.takeFrames();
    thread.start();
  }

  private void run() {
    for (; running; sent++) {
      SelectorPair pair = pairs.get(sent % pairs.size());
      byte[] packet =
          UdpPackets.of(
              pair.local().first().getHostAddress(),
              pair.remote().first().getHostAddress(),
              Integer.toString(sent));
      verdicts.merge(site.send(packet), 1, Integer::sum);
      if (sent % LOOK == 0) {
        frames.addAll(site.takeFrames());
      }
      LockSupport.parkNanos(pauseNanos);
    }
  }

  /** Ends it: how many were sent, what became of them, and what came out on the wire. */
  JsonObject end() throws InterruptedException {
    running = false;
    thread.join();
    frames.addAll(site.takeFrames());
    JsonObject answer = new JsonObject();
    answer.addProperty("sent", sent);
    JsonObject kinds = new JsonObject();
    verdicts.forEach(kinds::addProperty);
    answer.add("verdicts", kinds);
    JsonArray wire = new JsonArray();
    frames.forEach(frame -> wire.add(HexFormat.of().formatHex(frame)));
    answer.add("frames", wire);
    return answer;
  }
}
