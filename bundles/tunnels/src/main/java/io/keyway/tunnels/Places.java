package io.keyway.tunnels;

import io.keyway.tunnels.plan.TunnelPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who has which place on which plane. On an E2100 two tunnels to the same remote host with the same
 * protocol are one row: the second is refused, by name, before anything is negotiated.
 */
final class Places {

  private final Map<String, String> owners = new HashMap<>();
  private final Map<String, Set<String>> held = new HashMap<>();
  private final Map<String, Set<String>> waiters = new HashMap<>();

  /** Takes a plan's places, or turns the plan into a refusal that names who has them. */
  TunnelPlan claim(String tunnel, TunnelPlan plan) {
    drop(tunnel);
    if (plan.verdict() != TunnelPlan.Verdict.READY) {
      return plan;
    }
    Set<String> keys = new HashSet<>();
    plan.places().keySet().forEach(place -> keys.add(plan.plane().orElse("") + " " + place));
    for (String key : keys) {
      String owner = owners.get(key);
      if (owner != null && !owner.equals(tunnel)) {
        waiters.computeIfAbsent(owner, name -> new HashSet<>()).add(tunnel);
        // Where the other one's rows lie its traffic is not ours to hold; the rest is held.
        return plan.refused(
            false,
            "collides with tunnel '"
                + owner
                + "': data plane "
                + plan.plane().orElse("")
                + " cannot tell their traffic apart; change the selectors of one of them");
      }
    }
    keys.forEach(key -> owners.put(key, tunnel));
    held.put(tunnel, keys);
    return plan;
  }

  /** Whose a place is, or null. */
  String owner(String plane, String place) {
    return owners.get(plane + " " + place);
  }

  private void drop(String tunnel) {
    Set<String> keys = held.remove(tunnel);
    if (keys != null) {
      keys.forEach(key -> owners.remove(key, tunnel));
    }
  }

  /** Gives a tunnel's places up; returns those who may want them. */
  List<String> release(String tunnel) {
    drop(tunnel);
    return Optional.ofNullable(waiters.remove(tunnel)).map(List::copyOf).orElse(List.of());
  }
}
