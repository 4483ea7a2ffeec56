package io.keyway.northbound.device;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SaKeys;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.northbound.Services;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * SAs that people write, on the data planes that allow it. They go straight to the SAD and are
 * stored nowhere. One is written at a time.
 *
 * <p>The device model has neither outer addresses nor selectors, so such an SA is an entry of the
 * device's SAD and nothing else: which packets go through it is said by rows of somebody else.
 */
public final class ManualSas {

  /** Reserved SPIs of one plane that no SA uses; the device takes none back. */
  static final int MAX_UNUSED = 64;

  private static final List<SelectorPair> ANYTHING =
      List.of(
          new SelectorPair(
              TrafficSelector.prefix(Endpoints.NONE.local(), 0),
              TrafficSelector.prefix(Endpoints.NONE.remote(), 0)));

  private record Place(String plane, long index) {}

  private final Services services;
  private final String instance;
  // Guarded by itself; reserved here and not gone since.
  private final Map<Place, SpiLease> leases = new HashMap<>();
  private boolean writing;

  /**
   * Nothing is reserved yet.
   *
   * @param instance this life of the owner
   */
  public ManualSas(Services services, String instance) {
    this.services = services;
    this.instance = instance;
  }

  /** Takes over what an earlier life has left. */
  public void adopt(SadService sad) {
    sad.adopt(Owner.MANUAL, instance);
  }

  /** Why the caller of this thread's request may not write on a plane now. */
  public Optional<String> refusal(String plane) {
    boolean allowed =
        services
            .intents
            .get()
            .map(store -> store.snapshot().dataPlanes().get(plane))
            .map(PlaneConfig::allowManualSa)
            .orElse(false);
    if (!allowed) {
      return Optional.of(
          "manual SAs are not enabled: its SAs come from IKE only and can be read; configure a"
              + " tunnel instead, or set allow-manual-sa of the data plane");
    }
    return CallerRole.granted()
        ? Optional.empty()
        : Optional.of(
            "you do not have the role "
                + CallerRole.MANUAL_SA
                + ", which writing SAs by hand takes");
  }

  /** Reserves an inbound SPI for a pair. Call it on the thread of the request. */
  public CompletionStage<Result<SpiLease>> reserve(String plane, Duration timeout) {
    Optional<String> refusal = refusal(plane);
    if (refusal.isPresent()) {
      return CompletableFuture.completedFuture(Result.failed(Outcome.refused(refusal.get())));
    }
    SadService sad = services.sad.get().orElse(null);
    if (sad == null) {
      return CompletableFuture.completedFuture(Result.failed(noSad()));
    }
    List<SadService.Entry> entries = sad.entries();
    synchronized (leases) {
      Optional<Generation> now = services.plane(plane).map(DataPlane::generation);
      leases
          .values()
          .removeIf(l -> l.plane().equals(plane) && !now.equals(Optional.of(l.generation())));
      long unused =
          leases.values().stream()
              .filter(l -> l.plane().equals(plane))
              .filter(l -> entries.stream().noneMatch(e -> e.sa().lease().equals(l)))
              .count();
      if (unused >= MAX_UNUSED) {
        return CompletableFuture.completedFuture(
            Result.failed(
                Outcome.refused(
                    MAX_UNUSED + " SPIs are reserved and not used; write their SAs first")));
      }
    }
    return sad.reserve(plane, timeout)
        .thenApply(
            result -> {
              synchronized (leases) {
                result.value().ifPresent(l -> leases.put(new Place(plane, l.index()), l));
              }
              return result;
            });
  }

  private static Outcome noSad() {
    return Outcome.unavailable("the service sad is not there; wait until it is");
  }

  /** Installs an SA; its key is closed, whatever comes of it. */
  CompletionStage<Outcome> add(String plane, ManualSa wanted, Duration timeout) {
    SadService sad = services.sad.get().orElse(null);
    Outcome refused = sad == null ? noSad() : begin();
    if (refused != null) {
      wanted.key().close();
      return CompletableFuture.completedFuture(refused);
    }
    Result<SpiLease> lease = lease(sad, plane, wanted);
    if (!lease.done()) {
      wanted.key().close();
      end();
      return CompletableFuture.completedFuture(lease.outcome());
    }
    return sad.add(
            association(plane, wanted, lease.value().orElseThrow()),
            new SaKeys(wanted.key(), SecretBytes.empty()),
            timeout)
        .whenComplete((outcome, fault) -> end());
  }

  private Outcome begin() {
    synchronized (leases) {
      if (writing) {
        return Outcome.unavailable("another SA is being written by hand; try again");
      }
      writing = true;
      return null;
    }
  }

  private void end() {
    synchronized (leases) {
      writing = false;
    }
  }

  private Result<SpiLease> lease(SadService sad, String plane, ManualSa wanted) {
    List<SadService.Entry> there = at(sad, plane, wanted.index());
    for (SadService.Entry entry : there) {
      if (entry.sa().id().direction() == wanted.direction()) {
        return Result.failed(
            Outcome.conflict(
                "there is an SA at this place already ("
                    + entry.state()
                    + "), and the device changes none; delete it, reserve an SPI, and write a new"
                    + " one with a new key"));
      }
    }
    Optional<SpiLease> lease =
        there.stream()
            .map(SadService.Entry::sa)
            .filter(sa -> sa.child().owner().name().equals(Owner.MANUAL))
            .map(SecurityAssociation::lease)
            .findFirst()
            .or(() -> reserved(plane, wanted.index()));
    if (lease.isEmpty()) {
      return Result.failed(
          Outcome.absent(
              "offload-id "
                  + wanted.index()
                  + " is not reserved: only the device gives them; call the operation"
                  + " keyway-ipsec:reserve-spi and use its offload-id and spi"));
    }
    boolean inbound = wanted.direction() == Direction.INBOUND;
    if (inbound && !lease.get().spi().equals(wanted.spi())) {
      return Result.failed(
          Outcome.refused(
              "the inbound SA of offload-id "
                  + wanted.index()
                  + " has the spi "
                  + lease.get().spi().value()
                  + ", which was reserved with it, and not "
                  + wanted.spi().value()));
    }
    return Result.ok(lease.get());
  }

  private Optional<SpiLease> reserved(String plane, long index) {
    synchronized (leases) {
      return Optional.ofNullable(leases.get(new Place(plane, index)));
    }
  }

  private SecurityAssociation association(String plane, ManualSa wanted, SpiLease lease) {
    String uid = plane + "/" + lease.generation() + "/" + lease.index();
    return new SecurityAssociation(
        new SaId(plane, wanted.direction(), wanted.spi(), Endpoints.NONE.remote(), wanted.index()),
        new ChildId(new Owner(Owner.MANUAL, instance), uid, "manual-" + lease.index()),
        lease,
        wanted.encryption(),
        IntegrityAlgorithm.NONE,
        wanted.esn(),
        wanted.replayWindow(),
        wanted.mode(),
        Endpoints.NONE,
        ANYTHING,
        wanted.lifetime());
  }

  /** Removes an SA that was written by hand. */
  CompletionStage<Outcome> remove(String plane, ManualSaReader.Key key, Duration timeout) {
    SadService sad = services.sad.get().orElse(null);
    if (sad == null) {
      return CompletableFuture.completedFuture(noSad());
    }
    for (SadService.Entry entry : at(sad, plane, key.index())) {
      SecurityAssociation sa = entry.sa();
      if (sa.id().direction() != key.direction()) {
        continue;
      }
      if (!sa.child().owner().name().equals(Owner.MANUAL)) {
        return CompletableFuture.completedFuture(
            Outcome.refused(
                "this SA was negotiated for " + sa.child().connection() + "; terminate that"));
      }
      return sad.remove(sa.id(), timeout)
          .thenApply(outcome -> removed(sad, plane, key.index(), outcome));
    }
    return CompletableFuture.completedFuture(Outcome.absent("there is no such SA"));
  }

  private Outcome removed(SadService sad, String plane, long index, Outcome outcome) {
    if (outcome.gone() && at(sad, plane, index).isEmpty()) {
      synchronized (leases) {
        leases.remove(new Place(plane, index));
      }
    }
    return outcome.gone() ? Outcome.ok() : outcome;
  }

  private static List<SadService.Entry> at(SadService sad, String plane, long index) {
    return sad.entries().stream()
        .filter(e -> e.sa().id().plane().equals(plane) && e.sa().id().index() == index)
        .toList();
  }
}
