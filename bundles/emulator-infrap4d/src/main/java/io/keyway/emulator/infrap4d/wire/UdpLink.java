package io.keyway.emulator.infrap4d.wire;

import io.keyway.api.Registration;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Extends a wire to another process: every frame that no local port claims travels in one UDP
 * datagram. UDP may lose frames; on loopback it does so only under load.
 */
public final class UdpLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UdpLink.class);
  private static final String SITE = "\u0000udp";

  private final Wire wire;
  private final DatagramSocket socket;
  private final InetSocketAddress peer;
  private final Registration port;
  private final Thread reader;

  /**
   * Opens the socket and joins the wire.
   *
   * @throws SocketException when the local address cannot be bound
   */
  public UdpLink(Wire wire, InetSocketAddress local, InetSocketAddress peer)
      throws SocketException {
    this.wire = wire;
    this.peer = peer;
    this.socket = new DatagramSocket(local);
    this.port = wire.attach(SITE, List.of(), this::send);
    this.reader = new Thread(this::read, "emulator-udp-wire-" + wire.name());
    reader.setDaemon(true);
    reader.start();
  }

  /** The port that was bound. */
  public int localPort() {
    return socket.getLocalPort();
  }

  private void send(byte[] frame) {
    try {
      socket.send(new DatagramPacket(frame, frame.length, peer));
    } catch (IOException e) {
      LOG.warn("frame of {} octets to {} is lost: {}", frame.length, peer, e.toString());
    }
  }

  private void read() {
    byte[] buffer = new byte[65_536];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        if (packet.getSocketAddress().equals(peer)) {
          wire.send(SITE, Arrays.copyOf(packet.getData(), packet.getLength()));
        }
      } catch (IOException e) {
        if (!socket.isClosed()) {
          LOG.warn("UDP wire {}: {}", wire.name(), e.toString());
        }
      } catch (RuntimeException e) {
        LOG.warn("a frame on UDP wire {} broke a receiver", wire.name(), e);
      }
    }
  }

  @Override
  public void close() {
    port.close();
    socket.close();
    try {
      reader.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
