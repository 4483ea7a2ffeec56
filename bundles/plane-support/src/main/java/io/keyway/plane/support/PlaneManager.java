package io.keyway.plane.support;

import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneType;
import io.keyway.plane.support.settings.SettingsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one plane for each configured device of our type. A configuration that goes away ends the
 * session, and leaves the device as it is.
 */
public final class PlaneManager implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneManager.class);

  /** Offers a plane to everybody else; closing takes it back. */
  @FunctionalInterface
  public interface Registrar {
    /** Makes it known. */
    Runnable register(DataPlane plane);
  }

  private record Running(PlaneConfig config, Runnable unregister, AutoCloseable plane) {}

  /** A plane that runs on its own until it is closed; closing leaves the device as it is. */
  public interface Managed extends DataPlane, AutoCloseable {
    /** Makes contact; returns at once. */
    void start();

    @Override
    void close();
  }

  /** Makes planes of one type. */
  @FunctionalInterface
  public interface Factory {
    /**
     * A plane that is not started yet.
     *
     * @throws SettingsException naming the first setting that cannot be used
     */
    Managed make(PlaneConfig config) throws SettingsException;
  }

  private final PlaneType type;
  private final Factory factory;
  private final Registrar registrar;
  private final ExecutorService executor;
  private final Map<String, Running> running = new HashMap<>();

  /**
   * @param type whose devices are kept; tells what one with unusable settings could do
   * @param executor one thread for changes of configuration, which may have to wait for a worker
   */
  public PlaneManager(
      PlaneType type, Factory factory, Registrar registrar, ExecutorService executor) {
    this.type = type;
    this.factory = factory;
    this.registrar = registrar;
    this.executor = executor;
  }

  /** Takes a configuration as the present one; returns at once. */
  public void accept(IntentSnapshot snapshot) {
    try {
      executor.execute(() -> apply(snapshot));
    } catch (RejectedExecutionException e) {
      LOG.debug("closed");
    }
  }

  private void apply(IntentSnapshot snapshot) {
    Map<String, PlaneConfig> wanted = new HashMap<>();
    snapshot
        .dataPlanes()
        .forEach(
            (name, config) -> {
              if (config.type().equals(type.type())) {
                wanted.put(name, config);
              }
            });
    for (String name : List.copyOf(running.keySet())) {
      // What the session is not made of must not break it.
      PlaneConfig now = wanted.get(name);
      if (now == null || !running.get(name).config().settings().equals(now.settings())) {
        end(name, running.remove(name));
      }
    }
    wanted.forEach(
        (name, config) -> {
          if (!running.containsKey(name)) {
            begin(config);
          }
        });
  }

  private void begin(PlaneConfig config) {
    try {
      Managed plane = factory.make(config);
      running.put(config.name(), new Running(config, registrar.register(plane), plane));
      plane.start();
    } catch (SettingsException e) {
      LOG.error("data plane {}: {}", config.name(), e.getMessage());
      UnusablePlane plane = new UnusablePlane(type.type(), type.model(config), e.getMessage());
      running.put(config.name(), new Running(config, registrar.register(plane), () -> {}));
    } catch (RuntimeException e) {
      LOG.error("data plane {} cannot be started", config.name(), e);
    }
  }

  private static void end(String name, Running plane) {
    try {
      plane.unregister().run();
      plane.plane().close();
    } catch (Exception e) {
      LOG.error("data plane {} did not end well", name, e);
    }
  }

  /** Ends every session, side by side. */
  @Override
  public void close() {
    try {
      executor.execute(
          () -> {
            List<Thread> threads = new ArrayList<>();
            running.forEach(
                (name, plane) -> {
                  Thread thread = new Thread(() -> end(name, plane), "keyway-close-" + name);
                  thread.start();
                  threads.add(thread);
                });
            running.clear();
            for (Thread thread : threads) {
              try {
                thread.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("closed already");
    }
    executor.shutdown();
    try {
      if (!executor.awaitTermination(30, java.util.concurrent.TimeUnit.SECONDS)) {
        LOG.warn("data planes did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
