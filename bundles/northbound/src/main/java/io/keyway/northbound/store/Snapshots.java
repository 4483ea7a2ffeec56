package io.keyway.northbound.store;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import io.keyway.northbound.config.Tree;
import io.keyway.northbound.rules.ConfigMap;
import io.keyway.northbound.rules.ConfigRules;
import io.keyway.northbound.rules.Frozen;
import io.keyway.northbound.rules.Problem;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tech.pantheon.triemap.MutableTrieMap;
import tech.pantheon.triemap.TrieMap;

/**
 * Turns what the datastore tells into snapshots. A snapshot costs what changed since the one
 * before, not what the configuration is long. Confined to one thread.
 */
final class Snapshots {

  private final ConfigMap entries = new ConfigMap();
  private final Map<EntryRef, Problem> senseless = new HashMap<>();
  private final MutableTrieMap<String, String> problems = TrieMap.create();
  private final Set<EntryRef> withProblems = new HashSet<>();
  private final Set<EntryRef> touched = new HashSet<>();

  /** Whether a change may have made right or wrong what was not touched itself. */
  private boolean farReaching;

  private IntentSnapshot current = IntentSnapshot.EMPTY;

  /** Number of entries of all kinds. */
  int size() {
    return Arrays.stream(EntryKind.values()).mapToInt(entries::count).sum();
  }

  /** A copy to try changes on. */
  ConfigMap entries() {
    return new ConfigMap(entries);
  }

  /** Notes a change; costs what the change is long. */
  void apply(ConfigDatastore.Update update) {
    if (update.whole()) {
      for (EntryKind kind : EntryKind.values()) {
        for (String name : entries.names(kind)) {
          EntryRef entry = new EntryRef(kind, name);
          if (!update.entries().containsKey(entry)) {
            apply(entry, Optional.empty());
          }
        }
      }
    }
    update.entries().forEach(this::apply);
  }

  /** All changes noted so far as one snapshot. */
  IntentSnapshot take() {
    Set<EntryRef> changed = new HashSet<>(touched);
    suspects().forEach(entry -> judge(entry, changed));
    Map<String, Set<String>> names = new HashMap<>();
    for (EntryRef entry : changed) {
      names.computeIfAbsent(entry.kind().path(), list -> new TreeSet<>()).add(entry.name());
    }
    current =
        new IntentSnapshot(
            current.version() + 1,
            list(EntryKind.IKE_POLICY),
            list(EntryKind.CHILD_POLICY),
            list(EntryKind.GATEWAY),
            list(EntryKind.TUNNEL),
            list(EntryKind.POLICY),
            list(EntryKind.DATA_PLANE),
            list(EntryKind.POOL),
            new Frozen<>(problems.immutableSnapshot(), withProblems.size()),
            Optional.of(new IntentSnapshot.Delta(current, names)));
    touched.clear();
    farReaching = false;
    return current;
  }

  private void apply(EntryRef entry, Optional<Tree> tree) {
    touched.add(entry);
    senseless.remove(entry);
    if (tree.isEmpty()) {
      entries.remove(entry);
      farReaching |= reachesFar(entry.kind(), true);
      return;
    }
    try {
      entries.put(entry, Optional.of(EntryMapper.read(entry.kind(), tree.get())));
    } catch (InvalidEntryException e) {
      entries.put(entry, Optional.empty());
      senseless.put(entry, new Problem(entry, e.node(), e.getMessage()));
    }
    farReaching |= reachesFar(entry.kind(), false);
  }

  /**
   * Whether others may be judged differently after such a change. A gateway matters to its tunnels
   * only by being there; one that comes helps tunnels that have a problem, and those are judged
   * anew in any case. Nothing refers to tunnels and policies.
   */
  private static boolean reachesFar(EntryKind kind, boolean deleted) {
    return switch (kind) {
      case IKE_POLICY, CHILD_POLICY, DATA_PLANE -> true;
      case GATEWAY, POOL -> deleted;
      case TUNNEL, POLICY -> false;
    };
  }

  private Iterable<EntryRef> suspects() {
    Set<EntryRef> suspects = new HashSet<>(touched);
    suspects.addAll(withProblems);
    if (farReaching) {
      for (EntryKind kind : EntryKind.values()) {
        entries.names(kind).forEach(name -> suspects.add(new EntryRef(kind, name)));
      }
    }
    return suspects;
  }

  /** Notes what is wrong with an entry, and in {@code changed} that this is news. */
  private void judge(EntryRef entry, Set<EntryRef> changed) {
    Optional<Problem> problem =
        Optional.ofNullable(senseless.get(entry))
            .or(() -> entries.find(entry).flatMap(v -> ConfigRules.checkWritten(v, entries)));
    if (problem.isPresent()) {
      String told = told(problem.get());
      withProblems.add(entry);
      if (!told.equals(problems.put(entry.toString(), told))) {
        changed.add(entry);
      }
    } else if (withProblems.remove(entry)) {
      problems.remove(entry.toString());
      changed.add(entry);
    }
  }

  private static String told(Problem problem) {
    return problem.node().isEmpty() ? problem.reason() : problem.node() + ": " + problem.reason();
  }

  @SuppressWarnings("unchecked") // Every list holds entries of its own kind only.
  private <T extends IntentObject> Map<String, T> list(EntryKind kind) {
    return (Map<String, T>) entries.snapshot(kind);
  }
}
