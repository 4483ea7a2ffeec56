package io.keyway.it.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Command line of the demo.
 *
 * @param archive the distribution
 * @param payload what the packets carry
 * @param packets how many go each way, 1..1000
 * @param capture where to leave {@code wire.pcap} and {@code esp_sa}
 * @param stay leave everything running until the user ends it
 * @param debug root logger at DEBUG; keeps the distribution's directory
 * @param vrouter on two DPDK routers rather than two emulated devices
 */
public record Options(
    Path archive,
    String payload,
    int packets,
    Optional<Path> capture,
    boolean stay,
    boolean debug,
    boolean vrouter) {

  static final String USAGE =
      """
      usage: ./keyway demo [--plane infrap4d|vrouter] [--payload TEXT] [--packets N]
                           [--capture DIR] [--stay] [--debug]

        --plane NAME     infrap4d: two emulated E2100 (default); vrouter: two DPDK routers and two
                         controllers in network namespaces, which needs root
        --payload TEXT   what the packets carry (default: a greeting)
        --packets N      how many go each way, 1 to 1000 (default 10); with vrouter they go all the time
        --capture DIR    leave wire.pcap there, and esp_sa for tshark where devices are emulated
        --stay           leave everything running until you press Enter
        --debug          log everything, and keep the working directory
      """;

  /** Says what is wrong with a command line. */
  static final class Bad extends Exception {
    private static final long serialVersionUID = 1;

    Bad(String message) {
      super(message);
    }
  }

  static Options parse(List<String> arguments) throws Bad {
    Deque<String> rest = new ArrayDeque<>(arguments);
    Path archive = null;
    String payload = "Hello from the other side of the tunnel";
    int packets = 10;
    Optional<Path> capture = Optional.empty();
    boolean stay = false;
    boolean debug = false;
    String plane = "infrap4d";
    while (!rest.isEmpty()) {
      String option = rest.pop();
      switch (option) {
        case "--archive" -> archive = Path.of(value(option, rest));
        case "--plane" -> plane = value(option, rest);
        case "--payload" -> payload = value(option, rest);
        case "--packets" -> packets = number(option, value(option, rest));
        case "--capture" -> capture = Optional.of(Path.of(value(option, rest)).toAbsolutePath());
        case "--stay" -> stay = true;
        case "--debug" -> debug = true;
        default -> throw new Bad("unknown option " + option);
      }
    }
    if (archive == null || !Files.isRegularFile(archive)) {
      throw new Bad("no distribution at " + archive + "; ./keyway demo builds it");
    }
    if (payload.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 1200) {
      throw new Bad("--payload: at most 1200 octets, so that ESP still fits an Ethernet frame");
    }
    if (!plane.equals("infrap4d") && !plane.equals("vrouter")) {
      throw new Bad("--plane is infrap4d or vrouter, not '" + plane + "'");
    }
    return new Options(archive, payload, packets, capture, stay, debug, plane.equals("vrouter"));
  }

  private static String value(String option, Deque<String> rest) throws Bad {
    if (rest.isEmpty()) {
      throw new Bad(option + " needs a value");
    }
    return rest.pop();
  }

  private static int number(String option, String text) throws Bad {
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > 1000) {
      throw new Bad(option + ": '" + text + "' is not a number from 1 to 1000");
    }
    return Integer.parseInt(text);
  }
}
