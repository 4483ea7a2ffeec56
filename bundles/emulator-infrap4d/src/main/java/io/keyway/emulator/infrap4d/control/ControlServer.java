package io.keyway.emulator.infrap4d.control;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.keyway.emulator.infrap4d.Emulator;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Serves the control interface of one emulator; it goes on while the device does not answer. */
public final class ControlServer implements AutoCloseable {
  private final Server server;

  /**
   * Starts to listen.
   *
   * @param address on loopback; there is no authentication
   * @throws IOException when the address cannot be bound
   */
  public ControlServer(Emulator emulator, InetSocketAddress address) throws IOException {
    this.server =
        NettyServerBuilder.forAddress(address, InsecureServerCredentials.create())
            .addService(new ControlService(emulator))
            .maxInboundMessageSize(64 * 1024 * 1024)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new IOException("cannot listen on control address " + address, e);
    }
  }

  /** The port that was bound. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
