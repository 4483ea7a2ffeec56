package io.keyway.tunnels;

import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Owner;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Bypass and discard policies that the operator wrote. */
final class StaticPolicies {

  private static final Logger LOG = LoggerFactory.getLogger(StaticPolicies.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final Loop loop;
  private final Services services;
  private final Owner owner;
  private final Map<String, StaticPolicy> wanted = new HashMap<>();
  private final Map<String, Policy> placed = new HashMap<>();

  StaticPolicies(Loop loop, Services services, Owner owner) {
    this.loop = loop;
    this.services = services;
    this.owner = owner;
  }

  /** Takes the configured policies; what is no longer there is removed. */
  void update(IntentSnapshot intent) {
    for (String name : java.util.List.copyOf(placed.keySet())) {
      StaticPolicy now = intent.policies().get(name);
      if (now == null || !now.equals(wanted.get(name))) {
        remove(name);
      }
    }
    wanted.clear();
    intent
        .policies()
        .forEach(
            (name, policy) -> {
              if (!intent.problems().containsKey(policy.list() + "=" + name)) {
                wanted.put(name, policy);
              }
            });
    place(intent);
  }

  /** Puts what is not placed yet. */
  void place(IntentSnapshot intent) {
    if (services.spd == null) {
      return;
    }
    wanted.forEach(
        (name, policy) -> {
          if (!placed.containsKey(name)) {
            claim(name, policy, intent).ifPresent(claim -> put(name, claim, intent));
          }
        });
  }

  private void put(String name, Policy claim, IntentSnapshot intent) {
    SpdService spd = services.spd;
    placed.put(name, claim);
    spd.put(claim, TIMEOUT)
        .whenComplete(
            (outcome, error) ->
                loop.execute(
                    () -> {
                      Outcome answer = error == null ? outcome : Outcome.unavailable("" + error);
                      if (!answer.done() && placed.remove(name, claim)) {
                        LOG.warn("policy {} is not in force: {}", name, answer.reason());
                        loop.schedule(RETRY, () -> place(intent));
                      }
                    }));
  }

  private void remove(String name) {
    Policy claim = placed.remove(name);
    if (claim != null && services.spd != null) {
      services.spd.remove(claim.child(), TIMEOUT);
    }
  }

  private Optional<Policy> claim(String name, StaticPolicy policy, IntentSnapshot intent) {
    Optional<String> plane =
        policy.dataPlane().or(() -> intent.dataPlanes().keySet().stream().findFirst());
    if (plane.isEmpty() || policy.localTs().isDynamic() || policy.remoteTs().isDynamic()) {
      LOG.warn(
          "policy {} is not in force: it needs a data plane and addresses on both sides", name);
      return Optional.empty();
    }
    SelectorPair pair =
        new SelectorPair(
            policy.localTs().resolve(policy.localTs().addresses().orElseThrow().first()),
            policy.remoteTs().resolve(policy.remoteTs().addresses().orElseThrow().first()));
    PolicyAction action =
        policy.action().equals("bypass") ? new PolicyAction.Bypass() : new PolicyAction.Discard();
    return Optional.of(
        new Policy(
            new ChildId(owner, "static-" + owner.instance() + "-" + name, name),
            plane.get(),
            policy.direction(),
            pair,
            Policy.Priorities.STATIC + policy.priority(),
            action));
  }
}
