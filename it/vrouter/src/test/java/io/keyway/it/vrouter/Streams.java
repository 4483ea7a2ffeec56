package io.keyway.it.vrouter;

import com.google.gson.JsonObject;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.vrouter.RouterLab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Traffic between the hosts of a lab, in both directions and over both IP versions at once. */
final class Streams {

  /** What every datagram of a stream begins with. */
  static final String MARK = "keyway stream";

  private static final Duration GRACE = Duration.ofSeconds(60);
  private static final int BULK_OCTETS = 2 << 20;

  private final Duration limit;
  private final List<Script> numbered;
  private final Script bulk;

  private Streams(Duration limit, List<Script> numbered, Script bulk) {
    this.limit = limit;
    this.numbered = numbered;
    this.bulk = bulk;
  }

  /**
   * Starts numbered streams and bulk transfers; returns when all are on their way.
   *
   * @param rate small datagrams a second, in each direction and over each IP version
   */
  static Streams start(RouterLab lab, int seconds, int rate) {
    return start(lab, seconds, rate, false);
  }

  /** The same, perhaps over IPv6 only. */
  static Streams start(RouterLab lab, int seconds, int rate, boolean only6) {
    String[] left = addresses(lab.left(), only6);
    String[] right = addresses(lab.right(), only6);
    NetNs leftHost = lab.left().host();
    NetNs rightHost = lab.right().host();
    Path directory = lab.directory();
    lab.owns(Script.start(rightHost, directory, "bulk.py", "serving", words("serve", right)));
    Path go = directory.resolve("go");
    List<String> pace = List.of(go.toString(), Integer.toString(seconds), Integer.toString(rate));
    List<Script> numbered =
        List.of(
            lab.owns(
                Script.start(
                    leftHost, directory, "stream.py", "listening", pairs(pace, left, right))),
            lab.owns(
                Script.start(
                    rightHost, directory, "stream.py", "listening", pairs(pace, right, left))));
    create(go);
    List<String> run =
        List.of("run", Integer.toString(BULK_OCTETS), "2", Integer.toString(seconds - 5));
    Script bulk =
        lab.owns(Script.start(leftHost, directory, "bulk.py", "running", pairs(run, left, right)));
    return new Streams(Duration.ofSeconds(seconds).plus(GRACE), numbered, bulk);
  }

  private static String[] addresses(RouterLab.Side side, boolean only6) {
    return only6
        ? new String[] {side.hostAddress6()}
        : new String[] {side.hostAddress(), side.hostAddress6()};
  }

  private static void create(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> words(String first, String... rest) {
    List<String> words = new ArrayList<>(List.of(first));
    words.addAll(List.of(rest));
    return words;
  }

  private static List<String> pairs(List<String> before, String[] own, String[] other) {
    List<String> words = new ArrayList<>(before);
    for (int i = 0; i < own.length; i++) {
      words.add(own[i]);
      words.add(other[i]);
    }
    return words;
  }

  boolean running() {
    return numbered.stream().anyMatch(Script::running);
  }

  /** Of each numbered stream; those of the left host come first, IPv4 before IPv6. */
  List<JsonObject> results() {
    List<JsonObject> all = new ArrayList<>();
    numbered.forEach(script -> all.addAll(script.result(limit)));
    return all;
  }

  /** Of the bulk transfers, IPv4 first. */
  List<JsonObject> bulk() {
    return bulk.result(limit);
  }
}
