package io.keyway.emulator.infrap4d.wire;

import io.keyway.api.Registration;
import io.keyway.emulator.infrap4d.pipeline.Ethernet;
import io.keyway.emulator.infrap4d.pipeline.KeyUse;
import io.keyway.esp.IpPacket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A segment that joins devices in one process. A frame goes to the ports whose addresses cover its
 * destination; when none does, to those that state no addresses, and when there are none of these,
 * to everybody else: a packet that leaks must be seen to arrive. Delivery is synchronous and
 * lossless, so that every loss seen is one of the pipeline's.
 */
public final class Wire {

  private record Port(String site, List<Prefix> addresses, Consumer<byte[]> receiver) {
    boolean answersFor(byte[] destination) {
      return addresses.stream().anyMatch(prefix -> prefix.contains(destination));
    }
  }

  private final String name;
  private final InstantSource clock;
  private final List<Port> ports = new CopyOnWriteArrayList<>();
  private final IkeEcho echo = new IkeEcho();
  private volatile Capture capture;

  public Wire(String name, InstantSource clock) {
    this.name = name;
    this.clock = clock;
  }

  public String name() {
    return name;
  }

  /**
   * Joins the wire until the registration is closed.
   *
   * @param addresses outer addresses of this end; empty: it takes whatever nobody else claims
   */
  public Registration attach(String site, List<Prefix> addresses, Consumer<byte[]> receiver) {
    Port port = new Port(site, List.copyOf(addresses), receiver);
    ports.add(port);
    return () -> ports.remove(port);
  }

  /** Sends a frame; {@code site} is the port that it comes from and does not go back to. */
  public void send(String site, byte[] frame) {
    Capture running = capture;
    if (running != null) {
      running.frame(frame);
    }
    byte[] destination = destination(frame);
    List<Port> others = ports.stream().filter(p -> !p.site().equals(site)).toList();
    List<Port> claiming =
        destination == null
            ? List.of()
            : others.stream().filter(p -> p.answersFor(destination)).toList();
    List<Port> open = others.stream().filter(p -> p.addresses().isEmpty()).toList();
    List<Port> targets = !claiming.isEmpty() ? claiming : !open.isEmpty() ? open : others;
    targets.forEach(port -> port.receiver().accept(frame));
  }

  private static byte[] destination(byte[] frame) {
    byte[] packet = Ethernet.ipPacket(frame);
    try {
      return packet == null ? null : IpPacket.parse(packet).destination();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Adds an IKE datagram, which went its own way, to the capture. Where both ends are in this
   * process, a datagram is seen when sent and when received; it is written once.
   *
   * @param marker whether a non-ESP marker stands before the payload on the wire
   */
  public void recordIke(
      boolean sent,
      InetSocketAddress source,
      InetSocketAddress destination,
      boolean marker,
      byte[] payload) {
    Capture running = capture;
    if (running == null || !echo.isNew(sent, source, destination, payload)) {
      return;
    }
    running.frame(IkeFrames.frame(source, destination, marker, payload));
  }

  /**
   * Starts a capture, or keeps the one that runs in the same directory.
   *
   * @throws IOException when the files cannot be created
   */
  public synchronized Capture startCapture(Path directory) throws IOException {
    Capture running = capture;
    if (running != null && running.directory().equals(directory.toAbsolutePath().normalize())) {
      return running;
    }
    Capture started = new Capture(directory, clock);
    capture = started;
    if (running != null) {
      running.close();
    }
    return started;
  }

  /** Ends the capture; the number of frames in it, 0 when none ran. */
  public synchronized long stopCapture() {
    Capture running = capture;
    capture = null;
    if (running == null) {
      return 0;
    }
    running.close();
    return running.frames();
  }

  /** A number that differs for every capture; 0 while none runs. */
  public long captureNumber() {
    Capture running = capture;
    return running == null ? 0 : running.number();
  }

  /** Notes a key beside the capture; takes and wipes it. */
  public void key(KeyUse use) {
    Capture running = capture;
    if (running == null) {
      use.key().close();
    } else {
      running.key(use);
    }
  }
}
