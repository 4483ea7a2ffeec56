package io.keyway.it.bench.node;

import com.google.gson.JsonObject;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/** What lives in this process. */
final class Memory {
  private Memory() {}

  /** Octets of live objects, and of heap that is kept, after a full collection. */
  static JsonObject afterCollection() {
    // Twice: what the first one found unreachable may have held more.
    System.gc();
    System.gc();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    JsonObject answer = new JsonObject();
    answer.addProperty("live", heap.getUsed());
    answer.addProperty("committed", heap.getCommitted());
    return answer;
  }
}
