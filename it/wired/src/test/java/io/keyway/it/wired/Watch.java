package io.keyway.it.wired;

import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.it.kit.stack.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks at a device again and again: no tunnel's rows and SAs may be missing for a moment. */
final class Watch implements AutoCloseable {

  private final Site site;
  private final int tunnels;
  private final List<String> empty = new ArrayList<>();
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final Thread thread;
  private int looks;

  Watch(Site site) {
    this(site, 1);
  }

  /**
   * @param tunnels that are up, each with one SPD row, two rows of tx classification and a pair
   */
  Watch(Site site, int tunnels) {
    this.site = site;
    this.tunnels = tunnels;
    this.thread = new Thread(this::run, "watch " + site.name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (running.get()) {
      Map<String, Integer> found = site.contents();
      boolean complete =
          found.getOrDefault(LinuxNetworking.SPD, 0) >= tunnels
              && found.getOrDefault(LinuxNetworking.TX_SA_CLASSIFICATION, 0) >= 2 * tunnels
              && found.getOrDefault("SAD", 0) >= 2 * tunnels;
      synchronized (empty) {
        looks++;
        if (!complete) {
          empty.add("look " + looks + ": " + found);
        }
      }
      Threads.pause(5);
    }
  }

  /** Ends, and tells when something was missing. */
  List<String> stop() {
    close();
    synchronized (empty) {
      if (looks < 10) {
        throw new AssertionError("only " + looks + " looks");
      }
      return List.copyOf(empty);
    }
  }

  @Override
  public void close() {
    running.set(false);
    try {
      thread.join(2000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
