package io.keyway.northbound.config;

import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Traffic selectors: grouping {@code selector}. */
final class Selectors {

  private static final int MAX_PORT = 65535;

  private Selectors() {}

  static List<SelectorTemplate> readList(Tree tree, String list) throws InvalidEntryException {
    List<SelectorTemplate> selectors = new ArrayList<>();
    for (Tree entry : tree.list(list)) {
      try {
        selectors.add(read(entry));
      } catch (InvalidEntryException e) {
        throw e.below(list + "=" + entry.text("name").orElse(""));
      }
    }
    return selectors;
  }

  static SelectorTemplate read(Tree tree) throws InvalidEntryException {
    int protocol =
        tree.text("protocol").map(Protocols::number).orElse(TrafficSelector.ANY_PROTOCOL);
    boolean ports = tree.has("first-port");
    if (!ports && tree.has("last-port")) {
      throw new InvalidEntryException("last-port", "last-port needs first-port; set both");
    }
    if (ports && protocol == TrafficSelector.ANY_PROTOCOL) {
      throw new InvalidEntryException(
          "first-port", "ports need a protocol that has them; set protocol to tcp, udp or sctp");
    }
    int first = (int) tree.number("first-port", 0);
    int last = (int) tree.number("last-port", ports ? first : MAX_PORT);
    if (first > last) {
      throw new InvalidEntryException(
          "last-port", "last-port " + last + " is below first-port " + first);
    }
    return new SelectorTemplate(addresses(tree), protocol, first, last);
  }

  private static Optional<TrafficSelector> addresses(Tree tree) throws InvalidEntryException {
    if (tree.has("prefix")) {
      String[] parts = tree.mandatory("prefix").split("/");
      InetAddress address = Addresses.parse("prefix", parts[0]);
      return Optional.of(TrafficSelector.prefix(address, Integer.parseInt(parts[1])));
    }
    if (!tree.has("first-address") && tree.has("last-address")) {
      throw new InvalidEntryException("last-address", "last-address needs first-address; set both");
    }
    if (tree.has("first-address")) {
      InetAddress first = Addresses.parse("first-address", tree.mandatory("first-address"));
      InetAddress last =
          tree.has("last-address")
              ? Addresses.parse("last-address", tree.mandatory("last-address"))
              : first;
      try {
        return Optional.of(
            new TrafficSelector(first, last, TrafficSelector.ANY_PROTOCOL, 0, MAX_PORT));
      } catch (IllegalArgumentException e) {
        throw new InvalidEntryException("last-address", e.getMessage());
      }
    }
    return Optional.empty();
  }

  static List<Tree> writeList(List<SelectorTemplate> selectors) {
    List<Tree> trees = new ArrayList<>();
    for (SelectorTemplate selector : selectors) {
      trees.add(write(new Tree().leaf("name", trees.size() + 1), selector));
    }
    return trees;
  }

  static Tree write(Tree tree, SelectorTemplate selector) {
    if (selector.isDynamic()) {
      tree.leaf("dynamic", "");
    } else {
      TrafficSelector range = selector.addresses().get();
      Optional<Integer> length = range.prefixLength();
      if (length.isPresent()) {
        tree.leaf("prefix", range.first().getHostAddress() + "/" + length.get());
      } else {
        tree.leaf("first-address", range.first().getHostAddress());
        tree.leaf("last-address", range.last().getHostAddress());
      }
    }
    if (selector.protocol() != TrafficSelector.ANY_PROTOCOL) {
      tree.leaf("protocol", selector.protocol());
    }
    if (selector.firstPort() != 0 || selector.lastPort() != MAX_PORT) {
      tree.leaf("first-port", selector.firstPort());
      tree.leaf("last-port", selector.lastPort());
    }
    return tree;
  }
}
