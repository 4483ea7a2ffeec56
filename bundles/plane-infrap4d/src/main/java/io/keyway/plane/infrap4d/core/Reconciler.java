package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneStatus.TableUse;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.device.RowOp;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the device with the mirror, and keeps its generation: a row of ours that is missing or
 * changed, another program, or no proof at all count as a restart, because a device that restarted
 * counts IVs and sequence numbers from the start. Only the plane's worker uses it.
 */
final class Reconciler {

  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  private final Infrap4dSettings settings;
  private final Mirror mirror;
  private final SpiLedger ledger;
  private final PlaneJournal journal;
  private final BatchRunner runner;
  private final Clock clock;
  private final Consumer<PlaneEvent> events;
  private Generation generation;
  private long cookie;
  private boolean met;
  private OptionalLong drift = OptionalLong.empty();
  private Optional<Instant> last = Optional.empty();

  Reconciler(
      Infrap4dSettings settings,
      Mirror mirror,
      SpiLedger ledger,
      PlaneJournal journal,
      BatchRunner runner,
      Clock clock,
      Consumer<PlaneEvent> events) {
    this.settings = settings;
    this.mirror = mirror;
    this.ledger = ledger;
    this.journal = journal;
    this.runner = runner;
    this.clock = clock;
    this.events = events;
    // Grows over restarts of the process as well: keys are remembered as burnt by generation.
    this.generation = new Generation(clock.millis());
  }

  Generation generation() {
    return generation;
  }

  OptionalLong drift() {
    return drift;
  }

  Optional<Instant> last() {
    return last;
  }

  /** Takes over what an earlier life of this plane noted. */
  void restore() {
    try {
      journal
          .restore(settings.identity(), mirror, ledger)
          .ifPresent(
              header -> {
                generation = header.generation();
                cookie = header.cookie();
                met = true;
                LOG.info(
                    "data plane {}: took over {} rows and {} SAs of generation {}, {} in doubt",
                    settings.name(),
                    mirror.rows().size(),
                    mirror.saCount(),
                    generation,
                    mirror.suspects().size());
              });
    } catch (IOException e) {
      LOG.warn("data plane {}: the saved state cannot be used: {}", settings.name(), e.toString());
    }
  }

  /** Notes which device this is, and which life of it. */
  void note() {
    if (met) {
      journal.header(new StateCodec.Header(settings.identity(), generation, cookie));
    }
  }

  /**
   * Decides whether the device lived on since we last looked.
   *
   * @param doubt why it cannot have, or may not have, when that is known already
   */
  void contact(Device device, Optional<String> doubt) throws DeviceException {
    Map<RowKey, DeviceRow> rows = device.read(EnumSet.allOf(IpsecTable.class));
    Comparison comparison = Comparison.of(mirror, rows);
    boolean first = !met;
    met = true;
    long before = cookie;
    cookie = device.pipeline().cookie();
    if (!first) {
      if (doubt.isPresent()) {
        newGeneration(comparison, rows, doubt.get());
      } else if (comparison.lost()) {
        newGeneration(comparison, rows, "after contact was lost " + comparison.describe());
      } else if (cookie != before) {
        newGeneration(comparison, rows, pushed());
      } else if (comparison.standing() == 0) {
        newGeneration(
            comparison, rows, "contact was lost and no row of ours can prove that it lived on");
      }
    }
    compared(comparison);
    note();
    sweep(device);
  }

  private String pushed() {
    return "the pipeline was pushed again (cookie " + cookie + ")";
  }

  /**
   * Looks whether all is as it was written.
   *
   * @param doubt why it is not, when that is known already
   * @return true when a new generation began
   */
  boolean audit(Device device, Optional<String> doubt) throws DeviceException {
    long now = device.probe();
    Map<RowKey, DeviceRow> rows = device.read(EnumSet.allOf(IpsecTable.class));
    Comparison comparison = Comparison.of(mirror, rows);
    compared(comparison);
    boolean pushed = now != cookie;
    cookie = now;
    boolean changed = comparison.lost() || pushed || doubt.isPresent();
    if (changed) {
      newGeneration(comparison, rows, pushed ? pushed() : doubt.orElseGet(comparison::describe));
      note();
    }
    sweep(device);
    return changed;
  }

  /**
   * A glance between two audits: the program, and one row of ours.
   *
   * @return false when something is not as it should be
   */
  boolean glance(Device device) throws DeviceException {
    if (device.probe() != cookie) {
      return false;
    }
    // Any row will do, for who sets a program empties every table.
    for (Map.Entry<RowKey, RowAction> row : mirror.rows().entrySet()) {
      if (!mirror.isSuspect(row.getKey())) {
        return device
            .read(row.getKey())
            .flatMap(DeviceRow::action)
            .equals(Optional.of(row.getValue()));
      }
    }
    return true;
  }

  /** Only looks. */
  void check(Device device) throws DeviceException {
    compared(Comparison.of(mirror, device.read(EnumSet.allOf(IpsecTable.class))));
  }

  /** Removes the rows that nobody here wrote, and the SAs that they led packets to. */
  void purge(Device device) throws DeviceException {
    Comparison comparison = Comparison.of(mirror, device.read(EnumSet.allOf(IpsecTable.class)));
    List<DeviceRow> unknown = comparison.unknown();
    List<RowResult> results =
        device.write(unknown.stream().map(r -> RowOp.delete(r.key())).toList());
    Set<Long> indexes = new TreeSet<>();
    Set<Long> inUse = new TreeSet<>();
    for (int i = 0; i < unknown.size(); i++) {
      (results.get(i).done() ? indexes : inUse).addAll(unknown.get(i).indexes());
    }
    indexes.removeAll(inUse);
    indexes.removeIf(index -> mirror.indexInUse(index) || ledger.known(index));
    List<Task> sas = new ArrayList<>();
    for (long index : indexes) {
      for (Direction direction : Direction.values()) {
        sas.add(new RemoveSaTask(mirror, new SaRef(index, direction)));
      }
    }
    runner.run(device, sas);
    check(device);
  }

  private void newGeneration(Comparison comparison, Map<RowKey, DeviceRow> rows, String reason) {
    Generation before = generation;
    generation = generation.next();
    comparison.missing().forEach(key -> mirror.set(key, Optional.empty()));
    comparison.changed().forEach(this::correct);
    mirror.markAllStale();
    ledger.clear(mirror::indexInUse);
    LOG.warn(
        "data plane {}: generation {} after {}: {}; {} rows are left of ours, {} on the device",
        settings.name(),
        generation,
        before,
        reason,
        mirror.rows().size(),
        rows.size());
    events.accept(new PlaneEvent.GenerationChanged(before, generation, reason));
  }

  /** Notes what a row really is; an action that we never write leaves it suspect. */
  private void correct(DeviceRow row) {
    mirror.set(row.key(), row.action());
    if (row.action().isEmpty()) {
      mirror.suspect(row.key(), MirrorNotes.Doubt.OTHER);
    }
  }

  private void compared(Comparison comparison) {
    comparison.returned().forEach(this::correct);
    comparison.gone().forEach(key -> mirror.set(key, Optional.empty()));
    mirror.strangers(comparison.strangers());
    drift = OptionalLong.of(comparison.drift());
    last = Optional.of(clock.instant());
  }

  /** Removes SAs that should not be there any more, once no row sends packets to them. */
  void sweep(Device device) {
    List<Task> tasks = new ArrayList<>();
    for (SaEntry sa : mirror.stale()) {
      if (sa.ref().direction() == Direction.INBOUND
          || RemoveSaTask.users(mirror, sa.ref().index()).isEmpty()) {
        tasks.add(new RemoveSaTask(mirror, sa, settings.quirks()));
      }
    }
    runner.run(device, tasks);
  }

  /** Rows that are ours, and those of others, against the sizes of the tables. */
  List<TableUse> tables(Device device) {
    Map<IpsecTable, Long> strangers = new EnumMap<>(IpsecTable.class);
    mirror.strangers().keySet().forEach(k -> strangers.merge(k.table(), 1L, Long::sum));
    return Arrays.stream(IpsecTable.values())
        .map(
            t ->
                new TableUse(
                    t.shortName(),
                    mirror.count(t) + strangers.getOrDefault(t, 0L),
                    device.pipeline().size(t)))
        .toList();
  }
}
