package io.keyway.northbound.osgi;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** Threads of this bundle. */
final class NorthboundThread {

  private NorthboundThread() {}

  /** One thread; tasks that were scheduled and cancelled do not pile up. */
  static ScheduledExecutorService single(String name) {
    ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
    return executor;
  }
}
