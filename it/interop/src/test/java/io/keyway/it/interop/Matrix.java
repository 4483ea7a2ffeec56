package io.keyway.it.interop;

import io.keyway.it.interop.Peers.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What is tried against charon row by row; each run leaves a line for the table in the docs. */
final class Matrix {

  private static final Path RESULTS = Path.of("target", "matrix.tsv");

  private Matrix() {}

  /** Which IP carries IKE and ESP. */
  enum Ip {
    V4,
    V6
  }

  /**
   * One row.
   *
   * @param what for people, as it stands in the table
   * @param keyway changes to the common configuration on our side
   * @param charon changes on charon's side
   * @param daemon settings of strongswan.conf
   */
  record Row(
      String what,
      Ip ip,
      UnaryOperator<SwanctlConf> keyway,
      UnaryOperator<SwanctlConf> charon,
      Map<String, String> daemon) {

    @Override
    public String toString() {
      return what + " over IP" + ip.name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Starts both ends of a row. */
  static Peers start(Lab lab, Row row) {
    return Peers.start(
        lab,
        c -> row.keyway().apply(addressed(c, row.ip(), lab.left(), lab.right())),
        Map.of(),
        c -> row.charon().apply(addressed(c, row.ip(), lab.right(), lab.left())),
        row.daemon());
  }

  private static SwanctlConf addressed(SwanctlConf conf, Ip ip, Lab.Side local, Lab.Side remote) {
    return ip == Ip.V4
        ? conf
        : conf.connection("local_addrs", local.address6())
            .connection("remote_addrs", remote.address6());
  }

  /** Notes that a row came up. */
  static void passed(String chapter, Row row, Side initiator) {
    try {
      Files.createDirectories(RESULTS.getParent());
      Files.writeString(
          RESULTS,
          String.join("\t", chapter, row.what(), initiator.name(), row.ip().name()) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
