package io.keyway.it.interop;

import io.keyway.it.kit.lab.NetNs;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two sites joined by a cable: the place where one test happens.
 *
 * <p>Outer addresses are those of the CNR example. Whatever a test starts in here is closed with
 * the lab, the last one first.
 */
final class Lab implements Closeable {

  static final String DEVICE = "wan";

  /** One end of the cable. */
  record Side(String letter, NetNs ns, String address, String inner, Path dir) {
    /** The outer address over IPv6, as Java writes it. */
    String address6() {
      return "fd37:0:0:0:0:0:0:" + address.substring(address.length() - 1);
    }
  }

  private final Path dir;
  private final Side left;
  private final Side right;
  private final Deque<Closeable> opened = new ArrayDeque<>();

  private Lab(Path dir, Side left, Side right) {
    this.dir = dir;
    this.left = left;
    this.right = right;
  }

  static Lab open() {
    try {
      // Short, because a socket's path may have 108 octets at most.
      Path dir = Files.createTempDirectory("kw");
      String prefix = NetNs.prefix();
      NetNs a = NetNs.create(prefix + "a");
      NetNs b = NetNs.create(prefix + "b");
      NetNs.cable(a, b, DEVICE);
      a.address(DEVICE, "172.37.1.7/24");
      b.address(DEVICE, "172.37.1.8/24");
      for (NetNs each : List.of(a, b)) {
        // Without waiting for nobody to have the same address.
        String host = each == a ? "7" : "8";
        each.ip("address", "add", "fd37::" + host + "/64", "dev", DEVICE, "nodad");
      }
      a.address("lo", "10.1.0.1/32");
      b.address("lo", "10.2.0.1/32");
      Side left =
          new Side("a", a, "172.37.1.7", "10.1.0.0/24", Files.createDirectory(dir.resolve("a")));
      Side right =
          new Side("b", b, "172.37.1.8", "10.2.0.0/24", Files.createDirectory(dir.resolve("b")));
      return new Lab(dir, left, right);
    } catch (IOException e) {
      throw new UncheckedIOException("no directory for a lab", e);
    }
  }

  Side left() {
    return left;
  }

  Side right() {
    return right;
  }

  Side opposite(Side side) {
    return side == left ? right : left;
  }

  Path dir() {
    return dir;
  }

  /** Hands something to the lab that must be closed with it. */
  <T extends Closeable> T owns(T thing) {
    opened.push(thing);
    return thing;
  }

  /** Saves the logs of a failed test where the build keeps its results. */
  void keepLogs(Path target) {
    try (Stream<Path> files = Files.walk(dir)) {
      Files.createDirectories(target);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = target.resolve(dir.relativize(file).toString().replace('/', '-'));
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the logs of " + dir, e);
    }
  }

  /** Ends what the test started, the last one first; what it wrote is still there. */
  void stop() throws IOException {
    IOException first = null;
    while (!opened.isEmpty()) {
      first = closed(opened.pop(), first);
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public void close() throws IOException {
    IOException first = closed(this::stop, null);
    first = closed(left.ns(), first);
    first = closed(right.ns(), first);
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** One thing that will not close must not keep the others open. */
  private static IOException closed(Closeable thing, IOException first) {
    try {
      thing.close();
      return first;
    } catch (IOException e) {
      if (first == null) {
        return e;
      }
      first.addSuppressed(e);
      return first;
    }
  }
}
