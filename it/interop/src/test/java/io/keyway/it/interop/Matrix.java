package io.keyway.it.interop;

import io.keyway.it.interop.Peers.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a run saw work with charon, a line for each row; {@link MatrixTable} makes the table of the
 * documentation from it.
 */
final class Matrix {

  /** All rows, or a core of them that takes a minute. */
  static final boolean LONG = Boolean.getBoolean("keyway.long");

  private Matrix() {}

  /** What lies between the two ends. */
  enum Way {
    V4("IPv4"),
    V6("IPv6"),
    /** IPv4, with the initiator behind an address that it shares with others. */
    NAT("IPv4, behind a NAT"),
    /** The same over IPv6. */
    NAT6("IPv6, behind a NAT");

    private final String title;

    Way(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }

    /** Those that everything is tried over. */
    static final Set<Way> USUAL = Set.of(V4, V6, NAT);

    static final Set<Way> ALL = Set.of(values());

    /** Whether the two ends see addresses of their own. */
    boolean translates() {
      return this == NAT || this == NAT6;
    }

    /** Changes the lab's cable; before anything is started in it. */
    void prepare(Lab lab, Side initiator) {
      Lab.Side inside = initiator == Side.KEYWAY ? lab.left() : lab.right();
      if (this == NAT) {
        NatBox.inFrontOf(lab, inside);
      } else if (this == NAT6) {
        NatBox.inFrontOf6(lab, inside);
      }
    }

    /** Gives a side's configuration the addresses under which it sees itself and the other one. */
    SwanctlConf addressed(SwanctlConf conf, Lab.Side local, Lab.Side remote, boolean initiates) {
      return switch (this) {
        case V4 -> conf;
        case V6 ->
            conf.connection("local_addrs", local.address6())
                .connection("remote_addrs", remote.address6());
        case NAT -> initiates ? conf : conf.connection("remote_addrs", NatBox.OUTER);
        case NAT6 ->
            conf.connection("local_addrs", local.address6())
                .connection("remote_addrs", initiates ? remote.address6() : NatBox.OUTER6);
      };
    }

    @Override
    public String toString() {
      return "over " + title;
    }
  }

  /** Notes that a row came up. */
  static void passed(String chapter, String what, Side initiator, Way way) {
    note(List.of("row", chapter, what, initiator.name(), way.name()));
  }

  /** Notes that a test of its own passed. */
  static void passed(String testClass, String test) {
    note(List.of("test", testClass, words(test)));
  }

  /** A method's name as people would write it. */
  static String words(String method) {
    return method.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }

  /** Results of the run that is going on: each Maven run has a stamp. */
  static Path results() {
    return Path.of("target", "matrix-" + System.getProperty("keyway.run", "none") + ".tsv");
  }

  private static synchronized void note(List<String> cells) {
    try {
      Files.createDirectories(results().getParent());
      Files.writeString(
          results(),
          String.join("\t", cells) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
