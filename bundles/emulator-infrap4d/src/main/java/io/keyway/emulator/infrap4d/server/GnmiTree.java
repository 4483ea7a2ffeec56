package io.keyway.emulator.infrap4d.server;

import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.PathElem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The four nodes that the server registers below {@code ipsec-offload}, and how paths find them.
 */
final class GnmiTree {
  static final String ROOT = "ipsec-offload";

  /** A node with behaviour. */
  enum Node {
    RX_SPI(ROOT, "ipsec-spi", "rx-spi"),
    SAD_CONFIG(ROOT, "sad", "sad-entry", "config"),
    SAD_STATE(ROOT, "sad", "sad-entry", "state"),
    SADB_EXPIRE(ROOT, "sadb-expire");

    private final List<String> names;

    Node(String... names) {
      this.names = List.of(names);
    }

    Path path() {
      Path.Builder path = Path.newBuilder();
      names.forEach(n -> path.addElem(PathElem.newBuilder().setName(n)));
      return path.build();
    }
  }

  /**
   * What a path leads to.
   *
   * @param leaf true for one node, false for an inner node of the tree
   * @param nodes the node, or all below the inner one
   */
  record Target(boolean leaf, List<Node> nodes) {}

  private GnmiTree() {}

  /** Finds a path; deeper paths than a node lead to that node. Origin and keys do not matter. */
  static Optional<Target> resolve(Path path) {
    List<String> names = path.getElemList().stream().map(PathElem::getName).toList();
    List<Node> below = new ArrayList<>();
    for (Node node : Node.values()) {
      if (names.size() >= node.names.size()
          && names.subList(0, node.names.size()).equals(node.names)) {
        return Optional.of(new Target(true, List.of(node)));
      }
      if (names.size() < node.names.size() && node.names.subList(0, names.size()).equals(names)) {
        below.add(node);
      }
    }
    return below.isEmpty() ? Optional.empty() : Optional.of(new Target(false, below));
  }

  /** Whether a Set of this path indexes past its end in the real server. */
  static boolean tooShortForSet(Path path) {
    if (path.getElemCount() == 0 || path.getElemCount() >= 4) {
      return false;
    }
    return path.getElem(0).getName().equals(ROOT) && resolve(path).isPresent();
  }

  static String text(Path path) {
    StringBuilder text = new StringBuilder();
    for (PathElem elem : path.getElemList()) {
      text.append('/').append(elem.getName());
      elem.getKeyMap()
          .forEach((k, v) -> text.append('[').append(k).append('=').append(v).append(']'));
    }
    return text.length() == 0 ? "/" : text.toString();
  }

  static String known() {
    return String.join(
        ", ", Arrays.stream(Node.values()).map(n -> "/" + String.join("/", n.names)).toList());
  }
}
