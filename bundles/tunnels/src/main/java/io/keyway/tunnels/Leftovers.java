package io.keyway.tunnels;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * SAs and claims that an earlier life of an engine left on the device. They carry traffic on until
 * something better stands in their place, or the tunnel goes; then they are removed.
 */
final class Leftovers {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** A CHILD_SA that is left, with the SAs that it is made of. */
  private record Left(ChildId id, Set<SaId> sas) {}

  /** By configured child: what is left, by uid. */
  private final Map<String, Map<String, Left>> byChild = new HashMap<>();

  /** Looks once, when services (re)appear: everything of engines that no living engine knows. */
  void find(IkeEngine engine, SadService sad, SpdService spd, String ourselves) {
    byChild.clear();
    Set<String> alive = new HashSet<>();
    if (engine != null) {
      for (IkeSaStatus ike : engine.snapshot()) {
        ike.children().stream().map(ChildSaStatus::uid).forEach(alive::add);
      }
    }
    if (sad != null) {
      for (SadService.Entry entry : sad.entries()) {
        ChildId child = entry.sa().child();
        if (!alive.contains(child.uid())) {
          left(child).add(entry.sa().id());
        }
      }
    }
    if (spd != null) {
      for (SpdService.Entry entry : spd.entries()) {
        ChildId child = entry.policy().child();
        boolean protects = entry.policy().action() instanceof PolicyAction.Protect;
        if (protects && !alive.contains(child.uid()) && !child.owner().name().equals(ourselves)) {
          left(child);
        }
      }
    }
  }

  /** The SAD comes first: it knows whose peer's the child is. */
  private Set<SaId> left(ChildId child) {
    return byChild
        .computeIfAbsent(child.connection(), name -> new HashMap<>())
        .computeIfAbsent(child.uid(), uid -> new Left(child, new HashSet<>()))
        .sas();
  }

  /** True when an earlier engine's SAs still stand for this child. */
  boolean has(String child) {
    return byChild.containsKey(child);
  }

  /** Names of configured children that something is left of. */
  Set<String> children() {
    return Set.copyOf(byChild.keySet());
  }

  /**
   * Removes what is left of a child, with whatever peers: claims first, so that hold stands before
   * the SA goes.
   *
   * @param alive uids that came up since the look, which are no leftovers
   */
  void remove(String child, Set<String> alive, SadService sad, SpdService spd) {
    remove(child, left -> true, alive, sad, spd, Runnable::run);
  }

  /**
   * A child came up: what is left of it with the same peer goes. The peer may send under the old
   * key for a while.
   *
   * @param later runs something when the old inbound SAs have lingered long enough
   */
  void replace(ChildSaStatus child, SadService sad, SpdService spd, Consumer<Runnable> later) {
    Set<String> alive = Set.of(child.uid());
    remove(child.name(), left -> left.mayBeOf(child.peer()), alive, sad, spd, later);
  }

  private void remove(
      String child,
      Predicate<ChildId> which,
      Set<String> alive,
      SadService sad,
      SpdService spd,
      Consumer<Runnable> inbound) {
    Map<String, Left> left = byChild.get(child);
    if (sad == null || spd == null || left == null) {
      return;
    }
    for (Left one : List.copyOf(left.values())) {
      if (!which.test(one.id())) {
        continue;
      }
      left.remove(one.id().uid());
      if (!alive.contains(one.id().uid())) {
        spd.remove(one.id(), TIMEOUT)
            .whenComplete((outcome, error) -> remove(one.sas(), Direction.OUTBOUND, sad));
        inbound.accept(() -> remove(one.sas(), Direction.INBOUND, sad));
      }
    }
    if (left.isEmpty()) {
      byChild.remove(child);
    }
  }

  private static void remove(Set<SaId> sas, Direction direction, SadService sad) {
    sas.stream().filter(sa -> sa.direction() == direction).forEach(sa -> sad.remove(sa, TIMEOUT));
  }
}
