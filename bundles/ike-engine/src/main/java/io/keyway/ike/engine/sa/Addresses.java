package io.keyway.ike.engine.sa;

import io.keyway.api.ike.AssignedAddresses;
import io.keyway.api.ike.VirtualAddresses;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.engine.negotiate.Selectors;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The addresses that one side gave the other with an IKE SA (RFC 7296 section 2.19), and what
 * {@code dynamic} stands for because of them.
 */
final class Addresses {
  private final IkeSa sa;
  private AssignedAddresses assigned = AssignedAddresses.NONE;

  /** What we ask for: as configured, or what an IKE SA that this one replaces has. */
  private List<InetAddress> wished;

  Addresses(IkeSa sa) {
    this.sa = sa;
  }

  AssignedAddresses assigned() {
    return assigned;
  }

  void set(AssignedAddresses now) {
    assigned = now;
    sa.touch();
  }

  /** The successor of a rekey has what this one had; no CP is exchanged for it. */
  void moveTo(IkeSa successor) {
    successor.addresses().set(assigned);
  }

  private VirtualAddresses config() {
    return sa.config().options().addresses();
  }

  /** Whether we ask the peer for addresses. */
  boolean asks() {
    return sa.age().isOurs() && !config().requested().isEmpty();
  }

  /** Whether the peer has to ask us for addresses. */
  boolean gives() {
    return !sa.age().isOurs() && !config().pools().isEmpty();
  }

  /** The same addresses again, when authentication is repeated. */
  void wish(AssignedAddresses before) {
    wished = before.local();
  }

  /** What we ask for; each configured wish for any gives way to what we had. */
  List<InetAddress> wishes() {
    List<InetAddress> all = new ArrayList<>();
    for (InetAddress address : config().requested()) {
      InetAddress had =
          wished == null || !address.isAnyLocalAddress()
              ? address
              : wished.stream()
                  .filter(a -> a.getAddress().length == address.getAddress().length)
                  .filter(a -> !all.contains(a))
                  .findFirst()
                  .orElse(address);
      all.add(had);
    }
    return all;
  }

  List<TrafficSelector> local(List<SelectorTemplate> templates) {
    if (!asks()) {
      return Selectors.resolve(templates, sa.path().local().getAddress());
    }
    List<InetAddress> ours = assigned.local();
    List<TrafficSelector> dynamic = new ArrayList<>();
    if (ours.isEmpty()) {
      // Not known yet: anything of that family, which the peer narrows (RFC 7296 section 2.19).
      for (InetAddress address : config().requested()) {
        dynamic.add(TrafficSelector.prefix(address, 0));
      }
    } else {
      ours.forEach(address -> dynamic.add(TrafficSelector.host(address)));
    }
    return Selectors.resolve(templates, dynamic);
  }

  List<TrafficSelector> remote(List<SelectorTemplate> templates) {
    return gives()
        ? Selectors.resolve(
            templates, assigned.remote().stream().map(TrafficSelector::host).toList())
        : Selectors.resolve(templates, sa.path().remote().getAddress());
  }

  /** Addresses with commas, for people. */
  static String text(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
  }

  /** Why no child can be made, when the peer gave us no address; empty when it did. */
  Optional<String> missingLocal() {
    return asks() && assigned.local().isEmpty()
        ? Optional.of("it gave us no address, though we asked for one; give it an address pool")
        : Optional.empty();
  }

  /** Whether what was given and taken still is what the configuration says. */
  boolean fit(VirtualAddresses before) {
    boolean ours = !sa.age().isOurs() || before.requested().equals(config().requested());
    boolean theirs =
        assigned.remote().stream()
            .allMatch(a -> config().pools().stream().anyMatch(pool -> pool.contains(a)));
    // With the first pool others need to ask, with the last one gone nobody gives any more.
    boolean role = before.pools().isEmpty() == config().pools().isEmpty();
    return ours && theirs && role;
  }

  /** Whether a child lacks an address that the peer did not ask for, or did not get. */
  boolean isMissingRemote() {
    return gives()
        && assigned.remote().isEmpty()
        && sa.config().children().stream()
            .flatMap(child -> child.remoteTs().stream())
            .anyMatch(SelectorTemplate::isDynamic);
  }
}
