package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.ts.SelectorPair;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Everything that is asked of the device without changing rows. On the worker. */
final class Queries {

  private static final long INDEX_MASK = (1L << SaRef.INDEX_BITS) - 1;

  /** SPIs that are asked for at the same time. */
  private static final int SPIS_AT_ONCE = 32;

  /** SPIs whose index is taken that are skipped before giving up. */
  private static final int SPI_ATTEMPTS = 8;

  private static final Set<IpsecTable> COUNTED =
      Set.of(IpsecTable.SPD, IpsecTable.TX_CLASSIFICATION);

  private final Infrap4dSettings settings;
  private final PlaneWorker worker;
  private final AtomicLong tickets = new AtomicLong();
  private long readFor;

  Queries(Infrap4dSettings settings, PlaneWorker worker) {
    this.settings = settings;
    this.worker = worker;
  }

  private Outcome notReady() {
    return Outcome.unavailable(
        "data plane " + settings.name() + " is not ready: " + worker.status().reason());
  }

  /**
   * From the pool, or from the device; the pair's index is the low 24 bits of the SPI.
   *
   * @param waiting how many wait for one, this one included; the device is asked for all of them at
   *     the same time, and the others find theirs in the pool
   */
  Result<SpiLease> allocate(int waiting) {
    Optional<Device> device = worker.ready();
    if (device.isEmpty()) {
      return Result.failed(notReady());
    }
    Optional<SpiLease> pooled = worker.ledger().reuse();
    if (pooled.isPresent()) {
      return Result.ok(pooled.get());
    }
    try {
      for (int i = 0; i < SPI_ATTEMPTS; i++) {
        int count = i == 0 ? Math.max(1, Math.min(waiting, SPIS_AT_ONCE)) : 1;
        for (long spi : device.get().readSpis(count)) {
          long index = spi & INDEX_MASK;
          if (spi >= 256 && index != 0 && free(index)) {
            SpiLease lease =
                new SpiLease(settings.name(), new Spi(spi), index, worker.generation());
            worker.ledger().lease(lease);
            worker.ledger().release(lease);
          } else {
            worker.ledger().countLost();
          }
        }
        pooled = worker.ledger().reuse();
        if (pooled.isPresent()) {
          return Result.ok(pooled.get());
        }
      }
      return Result.failed(
          Outcome.unavailable(
              "infrap4d at "
                  + settings.gnmi()
                  + " gave "
                  + SPI_ATTEMPTS
                  + " SPIs in a row whose low 24 bits are in use or reserved; check"
                  + " quirks/spi-byte-order"));
    } catch (DeviceException e) {
      return Result.failed(Outcome.unavailable(e.getMessage()));
    }
  }

  private boolean free(long index) {
    return !worker.ledger().known(index) && !worker.mirror().indexInUse(index);
  }

  Outcome release(SpiLease lease) {
    if (!lease.generation().equals(worker.generation())) {
      return Outcome.absent("the lease is of an earlier generation");
    }
    if (lease.index() <= 0 || lease.index() > INDEX_MASK) {
      return Outcome.absent("no such index");
    }
    if (worker.mirror().indexInUse(lease.index())) {
      return Outcome.conflict("an SA lives under index " + lease.index() + "; remove it first");
    }
    return worker.ledger().release(lease)
        ? Outcome.ok()
        : Outcome.absent("the lease of index " + lease.index() + " is not out");
  }

  /** To be taken when a question is asked; tells which readings are new enough for it. */
  long ticket() {
    return tickets.incrementAndGet();
  }

  /**
   * Packets that went to an SA, by place, over all its rekeys; a place that never had one is left
   * out.
   */
  Map<SelectorPair, Usage> policyUsage(List<SelectorPair> pairs, long ticket) {
    return usage(pairs, ticket, worker.meter()::sent);
  }

  /** Packets that were dropped for want of an SA. */
  Map<SelectorPair, Usage> heldUsage(List<SelectorPair> pairs, long ticket) {
    return usage(pairs, ticket, worker.meter()::held);
  }

  /** One reading of the device answers every question that was asked before it began. */
  private Map<SelectorPair, Usage> usage(
      List<SelectorPair> pairs, long ticket, Function<RowKey, Optional<Usage>> of) {
    Optional<Device> device = worker.ready();
    if (device.isEmpty()) {
      return Map.of();
    }
    if (ticket > readFor) {
      long now = tickets.get();
      try {
        worker.meter().read(device.get().counters(COUNTED));
        readFor = now;
      } catch (DeviceException e) {
        return Map.of();
      }
    }
    Map<SelectorPair, Usage> result = new HashMap<>();
    for (SelectorPair pair : pairs) {
      Selectors.of(pair)
          .value()
          .flatMap(place -> of.apply(RowKey.spd(place.destination(), place.protocol())))
          .ifPresent(usage -> result.put(pair, usage));
    }
    return result;
  }

  Result<PlaneSnapshot> snapshot() {
    Optional<Device> device = worker.ready();
    if (device.isEmpty()) {
      return Result.failed(notReady());
    }
    try {
      List<PlaneSnapshot.Row> rows = new ArrayList<>();
      for (DeviceRow row : device.get().read(EnumSet.allOf(IpsecTable.class)).values()) {
        rows.add(
            new PlaneSnapshot.Row(
                row.key().table().shortName(),
                row.key().print(),
                row.actionName().substring(row.actionName().lastIndexOf('.') + 1),
                row.params(),
                worker.mirror().row(row.key()).isPresent()));
      }
      rows.sort(
          java.util.Comparator.comparing(PlaneSnapshot.Row::table)
              .thenComparing(row -> new java.util.TreeMap<>(row.key()).toString()));
      List<SaId> sas =
          worker.mirror().sas().stream()
              .filter(sa -> sa.state() == SaEntry.State.INSTALLED)
              .map(SaEntry::id)
              .toList();
      return Result.ok(new PlaneSnapshot(worker.generation(), rows, sas, false));
    } catch (DeviceException e) {
      return Result.failed(Outcome.unavailable(e.getMessage()));
    }
  }

  Outcome reconcile(String mode) {
    if (worker.ready().isEmpty()) {
      return notReady();
    }
    return switch (mode) {
      case "check" -> worker.check();
      case "repair" -> worker.audit();
      case "purge" -> worker.purge();
      default -> Outcome.refused("mode '" + mode + "' is not one of check, repair, purge");
    };
  }
}
