package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.Direction;
import io.keyway.plane.infrap4d.core.MirrorNotes.Doubt;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.IpsecAction;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is on the device by what it confirmed; every change is noted. Only the plane's worker
 * touches it.
 */
final class Mirror {

  private final MirrorNotes notes;

  private final Map<RowKey, RowAction> rows = new HashMap<>();
  private final Map<IpsecTable, Integer> counts = new EnumMap<>(IpsecTable.class);

  /** Rows of which we do not know what they are: an answer was lost, and nobody could be asked. */
  private final Map<RowKey, Doubt> suspects = new LinkedHashMap<>();

  /** Rows that nobody here wrote, as they were when the tables were last read back. */
  private final Map<RowKey, Optional<RowAction>> strangers = new HashMap<>();

  private final Map<SaRef, SaEntry> sas = new LinkedHashMap<>();
  private final Set<SaRef> stale = new LinkedHashSet<>();

  /** Rows of {@link IpsecTable#SPD} by the index that they protect with. */
  private final Map<Long, Set<RowKey>> protecting = new HashMap<>();

  /** SAs that need a row of {@link IpsecTable#TUNNEL_TERM}; it goes with the last of them. */
  private final Map<RowKey, Set<SaRef>> termUsers = new HashMap<>();

  /** Hears of every row that was written, or was found to be something else. */
  @FunctionalInterface
  interface Watcher {
    void changed(RowKey key, Optional<RowAction> before, Optional<RowAction> after);
  }

  private Watcher watcher = (key, before, after) -> {};

  Mirror(MirrorNotes notes) {
    this.notes = notes;
  }

  MirrorNotes notes() {
    return notes;
  }

  void watch(Watcher listener) {
    watcher = listener;
  }

  Optional<RowAction> row(RowKey key) {
    return Optional.ofNullable(rows.get(key));
  }

  Map<RowKey, RowAction> rows() {
    return rows;
  }

  int count(IpsecTable table) {
    return counts.getOrDefault(table, 0);
  }

  /** Notes that a row is there with this action, or is not there. */
  void set(RowKey key, Optional<RowAction> action) {
    RowAction before = action.isPresent() ? rows.put(key, action.get()) : rows.remove(key);
    watcher.changed(key, Optional.ofNullable(before), action);
    suspects.remove(key);
    strangers.remove(key);
    counts.merge(
        key.table(), (action.isPresent() ? 1 : 0) - (before == null ? 0 : 1), Integer::sum);
    if (before != null && before.action() == IpsecAction.PROTECT) {
      protecting.computeIfPresent(
          before.params().get(0),
          (index, users) -> users.remove(key) && users.isEmpty() ? null : users);
    }
    action
        .filter(a -> a.action() == IpsecAction.PROTECT)
        .ifPresent(
            a -> protecting.computeIfAbsent(a.params().get(0), i -> new HashSet<>()).add(key));
    note(key);
  }

  boolean isSuspect(RowKey key) {
    return suspects.containsKey(key);
  }

  /** The row may be what {@link #row} says, or something else, until it is written or read. */
  void suspect(RowKey key, Doubt doubt) {
    suspects.merge(key, doubt, Doubt::or);
    note(key);
  }

  List<RowKey> suspects() {
    return List.copyOf(suspects.keySet());
  }

  /** True when a suspect that should be there may have been removed by us. */
  boolean mayBeGone(RowKey key) {
    return suspects.get(key) == Doubt.GONE;
  }

  /** Notes that a row is about to be written; what it is then, only its answer tells. */
  void intend(RowKey key, Optional<RowAction> wanted) {
    Doubt doubt = Doubt.writing(wanted).or(suspects.getOrDefault(key, Doubt.NONE));
    notes.row(key, row(key), doubt);
  }

  /** Notes a row as it is. */
  void note(RowKey key) {
    notes.row(key, row(key), suspects.getOrDefault(key, Doubt.NONE));
  }

  /** Notes that an SA is about to be installed, or removed. */
  void intend(SaEntry sa) {
    notes.sa(sa);
  }

  /** Notes an SA as it is. */
  void note(SaRef ref) {
    sa(ref).ifPresentOrElse(notes::sa, () -> notes.saGone(ref));
  }

  /** Notes everything. */
  void noteAll() {
    rows.keySet().forEach(this::note);
    suspects.keySet().forEach(this::note);
    sas.values().forEach(notes::sa);
  }

  void strangers(Map<RowKey, Optional<RowAction>> found) {
    strangers.clear();
    strangers.putAll(found);
  }

  Map<RowKey, Optional<RowAction>> strangers() {
    return strangers;
  }

  /** Takes a stranger for ours, because the table is; nothing when there is none. */
  void adopt(RowKey key) {
    Optional<RowAction> action = strangers.remove(key);
    if (action == null || rows.containsKey(key)) {
      return;
    }
    if (action.isPresent()) {
      set(key, action);
    } else {
      suspect(key, Doubt.GONE);
    }
  }

  /** Rows of the SPD that send packets to the SA with this index. */
  Set<RowKey> protectedBy(long index) {
    return Set.copyOf(protecting.getOrDefault(index, Set.of()));
  }

  Optional<SaEntry> sa(SaRef ref) {
    return Optional.ofNullable(sas.get(ref));
  }

  Collection<SaEntry> sas() {
    return List.copyOf(sas.values());
  }

  int saCount() {
    return sas.size();
  }

  void putSa(SaEntry sa) {
    sas.put(sa.ref(), sa);
    if (sa.state() == SaEntry.State.STALE || sa.state() == SaEntry.State.STRAY) {
      stale.add(sa.ref());
    } else {
      stale.remove(sa.ref());
    }
    notes.sa(sa);
  }

  void markStale(SaRef ref) {
    sa(ref).ifPresent(sa -> putSa(sa.doomed()));
  }

  void markAllStale() {
    sas().forEach(sa -> markStale(sa.ref()));
  }

  /**
   * An SA was not there when it was removed. Where the answer to its install was lost it may still
   * come, and stays known.
   */
  void absent(SaRef ref) {
    Optional<SaEntry> unanswered = sa(ref).filter(SaEntry::unanswered);
    if (unanswered.isPresent()) {
      putSa(unanswered.get().as(SaEntry.State.LATE));
    } else {
      removeSa(ref);
    }
  }

  /** SAs that are to be removed once more. */
  List<SaRef> late() {
    return sas.values().stream()
        .filter(sa -> sa.state() == SaEntry.State.LATE)
        .map(SaEntry::ref)
        .toList();
  }

  void removeSa(SaRef ref) {
    sas.remove(ref);
    stale.remove(ref);
    notes.saGone(ref);
  }

  List<SaEntry> stale() {
    return stale.stream().map(sas::get).toList();
  }

  /** True when either half of the pair is, or may be, on the device. */
  boolean indexInUse(long index) {
    return sas.containsKey(new SaRef(index, Direction.INBOUND))
        || sas.containsKey(new SaRef(index, Direction.OUTBOUND));
  }

  void useTerm(RowKey term, SaRef sa) {
    termUsers.computeIfAbsent(term, t -> new HashSet<>()).add(sa);
  }

  /** True when nobody needs the row any more. */
  boolean leaveTerm(RowKey term, SaRef sa) {
    Set<SaRef> users = termUsers.get(term);
    if (users == null) {
      return true;
    }
    users.remove(sa);
    if (users.isEmpty()) {
      termUsers.remove(term);
      return true;
    }
    return false;
  }

  boolean termUsed(RowKey term) {
    return termUsers.containsKey(term);
  }
}
