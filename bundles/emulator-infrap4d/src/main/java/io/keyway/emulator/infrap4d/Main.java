package io.keyway.emulator.infrap4d;

import io.keyway.emulator.infrap4d.cli.ControlCommands;
import io.keyway.emulator.infrap4d.pki.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The emulator as a program of its own: one device in one process, and the client of another's. */
public final class Main {
  private Main() {}

  /** Runs until the process is ended, or answers and ends. */
  public static void main(String[] args) throws InterruptedException {
    if (args.length > 0 && args[0].equals("control")) {
      System.exit(
          ControlCommands.run(List.of(args).subList(1, args.length), System.out, System.err));
    }
    if (args.length > 0 && List.of("help", "--help", "-h").contains(args[0])) {
      System.out.print(Help.text());
      return;
    }
    try {
      Map<String, String> options = options(args);
      String udpLocal = options.remove("udp-local");
      String udpPeer = options.remove("udp-peer");
      if ((udpLocal == null) != (udpPeer == null)) {
        throw new IllegalArgumentException("udp-local and udp-peer go together");
      }
      String control = options.putIfAbsent("control", ControlCommands.DEFAULT_ADDRESS);
      if ("none".equals(control)) {
        options.remove("control");
      }
      makeCertificates(options);
      new Standalone(ConfigReader.read(options), udpLocal, udpPeer).run();
    } catch (IllegalArgumentException e) {
      System.err.println("emulator: " + e.getMessage());
      System.err.println("emulator: --help lists options and quirks");
      System.exit(2);
    } catch (IOException e) {
      System.err.println("emulator: " + e.getMessage());
      System.exit(1);
    }
  }

  private static Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (String arg : args) {
      String[] parts = arg.split("=", 2);
      if (!parts[0].startsWith("--") || parts.length != 2) {
        throw new IllegalArgumentException("'" + arg + "' is not --KEY=VALUE");
      }
      if (options.put(parts[0].substring(2), parts[1]) != null) {
        throw new IllegalArgumentException(parts[0] + " is given twice");
      }
    }
    return options;
  }

  private static void makeCertificates(Map<String, String> options) throws IOException {
    String directory = options.remove("tls.make");
    if (directory == null) {
      return;
    }
    if (options.containsKey("tls.cert") || options.containsKey("tls.key")) {
      throw new IllegalArgumentException(
          "tls.make makes what tls.cert and tls.key would name; give one or the other");
    }
    Set<InetAddress> addresses = new HashSet<>();
    if (options.containsKey("listen")) {
      Arrays.stream(options.get("listen").split(","))
          .map(text -> ConfigReader.address("listen", text).getAddress())
          .filter(address -> address != null)
          .forEach(addresses::add);
    }
    TestCertificates made =
        TestCertificates.in(Path.of(directory), addresses, new SecureRandom(), Instant.now());
    options.put("tls.cert", made.serverCertificate().toString());
    options.put("tls.key", made.serverKey().toString());
    options.putIfAbsent("tls.ca", made.ca().toString());
  }
}
