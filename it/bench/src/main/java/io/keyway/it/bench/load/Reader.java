package io.keyway.it.bench.load;

import io.keyway.it.kit.Restconf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Somebody who reads one entry again and again, and notes how long each answer takes. */
final class Reader {

  private static final long PAUSE_MILLIS = 10;

  private final Restconf restconf;
  private final String path;
  private final List<Double> millis = new ArrayList<>();
  private final Thread thread = new Thread(this::read, "bench reader");
  private volatile boolean ended;
  private volatile String failure = "";

  Reader(Restconf restconf, String path) {
    this.restconf = restconf;
    this.path = path;
    // Whatever fails elsewhere, this does not keep the process.
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    try {
      while (!ended) {
        long begun = System.nanoTime();
        int status = restconf.get(path).status();
        millis.add((System.nanoTime() - begun) / 1e6);
        if (status != 200) {
          failure = "a read was answered with HTTP " + status;
          return;
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      failure = "a read failed: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Latencies in milliseconds, sorted; ends the reading. */
  List<Double> end() throws IOException, InterruptedException {
    ended = true;
    thread.join();
    if (!failure.isEmpty()) {
      throw new IOException(failure);
    }
    return millis.stream().sorted().toList();
  }
}
