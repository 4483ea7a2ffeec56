package io.keyway.plane.vrouter.core;

import io.keyway.api.sa.SaId;
import io.keyway.plane.vrouter.agent.Contents;
import io.keyway.plane.vrouter.message.PolicyMessages;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.SnapshotPolicy;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a router has against what was confirmed.
 *
 * @param missingSas confirmed, and not there: their keys are never written again
 * @param staleSas ours, and nobody knows of them
 * @param foreignSas of other owners
 * @param wrongPolicies as they should be: missing, or different on the router
 * @param stalePolicies ours, and nobody knows of them
 * @param foreignPolicies of other owners
 */
record Comparison(
    List<SaId> missingSas,
    List<io.keyway.protocol.vrouter.v1.SaId> staleSas,
    List<io.keyway.protocol.vrouter.v1.SaId> foreignSas,
    List<Policy> wrongPolicies,
    List<PolicyPlace> stalePolicies,
    List<PolicyPlace> foreignPolicies) {

  /** Differences in what is ours. */
  int drift() {
    return missingSas.size() + staleSas.size() + wrongPolicies.size() + stalePolicies.size();
  }

  static Comparison of(String plane, Mirror mirror, Contents contents) {
    Set<Mirror.SaKey> there = new HashSet<>();
    List<io.keyway.protocol.vrouter.v1.SaId> stale = new ArrayList<>();
    List<io.keyway.protocol.vrouter.v1.SaId> foreign = new ArrayList<>();
    for (SnapshotSa item : contents.sas()) {
      Optional<SaId> ours = SaMessages.ours(plane, item.getSa());
      if (ours.isEmpty()) {
        foreign.add(item.getSa().getId());
      } else {
        Mirror.SaKey key = Mirror.SaKey.of(ours.get());
        there.add(key);
        if (!mirror.sas().containsKey(key)) {
          stale.add(item.getSa().getId());
        }
      }
    }
    List<SaId> missing = new ArrayList<>();
    mirror
        .sas()
        .forEach(
            (key, sa) -> {
              if (!there.contains(key)) {
                missing.add(sa);
              }
            });
    Map<PolicyPlace, Policy> policies = new HashMap<>();
    List<PolicyPlace> stalePlaces = new ArrayList<>();
    List<PolicyPlace> foreignPlaces = new ArrayList<>();
    for (SnapshotPolicy item : contents.policies()) {
      PolicyPlace place = PolicyMessages.placeOf(item.getPolicy());
      policies.put(place, item.getPolicy());
      if (!mirror.policies().containsKey(place)) {
        (item.getPolicy().getOwner().startsWith(SaMessages.OWNER_PREFIX)
                ? stalePlaces
                : foreignPlaces)
            .add(place);
      }
    }
    List<Policy> wrong = new ArrayList<>();
    mirror
        .policies()
        .forEach(
            (place, policy) -> {
              Policy now = policies.get(place);
              if (now == null || !PolicyMessages.same(now, policy)) {
                wrong.add(policy);
              }
            });
    return new Comparison(missing, stale, foreign, wrong, stalePlaces, foreignPlaces);
  }
}
