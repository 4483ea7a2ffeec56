package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.Identity;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sp.SpdService;
import io.keyway.ike.engine.base.EngineServices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is still to be taken out of SAD and SPD: children of an earlier life of this engine, which
 * carry traffic until a new child of the same name and peer is up or their tunnel is removed, and
 * removals that a missing service did not hear. May be used from any thread.
 */
public final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private final EngineServices services;
  private final Duration timeout;
  private final Map<String, List<SecurityAssociation>> earlier = new ConcurrentHashMap<>();
  private final Set<ChildId> owedClaims = ConcurrentHashMap.newKeySet();
  private final Set<SaId> owedSas = ConcurrentHashMap.newKeySet();

  public Leftovers(EngineServices services, Duration timeout) {
    this.services = services;
    this.timeout = timeout;
  }

  /** Takes over what an earlier life left. */
  public void adopt(List<SecurityAssociation> associations) {
    for (SecurityAssociation association : associations) {
      earlier.compute(
          association.child().connection(),
          (name, known) -> {
            List<SecurityAssociation> all = new ArrayList<>(known == null ? List.of() : known);
            if (all.stream().noneMatch(a -> a.id().equals(association.id()))) {
              all.add(association);
            }
            return all;
          });
    }
    if (!associations.isEmpty()) {
      LOG.info(
          "{} SAs of an earlier life of the engine carry traffic until they are replaced",
          associations.size());
    }
  }

  /** Names of children that an earlier life left. */
  public Set<String> names() {
    return Set.copyOf(earlier.keySet());
  }

  /** How children of an IKE SA name its peer. */
  static String peer(IkeSa sa) {
    return sa.remoteId().map(Identity::toString).orElse("");
  }

  /** Whether something of an earlier life carries this child's traffic with this peer. */
  boolean has(String childName, String peer) {
    return earlier.getOrDefault(childName, List.of()).stream()
        .anyMatch(left -> left.child().mayBeOf(peer));
  }

  /** Removes what an earlier life left of a child, with whatever peers; outbound first. */
  public CompletableFuture<Void> remove(String childName) {
    return remove(childName, left -> true, Runnable::run);
  }

  /** Removes this very child, if an earlier life left it. */
  void remove(ChildId child) {
    remove(child.connection(), left -> left.uid().equals(child.uid()), Runnable::run);
  }

  /** Removes what stood for a child with the same peer. */
  void removeLike(ChildId child) {
    remove(child.connection(), left -> left.mayBeOf(child.peer()), Runnable::run);
  }

  /**
   * A child took over from those with the same peer. It may send under the old key for a while.
   *
   * @param later runs something when the old inbound SA has lingered long enough
   */
  void replace(ChildId child, Consumer<Runnable> later) {
    remove(child.connection(), left -> left.mayBeOf(child.peer()), later);
  }

  private CompletableFuture<Void> remove(
      String childName, Predicate<ChildId> which, Consumer<Runnable> inbound) {
    List<SecurityAssociation> left = new ArrayList<>();
    earlier.computeIfPresent(
        childName,
        (name, known) -> {
          List<SecurityAssociation> stay = new ArrayList<>();
          known.forEach(sa -> (which.test(sa.child()) ? left : stay).add(sa));
          return stay.isEmpty() ? null : stay;
        });
    if (left.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    LOG.info("child {}: {} SAs of an earlier life of the engine go", childName, left.size());
    List<CompletableFuture<?>> work = new ArrayList<>();
    left.stream().map(SecurityAssociation::child).distinct().forEach(c -> work.add(claims(c)));
    List<SaId> out = ids(left, Direction.OUTBOUND);
    out.forEach(id -> work.add(sa(id)));
    inbound.accept(() -> ids(left, Direction.INBOUND).forEach(id -> work.add(sa(id))));
    return CompletableFuture.allOf(work.toArray(CompletableFuture[]::new))
        .exceptionally(error -> null);
  }

  private static List<SaId> ids(List<SecurityAssociation> all, Direction direction) {
    return all.stream()
        .map(SecurityAssociation::id)
        .filter(id -> id.direction() == direction)
        .toList();
  }

  void owe(ChildId child) {
    owedClaims.add(child);
  }

  void owe(SaId id) {
    owedSas.add(id);
  }

  /** A service came: does what could not be done without it. */
  public void settle() {
    for (ChildId child : List.copyOf(owedClaims)) {
      if (services.spd().isPresent() && owedClaims.remove(child)) {
        claims(child);
      }
    }
    for (SaId id : List.copyOf(owedSas)) {
      if (services.sad().isPresent() && owedSas.remove(id)) {
        sa(id);
      }
    }
  }

  private CompletableFuture<Outcome> claims(ChildId child) {
    SpdService spd = services.spd().orElse(null);
    if (spd == null) {
      owe(child);
      return CompletableFuture.completedFuture(Outcome.unavailable("waiting for service spd"));
    }
    return spd.remove(child, timeout).toCompletableFuture();
  }

  private CompletableFuture<Outcome> sa(SaId id) {
    SadService sad = services.sad().orElse(null);
    if (sad == null) {
      owe(id);
      return CompletableFuture.completedFuture(Outcome.unavailable("waiting for service sad"));
    }
    return sad.remove(id, timeout).toCompletableFuture();
  }
}
