package io.keyway.it.bench;

import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.it.bench.node.Proof;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Command line of the benchmarks.
 *
 * @param archive the distribution
 * @param parts which ones run
 * @param quick fewer and smaller rounds
 * @param groups of IKE_SA_INIT in the part {@code ike}; empty for the usual ones
 * @param proofs how peers authenticate in the part {@code ike}; empty for the usual ones
 * @param tunnels that stand at the same time in the part {@code ike}; 0 for as many as usual
 */
record Options(
    Path archive,
    Set<Part> parts,
    boolean quick,
    List<KeyExchangeMethod> groups,
    List<Proof> proofs,
    int tunnels) {

  private static final int MOST_TUNNELS = 100_000;

  static final String USAGE =
      """
      usage: ./keyway bench [boot] [ike] [plane] [crypto] [load] [vrouter] [--quick]
                            [--group NAME,...] [--auth NAME,...] [--tunnels N]

        boot      from start to RESTCONF answering, and the memory it takes
        ike       IKE set-ups, their CPU and memory, beside charon's load-tester
        plane     rows and SAs per second into an emulated E2100, beside one by one
        crypto    the primitives of a set-up, provider by provider
        vrouter   ESP of the vRouter's agent beside ipsec-secgw, and SAs per second into it
        load      a configuration of 100 000 entries in one call, and reads meanwhile
        --quick   fewer and smaller rounds; about a third of the time
        --group   of ike: x25519, ecp256, ecp384, ecp521, modp2048, ... instead of the usual ones
        --auth    of ike: psk, rsa-2048, rsa-3072, ecdsa-256, ecdsa-384, ed25519
        --tunnels of ike: how many stand at the same time, 100 to 100000 (20000)

      Without a name everything runs; that takes up to twenty minutes.
      """;

  /** What can be measured. */
  enum Part {
    BOOT,
    IKE,
    PLANE,
    CRYPTO,
    LOAD,
    VROUTER
  }

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
    Set<Part> parts = EnumSet.noneOf(Part.class);
    boolean quick = false;
    List<KeyExchangeMethod> groups = List.of();
    List<Proof> proofs = List.of();
    int tunnels = 0;
    while (!rest.isEmpty()) {
      String word = rest.pop();
      switch (word) {
        case "--archive" -> {
          if (rest.isEmpty()) {
            throw new Bad("--archive needs a file");
          }
          archive = Path.of(rest.pop());
        }
        case "--quick" -> quick = true;
        case "--group" -> groups = names(word, rest, KeyExchangeMethod::ofKeyword);
        case "--auth" -> proofs = names(word, rest, Proof::ofKeyword);
        case "--tunnels" -> tunnels = tunnels(rest);
        case "boot", "ike", "plane", "crypto", "load", "vrouter" ->
            parts.add(Part.valueOf(word.toUpperCase(Locale.ROOT)));
        default -> throw new Bad("there is no benchmark or option '" + word + "'");
      }
    }
    if (parts.isEmpty()) {
      parts = EnumSet.allOf(Part.class);
    }
    if (parts.contains(Part.BOOT) && (archive == null || !Files.isRegularFile(archive))) {
      throw new Bad("no distribution at " + archive + "; ./keyway bench builds it");
    }
    return new Options(archive, parts, quick, groups, proofs, tunnels);
  }

  private static <T> List<T> names(
      String option, Deque<String> rest, Function<String, Optional<T>> known) throws Bad {
    List<T> found = new ArrayList<>();
    for (String name : argument(option, rest).split(",", -1)) {
      found.add(
          known.apply(name).orElseThrow(() -> new Bad(option + " does not know '" + name + "'")));
    }
    return found;
  }

  private static int tunnels(Deque<String> rest) throws Bad {
    String number = argument("--tunnels", rest);
    if (!number.matches("[1-9][0-9]{2,5}") || Integer.parseInt(number) > MOST_TUNNELS) {
      throw new Bad(
          "--tunnels takes a number from 100 to " + MOST_TUNNELS + ", not '" + number + "'");
    }
    return Integer.parseInt(number);
  }

  private static String argument(String option, Deque<String> rest) throws Bad {
    if (rest.isEmpty()) {
      throw new Bad(option + " needs a value");
    }
    return rest.pop();
  }
}
