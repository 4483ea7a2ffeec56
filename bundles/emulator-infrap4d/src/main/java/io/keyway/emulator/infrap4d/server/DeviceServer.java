package io.keyway.emulator.infrap4d.server;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.keyway.emulator.infrap4d.TlsFiles;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.emulator.infrap4d.pipeline.ExpireEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC server of a device: both services on each of its addresses. It can be stopped and
 * started again on the same addresses, with everything that belongs to streams forgotten in
 * between.
 *
 * <p>Its lock guards starting and stopping only; calls in progress do not take it.
 */
public final class DeviceServer {
  private static final int MAX_MESSAGE = 256 * 1024 * 1024;

  private final Device device;
  private final Optional<TlsFiles> tlsFiles;
  private final Faults faults = new Faults();
  private final InstantSource clock;
  private final Executor executor;
  private final ScheduledExecutorService scheduler;
  private final Runnable crash;
  private List<InetSocketAddress> addresses;
  private Server server;
  private TlsServer tls;
  private volatile Arbitration arbitration;
  private volatile ExpireHub hub = new ExpireHub();

  /**
   * A server that does not listen yet.
   *
   * @param addresses port 0 becomes the port that was found at the first start
   * @param executor runs the calls
   * @param crash what happens when a client sends what kills the real server; must not block
   */
  public DeviceServer(
      Device device,
      List<InetSocketAddress> addresses,
      Optional<TlsFiles> tlsFiles,
      InstantSource clock,
      Executor executor,
      ScheduledExecutorService scheduler,
      Runnable crash) {
    this.device = device;
    this.addresses = List.copyOf(addresses);
    this.tlsFiles = tlsFiles;
    this.clock = clock;
    this.executor = executor;
    this.scheduler = scheduler;
    this.crash = crash;
    this.arbitration = new Arbitration(device.quirks());
  }

  /** The faults on order; they survive restarts. */
  public Faults faults() {
    return faults;
  }

  /**
   * Listens; nothing happens when it does already.
   *
   * @throws IOException when an address cannot be bound or a TLS file cannot be used
   */
  public synchronized void start() throws IOException {
    if (server != null) {
      return;
    }
    arbitration = new Arbitration(device.quirks());
    hub = new ExpireHub();
    tls = tlsFiles.isPresent() ? new TlsServer(tlsFiles.get(), scheduler) : null;
    ServerCredentials credentials =
        tls == null ? InsecureServerCredentials.create() : tls.credentials();
    NettyServerBuilder builder = NettyServerBuilder.forAddress(addresses.get(0), credentials);
    addresses.stream().skip(1).forEach(builder::addListenAddress);
    server =
        builder
            .addService(
                new GnmiService(
                    device, new GnmiValues(device, clock), hub, faults, scheduler, crash))
            .addService(new P4RuntimeService(device, arbitration, faults, scheduler))
            .executor(executor)
            .maxInboundMessageSize(MAX_MESSAGE)
            .keepAliveTime(600, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      stop();
      throw new IOException("cannot listen on " + addresses + ": " + e.getMessage(), e);
    }
    addresses = server.getListenSockets().stream().map(InetSocketAddress.class::cast).toList();
  }

  /** Drops every call and stream and stops listening. */
  public synchronized void stop() {
    if (server != null) {
      server.shutdownNow();
      try {
        server.awaitTermination(5, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      server = null;
    }
    if (tls != null) {
      tls.close();
      tls = null;
    }
  }

  /** Whether it listens. */
  public synchronized boolean running() {
    return server != null;
  }

  /** Where it listens, or will again. */
  public synchronized List<InetSocketAddress> addresses() {
    return addresses;
  }

  /** Open P4Runtime streams. */
  public int streams() {
    return arbitration.streams();
  }

  /** Who waits for expiries. */
  public int expireSubscribers() {
    return hub.subscribers();
  }

  /** Sends an expiry to the subscribers, if the device has the callback; how many were told. */
  public int expired(ExpireEvent event) {
    return device.callbackRegistered() ? hub.publish(event) : 0;
  }
}
