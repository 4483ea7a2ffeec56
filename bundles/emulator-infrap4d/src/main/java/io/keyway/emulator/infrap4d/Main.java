package io.keyway.emulator.infrap4d;

import io.keyway.emulator.infrap4d.control.ControlServer;
import io.keyway.emulator.infrap4d.wire.UdpLink;
import io.keyway.emulator.infrap4d.wire.Wire;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The emulator as a program of its own: one device in one process. */
public final class Main {
  private Main() {}

  /** Runs until the process is ended. */
  public static void main(String[] args) throws InterruptedException {
    Map<String, String> options = new HashMap<>();
    try {
      for (String arg : args) {
        if (arg.equals("--help") || arg.equals("-h")) {
          System.out.print(Help.text());
          return;
        }
        String[] parts = arg.split("=", 2);
        if (!parts[0].startsWith("--") || parts.length != 2) {
          throw new IllegalArgumentException("'" + arg + "' is not --KEY=VALUE");
        }
        options.put(parts[0].substring(2), parts[1]);
      }
      String udpLocal = options.remove("udp-local");
      String udpPeer = options.remove("udp-peer");
      if ((udpLocal == null) != (udpPeer == null)) {
        throw new IllegalArgumentException("udp-local and udp-peer go together");
      }
      run(ConfigReader.read(options), udpLocal, udpPeer);
    } catch (IllegalArgumentException e) {
      System.err.println("emulator: " + e.getMessage());
      System.err.println("emulator: --help lists options and quirks");
      System.exit(2);
    } catch (IOException e) {
      System.err.println("emulator: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void run(EmulatorConfig config, String udpLocal, String udpPeer)
      throws IOException, InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(end::countDown));
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
      // One line that a script can wait for.
      System.out.println(
          "ready: "
              + config.name()
              + " on "
              + emulator.addresses()
              + (control == null ? "" : ", control on port " + control.port()));
      end.await();
      if (control != null) {
        control.close();
      }
    } finally {
      if (link != null) {
        link.close();
      }
      wire.stopCapture();
    }
  }
}
