package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Owner;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bypass and discard policies that the operator wrote. One that is not in force says why, and is
 * looked at again whenever something changes. Runs on the loop.
 */
final class StaticPolicies {

  private static final Logger LOG = LoggerFactory.getLogger(StaticPolicies.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(10);
  private static final String UID = "static-";

  private final Loop loop;
  private final Services services;
  private final Owner owner;
  private final Budget budget;

  /** By name, so that of two that do not fit it is always the same one that is refused. */
  private final Map<String, StaticPolicy> wanted = new TreeMap<>();

  /** What the SPD was told last for each; the revision keeps one claim from another. */
  private final Map<String, Policy> placed = new HashMap<>();

  private final Set<Policy> confirmed = new HashSet<>();
  private final Set<Policy> asked = new HashSet<>();
  private final Map<String, String> problems = new ConcurrentHashMap<>();
  private Runnable again = () -> {};
  private boolean retrying;
  private long revision;

  StaticPolicies(Loop loop, Services services, Owner owner, Budget budget) {
    this.loop = loop;
    this.services = services;
    this.owner = owner;
    this.budget = budget;
  }

  /** Why policies are not in force, by {@code list=name}; for any thread. */
  Map<String, String> problems() {
    return Map.copyOf(problems);
  }

  /**
   * Takes the configured policies; what is no longer there is removed.
   *
   * @return tunnels that may find room now
   */
  List<String> update(IntentSnapshot intent) {
    List<String> freed = new ArrayList<>();
    for (StaticPolicy old : List.copyOf(wanted.values())) {
      StaticPolicy now = intent.policies().get(old.name());
      if (now == null || intent.problems().containsKey(entry(now))) {
        wanted.remove(old.name());
        problems.remove(entry(old));
        withdraw(old.name());
        freed.addAll(budget.releasePolicy(old.name()));
      }
    }
    intent
        .policies()
        .forEach(
            (name, policy) -> {
              if (!intent.problems().containsKey(entry(policy))) {
                wanted.put(name, policy);
              }
            });
    return freed;
  }

  /**
   * Puts what is not in force yet and finds room; takes back what has none.
   *
   * @param retry does this again, for what fails for a reason that passes without a word
   * @return tunnels that may find room now
   */
  List<String> place(IntentSnapshot intent, Runnable retry) {
    again = retry;
    List<String> freed = new ArrayList<>();
    for (StaticPolicy policy : wanted.values()) {
      Result<Policy> claim = claim(policy, intent);
      if (claim.done()) {
        put(policy, claim.value().orElseThrow());
      } else if (claim.outcome().kind() != Outcome.Kind.UNAVAILABLE) {
        freed.addAll(refuse(policy, claim.outcome().reason()));
      } else if (!placed.containsKey(policy.name())) {
        problem(policy, claim.outcome().reason());
      }
    }
    return freed;
  }

  /**
   * It is not in force. What it discarded before stays discarded, as what a tunnel held stays held
   * when its new configuration cannot be carried out.
   */
  private List<String> refuse(StaticPolicy policy, String reason) {
    Policy before = placed.get(policy.name());
    if (before != null && before.action() instanceof PolicyAction.Discard) {
      problem(policy, reason + "; what it discarded before is still discarded");
      return List.of();
    }
    problem(policy, reason);
    withdraw(policy.name());
    return budget.releasePolicy(policy.name());
  }

  private void put(StaticPolicy policy, Policy claim) {
    Policy before = placed.get(policy.name());
    boolean same = before != null && sameExceptChild(before, claim);
    Policy now = same ? before : claim;
    if (asked.contains(now) || confirmed.contains(now)) {
      if (confirmed.contains(now)) {
        problems.remove(entry(policy));
      }
      return;
    }
    SpdService spd = services.spd;
    if (spd == null) {
      problem(policy, "waiting for service spd");
      return;
    }
    placed.put(policy.name(), now);
    asked.add(now);
    spd.put(now, TIMEOUT)
        .whenComplete(
            (outcome, error) ->
                loop.execute(
                    () ->
                        answered(
                            policy,
                            now,
                            error == null ? outcome : Outcome.unavailable("" + error))));
  }

  private static boolean sameExceptChild(Policy a, Policy b) {
    return a.equals(
        new Policy(a.child(), b.plane(), b.direction(), b.selectors(), b.priority(), b.action()));
  }

  private void answered(StaticPolicy policy, Policy claim, Outcome answer) {
    asked.remove(claim);
    if (placed.get(policy.name()) != claim) {
      return;
    }
    if (answer.done()) {
      confirmed.add(claim);
      problems.remove(entry(policy));
      removeOthers(policy.name(), claim.child());
    } else {
      problem(policy, answer.reason());
      retryLater();
    }
  }

  private void problem(StaticPolicy policy, String reason) {
    if (!reason.equals(problems.put(entry(policy), reason))) {
      LOG.warn("policy {} is not in force: {}", policy.name(), reason);
    }
  }

  private void retryLater() {
    if (!retrying) {
      retrying = true;
      loop.schedule(
          RETRY,
          () -> {
            retrying = false;
            again.run();
          });
    }
  }

  private void withdraw(String name) {
    Policy claim = placed.remove(name);
    confirmed.remove(claim);
    removeOthers(name, null);
  }

  /** Another SPD, or none: what stands has to be confirmed anew. */
  void spdChanged() {
    confirmed.clear();
    asked.clear();
  }

  // ---- what came before ---------------------------------------------------------------------

  /** Whether a claim of an earlier life does what a configured policy asks for, unreplaced yet. */
  boolean needs(ChildId old) {
    return old.uid().startsWith(UID) && wanted.containsKey(old.connection());
  }

  /** A claim goes after its successor stands, so that nothing passes between the two. */
  private void removeOthers(String name, ChildId except) {
    if (services.spd == null) {
      return;
    }
    services.spd.entries().stream()
        .map(entry -> entry.policy().child())
        .filter(child -> child.owner().name().equals(owner.name()))
        .filter(child -> child.uid().startsWith(UID) && child.connection().equals(name))
        .filter(child -> !child.equals(except))
        .distinct()
        .toList()
        .forEach(child -> services.spd.remove(child, TIMEOUT));
  }

  // ---- what a policy comes to ---------------------------------------------------------------

  private Result<Policy> claim(StaticPolicy policy, IntentSnapshot intent) {
    Optional<String> name =
        policy
            .dataPlane()
            .or(
                () ->
                    intent.dataPlanes().size() == 1
                        ? intent.dataPlanes().keySet().stream().findFirst()
                        : Optional.empty());
    if (name.isEmpty()) {
      return refused(
          intent.dataPlanes().isEmpty()
              ? "there is no data plane; configure one"
              : "it names no data plane, and there are several; set data-plane");
    }
    if (policy.localTs().isDynamic() || policy.remoteTs().isDynamic()) {
      return refused("it needs addresses on both sides; dynamic stands for those of a tunnel");
    }
    DataPlane plane = services.planes.get(name.get());
    if (plane == null) {
      return Result.failed(Outcome.unavailable("waiting for data plane " + name.get()));
    }
    boolean discards = !policy.action().equals("bypass");
    boolean rows =
        policy.direction() == Direction.OUTBOUND || plane.capabilities().inboundPolicies();
    if (discards && !rows) {
      return refused(
          "data plane "
              + name.get()
              + " has no inbound policies, so it cannot discard what comes in; do it in front of"
              + " the device");
    }
    SelectorPair pair =
        new SelectorPair(
            policy.localTs().resolve(policy.localTs().addresses().orElseThrow().first()),
            policy.remoteTs().resolve(policy.remoteTs().addresses().orElseThrow().first()));
    if (rows) {
      Result<String> place = plane.place(policy.direction(), pair);
      if (!place.done()) {
        return Result.failed(place.outcome());
      }
      Optional<String> lacking =
          budget.claimPolicy(policy.name(), plane, place.value().orElseThrow());
      if (lacking.isPresent()) {
        return Result.failed(Outcome.full(lacking.get()));
      }
    }
    return Result.ok(
        new Policy(
            new ChildId(owner, UID + owner.instance() + "-" + ++revision, policy.name()),
            name.get(),
            policy.direction(),
            pair,
            Policy.Priorities.STATIC + policy.priority(),
            discards ? new PolicyAction.Discard() : new PolicyAction.Bypass()));
  }

  private static <T> Result<T> refused(String reason) {
    return Result.failed(Outcome.refused(reason));
  }

  private static String entry(StaticPolicy policy) {
    return policy.list() + "=" + policy.name();
  }
}
