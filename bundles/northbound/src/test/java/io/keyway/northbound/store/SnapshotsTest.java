package io.keyway.northbound.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.northbound.Samples;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.Tree;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotsTest {

  private static final Map<String, EntryKind> LISTS = new HashMap<>();

  static {
    for (EntryKind kind : EntryKind.values()) {
      LISTS.put(kind.path(), kind);
    }
  }

  /** Judging only what a change reaches must come to the same as judging everything. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void stepByStepItIsTheSameAsAtOnce(long seed) {
    Random random = new Random(seed);
    Snapshots steps = new Snapshots();
    Map<EntryRef, Optional<Tree>> all = new HashMap<>();
    IntentSnapshot before = IntentSnapshot.EMPTY;
    for (int step = 0; step < 300; step++) {
      Map<EntryRef, Optional<Tree>> update = new HashMap<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        EntryRef entry = entry(random);
        update.put(entry, random.nextInt(3) == 0 ? Optional.empty() : tree(entry, random));
      }
      boolean whole = random.nextInt(20) == 0;
      if (whole) {
        all.clear();
      }
      update.forEach(
          (entry, tree) -> {
            if (tree.isPresent()) {
              all.put(entry, tree);
            } else {
              all.remove(entry);
            }
          });
      steps.apply(new ConfigDatastore.Update(whole, whole ? Map.copyOf(all) : update));
      IntentSnapshot now = steps.take();

      Snapshots anew = new Snapshots();
      anew.apply(new ConfigDatastore.Update(true, Map.copyOf(all)));
      IntentSnapshot expected = anew.take();
      assertThat(now.problems()).isEqualTo(expected.problems());
      for (EntryKind kind : EntryKind.values()) {
        assertThat(list(now, kind)).isEqualTo(list(expected, kind));
        assertThat(list(now, kind).keySet().stream().toList()).hasSize(list(now, kind).size());
      }
      assertThat(difference(before, now)).isSubsetOf(entries(now.changedSince(before)));
      before = now;
    }
  }

  @Test
  void saysInWhatItDiffersFromTheOneBeforeAndFromNoOther() {
    Snapshots snapshots = new Snapshots();
    snapshots.apply(of(true, Samples.plane("ipu-1"), Samples.childPolicy("c")));
    IntentSnapshot first = snapshots.take();
    snapshots.apply(of(false, Samples.tunnel("t", "g", "c")));
    IntentSnapshot second = snapshots.take();
    // The tunnel lacked its gateway: that it is all right now is news of the tunnel too.
    snapshots.apply(of(false, Samples.gateway("g", "p", Optional.of("ipu-1"))));
    IntentSnapshot third = snapshots.take();
    assertThat(second.changedSince(first)).contains(Map.of("tunnels/tunnel", Set.of("t")));
    assertThat(third.changedSince(second))
        .contains(Map.of("tunnels/tunnel", Set.of("t"), "gateways/gateway", Set.of("g")));
    assertThat(third.changedSince(first)).isEmpty();
    assertThat(second.problems()).containsOnlyKeys("tunnels/tunnel=t");
    assertThat(third.problems()).containsOnlyKeys("gateways/gateway=g");
  }

  private static EntryRef entry(Random random) {
    EntryKind[] kinds = EntryKind.values();
    EntryKind kind = kinds[random.nextInt(kinds.length)];
    return new EntryRef(
        kind == EntryKind.POLICY ? EntryKind.TUNNEL : kind, "n" + random.nextInt(3));
  }

  private static Optional<Tree> tree(EntryRef entry, Random random) {
    String name = entry.name();
    String other = "n" + random.nextInt(4);
    IntentObject value =
        switch (entry.kind()) {
          case IKE_POLICY ->
              Samples.ikePolicy(
                  name, random.nextBoolean() ? Optional.of(Samples.psk("s")) : Optional.empty());
          case CHILD_POLICY -> Samples.childPolicy(name);
          case GATEWAY ->
              random.nextInt(3) == 0
                  ? Samples.addressed(name, other, "n" + random.nextInt(4))
                  : Samples.gateway(
                      name, other, random.nextBoolean() ? Optional.of(other) : Optional.empty());
          case POOL -> Samples.pool(name);
          case TUNNEL, POLICY -> Samples.tunnel(name, other, "n" + random.nextInt(3));
          case DATA_PLANE -> Samples.plane(name);
        };
    Tree tree = EntryMapper.write(value);
    // An entry that makes no sense by itself: it lacks most of what it needs.
    return Optional.of(random.nextInt(5) == 0 ? new Tree().leaf("name", name) : tree);
  }

  private static ConfigDatastore.Update of(boolean whole, IntentObject... values) {
    Map<EntryRef, Optional<Tree>> entries = new HashMap<>();
    for (IntentObject value : values) {
      entries.put(EntryRef.of(value), Optional.of(EntryMapper.write(value)));
    }
    return new ConfigDatastore.Update(whole, entries);
  }

  private static Map<String, ? extends IntentObject> list(IntentSnapshot s, EntryKind kind) {
    return switch (kind) {
      case IKE_POLICY -> s.ikePolicies();
      case CHILD_POLICY -> s.childPolicies();
      case GATEWAY -> s.gateways();
      case TUNNEL -> s.tunnels();
      case POLICY -> s.policies();
      case DATA_PLANE -> s.dataPlanes();
      case POOL -> s.pools();
    };
  }

  private static Set<EntryRef> difference(IntentSnapshot before, IntentSnapshot now) {
    Set<EntryRef> different = new HashSet<>();
    for (EntryKind kind : EntryKind.values()) {
      for (int i = 0; i < 4; i++) {
        EntryRef entry = new EntryRef(kind, "n" + i);
        if (!Objects.equals(list(before, kind).get("n" + i), list(now, kind).get("n" + i))
            || !Objects.equals(
                before.problems().get(entry.toString()), now.problems().get(entry.toString()))) {
          different.add(entry);
        }
      }
    }
    return different;
  }

  private static List<EntryRef> entries(Optional<Map<String, Set<String>>> changed) {
    return changed.orElseThrow().entrySet().stream()
        .flatMap(
            list -> list.getValue().stream().map(n -> new EntryRef(LISTS.get(list.getKey()), n)))
        .toList();
  }
}
