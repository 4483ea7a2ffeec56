package io.keyway.sad;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is known of one plane and its SAs. It is the monitor that guards itself: every method is
 * called, and every field touched, while it is held; and nobody outside is called meanwhile.
 */
final class SadTable {

  final String name;
  DataPlane plane;
  boolean up;
  boolean closed;
  Generation generation = Generation.NONE;
  final Map<SaId, SaEntry> entries = new LinkedHashMap<>();
  final Map<Long, Set<SaEntry>> byIndex = new HashMap<>();
  final SadRecords records;
  final Leases leases;
  final Rooms rooms = new Rooms(this);
  private final Map<SpiAddress, SaEntry> bySpi = new HashMap<>();
  private final Map<Spi, SaEntry> inbound = new HashMap<>();

  private record SpiAddress(Spi spi, InetAddress destination) {}

  SadTable(String name, SadRecords records) {
    this.name = name;
    this.records = records;
    this.leases = new Leases(records);
  }

  /** Notes an SA that changed, as long as it is in here. */
  void note(SaEntry entry) {
    if (entries.get(entry.id) == entry) {
      records.sa(entry);
    }
  }

  /** Notes everything. */
  void noteAll() {
    if (!generation.equals(Generation.NONE)) {
      records.generation(generation);
    }
    entries.values().forEach(records::sa);
    leases.noteAll();
  }

  /**
   * The SA that the plane means when it names an SPI and a destination. The destination is that of
   * a packet and may be one that we do not know the SA by, such as an IPv6 address; inbound the SPI
   * is the plane's own and says enough.
   */
  SaEntry find(Spi spi, InetAddress destination) {
    SaEntry exact = bySpi.get(new SpiAddress(spi, destination));
    if (exact != null) {
      return exact;
    }
    SaEntry own = inbound.get(spi);
    // SAs written by hand have no addresses.
    return own != null ? own : bySpi.get(new SpiAddress(spi, Endpoints.NONE.remote()));
  }

  /** The inbound SA of an SPI, or null: the plane gives each once. */
  SaEntry inbound(Spi spi) {
    return inbound.get(spi);
  }

  void enter(SaEntry entry) {
    entries.put(entry.id, entry);
    bySpi.put(new SpiAddress(entry.id.spi(), entry.id.destination()), entry);
    if (!entry.outbound()) {
      inbound.put(entry.id.spi(), entry);
    }
    byIndex.computeIfAbsent(entry.id.index(), i -> new LinkedHashSet<>()).add(entry);
    leases.drop(entry.id.index()).ifPresent(lease -> entry.lease = lease);
  }

  /** An SA was confirmed; with the other half of its pair no more rows are to come. */
  void confirmed(SaEntry entry) {
    Set<SaEntry> pair = byIndex.getOrDefault(entry.id.index(), Set.of());
    if (pair.size() == 2 && pair.stream().allMatch(e -> e.state == SaEntry.State.INSTALLED)) {
      leases.settled(entry.id.index());
    }
  }

  void leave(SaEntry entry) {
    entry.cancelTimers();
    if (entries.remove(entry.id, entry)) {
      records.saGone(entry.id);
    }
    bySpi.remove(new SpiAddress(entry.id.spi(), entry.id.destination()), entry);
    inbound.remove(entry.id.spi(), entry);
    Set<SaEntry> others = byIndex.get(entry.id.index());
    if (others != null && others.remove(entry) && others.isEmpty()) {
      byIndex.remove(entry.id.index());
      leases.vacated(entry.id.index());
    }
    if (entry.lease != null && entry.state == SaEntry.State.INSTALLING) {
      // Nothing was installed: the lease is its holder's again.
      if (byIndex.containsKey(entry.id.index())) {
        byIndex.get(entry.id.index()).forEach(other -> other.lease = entry.lease);
      } else {
        leases.hold(entry.lease);
      }
    }
  }

  /** Null when an SA may come in, else why not. */
  Outcome admit(SecurityAssociation sa) {
    if (!usable()) {
      return Outcome.unavailable(unusable());
    }
    if (!sa.lease().generation().equals(generation)) {
      return Outcome.unavailable(
          "the SPI "
              + sa.lease().spi()
              + " was given in life "
              + sa.lease().generation()
              + " of data plane "
              + name
              + ", which is in life "
              + generation
              + " now; reserve a new one");
    }
    if (entries.containsKey(sa.id())) {
      return Outcome.conflict("there is an SA " + sa.id() + " already");
    }
    for (SaEntry other : byIndex.getOrDefault(sa.id().index(), Set.of())) {
      ChildId theirs = other.child().orElse(null);
      if (theirs == null || !theirs.uid().equals(sa.child().uid())) {
        return Outcome.conflict(
            "index " + sa.id().index() + " of data plane " + name + " belongs to " + theirs);
      }
    }
    return null;
  }

  /**
   * An SA of an earlier life whose index the device has given to somebody else by now: it is not
   * there any more, and removing by index would hit the wrong one.
   */
  boolean reused(SaEntry entry) {
    boolean present = entry.sa().isPresent() && entry.generation.equals(generation);
    if (present) {
      return false;
    }
    return leases.holds(entry.id.index())
        || byIndex.getOrDefault(entry.id.index(), Set.of()).stream()
            .anyMatch(other -> other.alive() && other.generation.equals(generation));
  }

  /** Names a new instance as the owner; what is on its way out is not handed over. */
  List<SecurityAssociation> adopt(String owner, String newInstance) {
    List<SecurityAssociation> adopted = new ArrayList<>();
    for (SaEntry entry : entries.values()) {
      if (entry.owner().name().equals(owner) && entry.sa().isPresent() && !entry.unwanted) {
        entry.replace(Copies.withInstance(entry.sa().get(), newInstance));
        note(entry);
        adopted.add(entry.sa().get());
      }
    }
    return adopted;
  }

  List<SadService.Entry> snapshot() {
    return entries.values().stream()
        .filter(entry -> entry.sa().isPresent())
        .map(e -> new SadService.Entry(e.sa().get(), e.state.text(), e.generation))
        .toList();
  }

  /** Children whose keys are burnt and that nobody replaced yet, for who comes late. */
  List<SadEvent> standing() {
    Set<ChildId> children = new LinkedHashSet<>();
    entries.values().stream()
        .filter(entry -> entry.state == SaEntry.State.BURNT && !entry.unwanted)
        .forEach(entry -> entry.child().ifPresent(children::add));
    return children.stream()
        .map(c -> (SadEvent) new SadEvent.Burnt(c, name, generation, "the data plane restarted"))
        .toList();
  }

  boolean usable() {
    return plane != null && up && !closed;
  }

  String missing() {
    return "data plane " + name + " is not there (no service)";
  }

  String unusable() {
    if (plane == null) {
      return missing();
    }
    var status = plane.status();
    if (status.ready()) {
      return "data plane " + name + " is just coming up; try again";
    }
    return "data plane "
        + name
        + " is not ready ("
        + status.connection().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
        + (status.reason().isEmpty() ? ")" : "): " + status.reason());
  }
}
