package io.keyway.emulator.infrap4d;

import io.keyway.api.Registration;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.emulator.infrap4d.pipeline.ExpireEvent;
import io.keyway.emulator.infrap4d.pipeline.KeyUse;
import io.keyway.emulator.infrap4d.pipeline.Surroundings;
import io.keyway.emulator.infrap4d.program.ProgramInfo;
import io.keyway.emulator.infrap4d.server.DeviceServer;
import io.keyway.emulator.infrap4d.server.Faults;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One emulated device: its state, its server, its port of a wire and its control interface. */
public final class Emulator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Emulator.class);
  private static final AtomicLong COOKIES = new AtomicLong();
  private static final int THREADS = 4;

  private final EmulatorConfig config;
  private final Wire wire;
  private final Device device;
  private final DeviceServer server;
  private final Recent<Delivered> delivered = new Recent<>();
  private final Recent<byte[]> frames = new Recent<>();
  private final ExecutorService executor;
  private final ScheduledExecutorService scheduler;
  // Orders life-cycle steps, which wait for sockets; nothing that serves a call takes it.
  private final Object lifeCycle = new Object();
  private Registration port;
  private volatile boolean closed;

  /** Makes a device that neither listens nor sends yet. */
  public Emulator(EmulatorConfig config, Wire wire, SecureRandom random, InstantSource clock) {
    this.config = config;
    this.wire = wire;
    this.executor = Executors.newFixedThreadPool(THREADS, Threads.named(config.name() + "-call"));
    this.scheduler =
        Executors.newSingleThreadScheduledExecutor(Threads.named(config.name() + "-timer"));
    this.device =
        new Device(
            config.quirks(), config.cryptoFunction(), config.sadCapacity(), random, new Outside());
    this.server =
        new DeviceServer(
            device, config.listen(), config.tls(), clock, executor, scheduler, this::crash);
  }

  private final class Outside implements Surroundings {
    @Override
    public void transmit(byte[] frame) {
      frames.add(frame);
      wire.send(config.site(), frame);
    }

    @Override
    public void deliver(Delivered packet) {
      delivered.add(packet);
    }

    @Override
    public int expired(ExpireEvent event) {
      return server.expired(event);
    }

    @Override
    public void keyUsed(KeyUse use) {
      wire.key(use);
    }

    @Override
    public long capture() {
      return wire.captureNumber();
    }
  }

  /**
   * Starts: wire, capture, pipeline, server.
   *
   * @throws IOException when an address or a file cannot be used; nothing is left behind then
   */
  public void start() throws IOException {
    synchronized (lifeCycle) {
      try {
        port = wire.attach(config.site(), config.addresses(), device::receive);
        if (config.captureDirectory().isPresent()) {
          wire.startCapture(config.captureDirectory().get());
        }
        if (config.pipelineAtStart()) {
          pushPipeline(config.idOffset());
        }
        server.start();
        LOG.info("emulated device {} answers on {}", config.name(), server.addresses());
      } catch (IOException e) {
        close();
        throw e;
      }
    }
  }

  public EmulatorConfig config() {
    return config;
  }

  public Device device() {
    return device;
  }

  public Wire wire() {
    return wire;
  }

  public DeviceServer server() {
    return server;
  }

  public Faults faults() {
    return server.faults();
  }

  /** Where the services answer. */
  public List<InetSocketAddress> addresses() {
    return server.addresses();
  }

  /** Packets for the host since the last call. */
  public Recent.Taken<Delivered> takeDelivered(int max) {
    return delivered.take(max);
  }

  /** Frames that the device sent since the last call. */
  public Recent.Taken<byte[]> takeFrames(int max) {
    return frames.take(max);
  }

  /** Sets the pipeline, as the controller of the rest of the program does. */
  public void pushPipeline(int idOffset) {
    device.setPipeline(ProgramInfo.withIdOffset(idOffset), COOKIES.incrementAndGet());
  }

  /**
   * The process dies and comes back with nothing.
   *
   * @param pipelineSet whether somebody has set the pipeline again before it answers
   * @param downMillis how long it does not answer
   */
  public void restart(boolean pipelineSet, int downMillis) throws IOException {
    synchronized (lifeCycle) {
      server.stop();
      device.restart();
      if (downMillis > 0) {
        try {
          Thread.sleep(downMillis);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      if (pipelineSet) {
        pushPipeline(config.idOffset());
      }
      if (!closed) {
        server.start();
      }
    }
  }

  /** Stops answering, or answers again; the device runs on. */
  public void setReachable(boolean reachable) throws IOException {
    synchronized (lifeCycle) {
      if (reachable && !closed) {
        server.start();
      } else {
        server.stop();
      }
    }
  }

  /** Called from a call of the server that is to die, so it happens elsewhere. */
  private void crash() {
    device.counters().count(Counter.CRASHES);
    LOG.warn(
        "emulated device {} dies of a Set that the real server does not survive", config.name());
    scheduler.execute(
        () -> {
          try {
            restart(false, 0);
          } catch (IOException e) {
            LOG.warn("emulated device {} does not come back", config.name(), e);
          }
        });
  }

  @Override
  public void close() {
    closed = true;
    synchronized (lifeCycle) {
      server.stop();
      if (port != null) {
        port.close();
      }
      if (config.captureDirectory().isPresent()) {
        wire.stopCapture();
      }
    }
    scheduler.shutdownNow();
    executor.shutdown();
    try {
      executor.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
