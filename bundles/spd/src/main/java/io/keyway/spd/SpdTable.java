package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of one plane, its claims and its places. It is the monitor that guards itself:
 * every method is called, and every field touched, while it is held; and nobody outside is called
 * meanwhile.
 */
final class SpdTable {

  final String name;
  final SpdRecords records;
  DataPlane plane;
  boolean up;
  boolean closed;
  Generation generation = Generation.NONE;
  final Map<Claim.Key, Claim> claims = new LinkedHashMap<>();
  final Map<Claim.ChildKey, Set<Claim>> byChild = new HashMap<>();
  final Map<Place.Key, Place> places = new LinkedHashMap<>();
  final Set<Place> dirty = new LinkedHashSet<>();
  long orders;

  /** Grows with every change that a reader can see. */
  long version;

  private long listVersion = -1;
  private List<SpdService.Entry> list = List.of();

  SpdTable(String name, SpdRecords records) {
    this.name = name;
    this.records = records;
  }

  /** Notes a claim that changed, as long as it is in here. */
  void note(Claim claim) {
    if (claims.get(claim.key) == claim) {
      records.claim(claim);
    }
  }

  /** Notes everything. */
  void noteAll() {
    if (!generation.equals(Generation.NONE)) {
      records.generation(generation);
    }
    claims.values().forEach(records::claim);
    places.values().forEach(records::place);
  }

  void replace(Claim claim, Policy policy, boolean same) {
    boolean protect = policy.action() instanceof PolicyAction.Protect;
    if (same) {
      // Perhaps put by another life of the owner, who is the one to ask from now on.
      claim.policy = policy;
    } else if (protect && claim.awake && claim.protects()) {
      // What protects now goes on doing so until the new one is selected.
      claim.next = policy;
    } else {
      claim.policy = policy;
      claim.next = null;
      claim.burnt = false;
      claim.awake = !protect;
      claim.order = ++orders;
    }
  }

  void settleIn(Claim claim, Place.Key key) {
    Place place = places.computeIfAbsent(key, Place::new);
    place.claims.add(claim);
    place.last = claim.policy.selectors();
    claim.place = place;
    claim.problem = "";
    note(claim);
    records.place(place);
    if (!place.settled()) {
      dirty.add(place);
    }
  }

  /**
   * Two tunnels with different selectors that the plane cannot tell apart: traffic of one would go
   * to the peer of the other.
   */
  Optional<Outcome> collision(Policy policy, Place.Key key) {
    Place place = places.get(key);
    if (place == null || Claim.fills(policy)) {
      return Optional.empty();
    }
    return place.claims.stream()
        .map(claim -> claim.filler() ? null : claim.policy)
        .filter(java.util.Objects::nonNull)
        .filter(other -> !sameTunnel(other.child().connection(), policy.child().connection()))
        .filter(other -> !other.selectors().equals(policy.selectors()))
        .findFirst()
        .map(
            other ->
                Outcome.conflict(
                    "'"
                        + policy.child().connection()
                        + "' ("
                        + policy.selectors()
                        + ") collides with '"
                        + other.child().connection()
                        + "' ("
                        + other.selectors()
                        + "): data plane "
                        + name
                        + " cannot tell them apart ("
                        + key.place()
                        + "); give one of them other selectors"));
  }

  /** A tunnel that is one child per protocol names them {@code tunnel/protocol}. */
  static boolean sameTunnel(String a, String b) {
    return a.equals(b) || a.startsWith(b + "/") || b.startsWith(a + "/");
  }

  /** Inbound policies only exist on planes that check what comes out of a tunnel. */
  static boolean applies(DataPlane service, Policy policy) {
    return policy.direction() == Direction.OUTBOUND || service.capabilities().inboundPolicies();
  }

  void burn(Claim claim) {
    if (claim.protects()) {
      claim.burnt = true;
      claim.awake = false;
      claim.waking = false;
      claim.next = null;
      note(claim);
    }
  }

  void everythingUnsettled() {
    places.values().stream()
        .filter(place -> !place.settled() && !place.refused)
        .forEach(dirty::add);
  }

  /** Children of an owner, or of one life of it. */
  List<ChildId> children(String owner, Optional<String> instance) {
    return byChild.entrySet().stream()
        .filter(entry -> entry.getKey().owner().equals(owner))
        .map(entry -> entry.getValue().iterator().next().policy.child())
        .filter(child -> instance.isEmpty() || instance.get().equals(child.owner().instance()))
        .toList();
  }

  List<SpdService.Entry> entries() {
    if (listVersion != version) {
      List<SpdService.Entry> fresh = new ArrayList<>(claims.size());
      for (Place place : places.values()) {
        Claim top = place.top().orElse(null);
        for (Claim claim : place.stack()) {
          boolean programmed = claim == top && place.settled();
          fresh.add(
              new SpdService.Entry(
                  claim.policy, claim.awake, programmed, problem(claim, place, top)));
        }
      }
      claims.values().stream()
          .filter(claim -> claim.place == null)
          .forEach(
              claim ->
                  fresh.add(new SpdService.Entry(claim.policy, claim.awake, false, claim.problem)));
      list = List.copyOf(fresh);
      listVersion = version;
    }
    return list;
  }

  String problem(Claim claim, Place place, Claim top) {
    if (claim.burnt) {
      return "data plane " + name + " restarted: its SAs are gone, its traffic is held";
    }
    return claim == top ? place.problem : "";
  }

  void forgetIfUnused(Place place) {
    if (place.unused()) {
      places.remove(place.key, place);
      dirty.remove(place);
      records.place(place);
    }
  }

  boolean usable() {
    return plane != null && up && !closed;
  }

  Outcome remembered() {
    return Outcome.unavailable(unusable() + "; the policy is remembered and written when it is");
  }

  String unusable() {
    if (plane == null) {
      return "data plane " + name + " is not there (no service)";
    }
    var status = plane.status();
    if (status.ready()) {
      return "data plane " + name + " is just coming up";
    }
    return "data plane "
        + name
        + " is not ready ("
        + status.connection().name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (status.reason().isEmpty() ? ")" : "): " + status.reason());
  }
}
