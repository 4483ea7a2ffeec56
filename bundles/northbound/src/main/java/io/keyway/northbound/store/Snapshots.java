package io.keyway.northbound.store;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import io.keyway.northbound.config.Tree;
import io.keyway.northbound.rules.ConfigMap;
import io.keyway.northbound.rules.ConfigRules;
import io.keyway.northbound.rules.Problem;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Turns what the datastore tells into snapshots. Confined to one thread. */
final class Snapshots {

  private final ConfigMap entries = new ConfigMap();
  private final Map<EntryRef, Problem> senseless = new HashMap<>();
  private final Set<EntryKind> touched = EnumSet.noneOf(EntryKind.class);
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
        touched.add(kind);
        for (String name : names(kind)) {
          EntryRef entry = new EntryRef(kind, name);
          if (!update.entries().containsKey(entry)) {
            entries.remove(entry);
            senseless.remove(entry);
          }
        }
      }
    }
    update.entries().forEach(this::apply);
  }

  /** All changes noted so far as one snapshot; costs what the configuration is long. */
  IntentSnapshot take() {
    current = snapshot();
    touched.clear();
    return current;
  }

  private void apply(EntryRef entry, Optional<Tree> tree) {
    touched.add(entry.kind());
    senseless.remove(entry);
    if (tree.isEmpty()) {
      entries.remove(entry);
      return;
    }
    try {
      entries.put(entry, Optional.of(EntryMapper.read(entry.kind(), tree.get())));
    } catch (InvalidEntryException e) {
      entries.put(entry, Optional.empty());
      senseless.put(entry, new Problem(entry, e.node(), e.getMessage()));
    }
  }

  private Set<String> names(EntryKind kind) {
    Set<String> names =
        entries
            .all(kind)
            .map(IntentObject::name)
            .collect(Collectors.toCollection(java.util.HashSet::new));
    senseless.keySet().stream().filter(e -> e.kind() == kind).forEach(e -> names.add(e.name()));
    return names;
  }

  private IntentSnapshot snapshot() {
    Map<String, String> problems = new HashMap<>();
    senseless.forEach((entry, problem) -> problems.put(entry.toString(), told(problem)));
    for (EntryKind kind : EntryKind.values()) {
      entries
          .all(kind)
          .forEach(
              value ->
                  ConfigRules.checkWritten(value, entries)
                      .ifPresent(p -> problems.put(p.entry().toString(), told(p))));
    }
    IntentSnapshot old = current;
    return new IntentSnapshot(
        old.version() + 1,
        map(EntryKind.IKE_POLICY, IkePolicy.class, old.ikePolicies()),
        map(EntryKind.CHILD_POLICY, ChildPolicy.class, old.childPolicies()),
        map(EntryKind.GATEWAY, Gateway.class, old.gateways()),
        map(EntryKind.TUNNEL, Tunnel.class, old.tunnels()),
        map(EntryKind.POLICY, StaticPolicy.class, old.policies()),
        map(EntryKind.DATA_PLANE, PlaneConfig.class, old.dataPlanes()),
        problems);
  }

  private static String told(Problem problem) {
    return problem.node().isEmpty() ? problem.reason() : problem.node() + ": " + problem.reason();
  }

  /** Lists that did not change keep their map, so that 10 000 entries are not copied for one. */
  private <T extends IntentObject> Map<String, T> map(
      EntryKind kind, Class<T> type, Map<String, T> old) {
    return touched.contains(kind)
        ? entries
            .all(kind)
            .map(type::cast)
            .collect(Collectors.toUnmodifiableMap(IntentObject::name, Function.identity()))
        : old;
  }
}
