package io.keyway.plane.vrouter.core;

import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.plane.vrouter.message.PolicyMessages;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What was confirmed to be on the router. What is in doubt stands in neither set until the next
 * look. On the plane's thread.
 */
final class Mirror {

  /** What an SA is to the agent: outbound SPIs are the peer's, unique with its address. */
  record SaKey(Direction direction, long spi, Object destination) {
    static SaKey of(SaId sa) {
      return new SaKey(
          sa.direction(),
          sa.spi().value(),
          sa.direction() == Direction.INBOUND ? "" : sa.destination());
    }
  }

  private final Map<SaKey, SaId> sas = new HashMap<>();
  private final Map<PolicyPlace, Policy> policies = new HashMap<>();
  private final Set<SaKey> doubtfulSas = new HashSet<>();
  private final Set<PolicyPlace> doubtfulPolicies = new HashSet<>();
  private Consumer<PolicyPlace> gone = place -> {};
  private Consumer<Spi> used = spi -> {};
  private int inbound;
  private boolean known;
  private long moved;

  /** Is told of places that were emptied by our own wish. */
  void whenGone(Consumer<PolicyPlace> listener) {
    gone = listener;
  }

  /** Is told of inbound SPIs that an SA came to have. */
  void whenUsed(Consumer<Spi> listener) {
    used = listener;
  }

  /** Inbound SAs. */
  int inbound() {
    return inbound;
  }

  /** False until what is there was taken over, or nothing can be there. */
  boolean known() {
    return known;
  }

  /** Nothing is there, in a new life. */
  void clear() {
    sas.clear();
    inbound = 0;
    policies.clear();
    doubtfulSas.clear();
    doubtfulPolicies.clear();
    known = true;
  }

  /** What is there was taken over. */
  void taken() {
    known = true;
  }

  Map<SaKey, SaId> sas() {
    return sas;
  }

  Map<PolicyPlace, Policy> policies() {
    return policies;
  }

  Set<SaKey> doubtfulSas() {
    return doubtfulSas;
  }

  Set<PolicyPlace> doubtfulPolicies() {
    return doubtfulPolicies;
  }

  /** Grows with every change, so that who looked before can tell. */
  long version() {
    return moved;
  }

  void added(SaId sa) {
    moved++;
    doubtfulSas.remove(SaKey.of(sa));
    if (sas.put(SaKey.of(sa), sa) == null && sa.direction() == Direction.INBOUND) {
      inbound++;
      used.accept(sa.spi());
    }
  }

  void removed(SaId sa) {
    moved++;
    doubtfulSas.remove(SaKey.of(sa));
    take(sa);
  }

  private void take(SaId sa) {
    if (sas.remove(SaKey.of(sa)) != null && sa.direction() == Direction.INBOUND) {
      inbound--;
    }
  }

  void doubt(SaId sa) {
    moved++;
    take(sa);
    doubtfulSas.add(SaKey.of(sa));
  }

  void put(Policy policy) {
    moved++;
    doubtfulPolicies.remove(PolicyMessages.placeOf(policy));
    policies.put(PolicyMessages.placeOf(policy), policy);
  }

  void removed(PolicyPlace place) {
    moved++;
    doubtfulPolicies.remove(place);
    policies.remove(place);
    gone.accept(place);
  }

  void doubt(PolicyPlace place) {
    moved++;
    policies.remove(place);
    doubtfulPolicies.add(place);
  }

  /** The SA that an event names, whose destination may be missing. */
  Optional<SaId> find(Direction direction, long spi, Optional<java.net.InetAddress> destination) {
    Object key = direction == Direction.INBOUND ? "" : destination.orElse(null);
    return key == null
        ? Optional.empty()
        : Optional.ofNullable(sas.get(new SaKey(direction, spi, key)));
  }
}
