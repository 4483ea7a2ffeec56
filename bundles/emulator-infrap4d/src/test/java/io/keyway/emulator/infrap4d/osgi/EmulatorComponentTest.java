package io.keyway.emulator.infrap4d.osgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport;
import io.keyway.emulator.v1.EmulatorControlGrpc;
import io.keyway.emulator.v1.StartCaptureRequest;
import io.keyway.emulator.v1.StatusRequest;
import io.keyway.emulator.v1.StopCaptureRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell, with the container's part played by the test. */
class EmulatorComponentTest {
  @TempDir Path directory;

  /** A transport that only lets itself be watched. */
  private static final class Watched implements IkeTransport {
    private Observer observer;

    @Override
    public Outcome bind(InetSocketAddress local, boolean marker) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Outcome unbind(InetSocketAddress local) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Outcome send(Datagram datagram) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Registration attach(Consumer<Datagram> receiver) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Registration observe(Observer newObserver) {
      observer = newObserver;
      return () -> observer = null;
    }
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aFactoryConfigurationBecomesADeviceAndIkeIsInItsCapture() throws Exception {
    int control = free();
    OsgiWires wires = new OsgiWires();
    Watched transport = new Watched();
    wires.bindTransport(transport);
    EmulatorComponent component =
        new EmulatorComponent(
            wires,
            Map.of(
                "name", "ipu-a",
                "site", "a",
                "wire", "demo",
                "listen", "127.0.0.1:0",
                "control", "127.0.0.1:" + control,
                "gateway", "127.1.0.1",
                "service.pid", "io.keyway.emulator.infrap4d~ipu-a",
                "service.factoryPid", "io.keyway.emulator.infrap4d",
                "component.id", 7L,
                "felix.fileinstall.filename", "file:/etc/x.cfg"));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", control).usePlaintext().build();
    try {
      var stub =
          EmulatorControlGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
      assertThat(stub.status(StatusRequest.getDefaultInstance()).getName()).isEqualTo("ipu-a");
      stub.startCapture(
          StartCaptureRequest.newBuilder().setDirectory(directory.toString()).build());
      IkeTransport.Datagram datagram =
          new IkeTransport.Datagram(
              new InetSocketAddress("127.1.0.1", 15500),
              new InetSocketAddress("127.2.0.1", 15500),
              false,
              new byte[28]);
      transport.observer.seen(true, datagram);
      assertThat(stub.stopCapture(StopCaptureRequest.getDefaultInstance()).getFrames())
          .isEqualTo(1);
      wires.unbindTransport(transport);
      assertThat(transport.observer).as("the tap is closed").isNull();
    } finally {
      channel.shutdownNow();
      component.deactivate();
      wires.deactivate();
    }
    // The address is free again.
    new ServerSocket(control, 1, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void aConfigurationWithAMistakeNamesIt() {
    OsgiWires wires = new OsgiWires();
    assertThatThrownBy(
            () -> new EmulatorComponent(wires, Map.of("listen", "127.0.0.1:0", "quirk", "x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[quirk]");
  }
}
