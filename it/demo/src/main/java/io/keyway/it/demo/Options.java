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
 */
record Options(
    Path archive,
    String payload,
    int packets,
    Optional<Path> capture,
    boolean stay,
    boolean debug) {

  static final String USAGE =
      """
      usage: ./keyway demo [--payload TEXT] [--packets N] [--capture DIR] [--stay] [--debug]

        --payload TEXT   what the packets carry (default: a greeting)
        --packets N      how many go each way, 1 to 1000 (default 10)
        --capture DIR    leave wire.pcap and esp_sa there, for tshark
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
    while (!rest.isEmpty()) {
      String option = rest.pop();
      switch (option) {
        case "--archive" -> archive = Path.of(value(option, rest));
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
    return new Options(archive, payload, packets, capture, stay, debug);
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
