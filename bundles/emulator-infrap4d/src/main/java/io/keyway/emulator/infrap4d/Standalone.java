package io.keyway.emulator.infrap4d;

import io.keyway.emulator.infrap4d.control.ControlServer;
import io.keyway.emulator.infrap4d.wire.UdpLink;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One device in this process, until the process is asked to end. */
final class Standalone {
  /** What a process that is asked to end waits for the end of its device. */
  private static final int CLOSING_SECONDS = 10;

  private final EmulatorConfig config;
  private final String udpLocal;
  private final String udpPeer;
  private final PrintStream out = System.out;

  /**
   * A device that does not run yet.
   *
   * @param udpLocal address of this end of a UDP link between wires, or null
   * @param udpPeer the other end, or null
   */
  Standalone(EmulatorConfig config, String udpLocal, String udpPeer) {
    this.config = config;
    this.udpLocal = udpLocal;
    this.udpPeer = udpPeer;
  }

  void run() throws IOException, InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    // The virtual machine ends when its hooks have: this one waits until everything is put away.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  end.countDown();
                  try {
                    closed.await(CLOSING_SECONDS, TimeUnit.SECONDS);
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }));
    try {
      runUntil(end);
    } catch (IOException | RuntimeException e) {
      closed.countDown();
      throw e;
    }
    out.println("stopped: " + config.name());
    out.flush();
    closed.countDown();
  }

  private void runUntil(CountDownLatch end) throws IOException, InterruptedException {
    Wire wire = new Wire(config.wire(), InstantSource.system());
    UdpLink link =
        udpLocal == null
            ? null
            : new UdpLink(
                wire,
                ConfigReader.address("udp-local", udpLocal),
                ConfigReader.address("udp-peer", udpPeer));
    try (Emulator emulator =
        new Emulator(config, wire, new SecureRandom(), InstantSource.system())) {
      emulator.start();
      ControlServer control =
          config.control().isPresent() ? new ControlServer(emulator, config.control().get()) : null;
      try {
        tell(emulator.addresses(), control);
        end.await();
      } finally {
        if (control != null) {
          control.close();
        }
      }
    } finally {
      if (link != null) {
        link.close();
      }
      wire.stopCapture();
    }
  }

  private void tell(List<InetSocketAddress> addresses, ControlServer control) {
    String listen =
        addresses.stream()
            .map(a -> a.getAddress().getHostAddress() + ":" + a.getPort())
            .collect(Collectors.joining(", "));
    String host = config.control().map(c -> c.getAddress().getHostAddress()).orElse("");
    // One line that a script can wait for, the rest is for people.
    out.println(
        "ready: "
            + config.name()
            + " on "
            + listen
            + (control == null ? "" : ", control on " + host + ":" + control.port()));
    out.println("  gNMI and P4Runtime  " + listen + ", each on each; device id 1");
    out.println(
        "  TLS                 "
            + config.tls().map(Standalone::tls).orElse("off: plaintext, loopback only"));
    out.println(
        "  control             "
            + (control == null ? "off" : host + ":" + control.port() + " (plaintext)"));
    out.println(
        "  pipeline            "
            + (config.pipelineAtStart() ? "set" : "not set: somebody has to push one"));
    out.println("  wire                " + config.wire() + (udpPeer == null ? "" : ", " + udpPeer));
    config.captureDirectory().ifPresent(d -> out.println("  capture             " + d));
    List<String> changed =
        config.quirks().describe().stream()
            .filter(q -> !Quirks.DEFAULT.describe().contains(q))
            .toList();
    out.println("  quirks              " + (changed.isEmpty() ? "as by default" : changed));
    out.println("Ctrl-C ends it.");
    out.flush();
  }

  private static String tls(TlsFiles files) {
    String clients = files.clientCertificates().name().toLowerCase(java.util.Locale.ROOT);
    return files.certificate()
        + ", client certificates: "
        + clients
        + files.ca().map(ca -> " by " + ca).orElse("");
  }
}
