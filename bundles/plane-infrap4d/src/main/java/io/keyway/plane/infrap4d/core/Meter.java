package io.keyway.plane.infrap4d.core;

import io.keyway.api.sa.Usage;
import io.keyway.plane.infrap4d.pipeline.IpsecAction;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What places have sent and held since they were made, from the direct counters of their rows.
 *
 * <p>The device counts hits by row: both in the SPD and in tx classification, where a drop row
 * counts what it holds. Rows come and go with rekeys and losses of an SA, and no source says
 * whether the counter of a row goes on when the row is modified, so what is told here is a sum of
 * differences between readings: it never goes back, and nothing is in it twice. A device that
 * begins again on a modification is known as such from the first counter that went back; until then
 * what it counted between the last reading before and the modification may be missing.
 *
 * <p>What it knows of a place is noted whenever rows of the place change, together with what their
 * counters said last: between changes the device itself remembers, so that a Keyway that was killed
 * goes on from there and misses nothing.
 *
 * <p>Only the plane's worker uses it.
 */
final class Meter implements MirrorNotes.Counting {

  /** What a row said last, and what has happened to it since. */
  private static final class Row {
    private long packets;
    private long bytes;
    private boolean modified;
  }

  /** Sums of one place. */
  private static final class Total {
    private long packets;
    private long bytes;
    private long heldPackets;
    private long heldBytes;
    private boolean everProtected;
    private boolean everHeld;
    private boolean changed;
  }

  /** Growth of the rows of one table at one place since the last reading. */
  private static final class Growth {
    private long packets;
    private long bytes;
    private boolean counted;
  }

  private final Mirror mirror;
  private final Map<RowKey, Row> rows = new HashMap<>();
  private final Map<List<Long>, Total> totals = new HashMap<>();
  private boolean modifyResets;

  Meter(Mirror mirror) {
    this.mirror = mirror;
    mirror.watch(this::changed);
    mirror.notes().counting(this);
  }

  /** Destination and protocol; both tables begin with them. */
  private static List<Long> place(RowKey key) {
    return key.values().subList(0, 2);
  }

  private static boolean counts(RowKey key) {
    return key.table() == IpsecTable.SPD || key.table() == IpsecTable.TX_CLASSIFICATION;
  }

  /** A row was written, or was found to be something else. */
  private void changed(RowKey key, Optional<RowAction> before, Optional<RowAction> after) {
    if (!counts(key)) {
      return;
    }
    forget(key, before, after);
    note(place(key));
  }

  private void forget(RowKey key, Optional<RowAction> before, Optional<RowAction> after) {
    if (key.table() == IpsecTable.TX_CLASSIFICATION) {
      totals.computeIfAbsent(place(key), p -> new Total()).changed = true;
    }
    if (before.isEmpty() || after.isEmpty()) {
      rows.remove(key);
      return;
    }
    Row row = rows.get(key);
    if (row == null) {
      return;
    }
    if (modifyResets) {
      rows.remove(key);
    } else {
      row.modified = true;
    }
  }

  // ---- what outlives us --------------------------------------------------------------------

  private static List<RowKey> rowsOf(List<Long> place) {
    return List.of(
        new RowKey(IpsecTable.SPD, place),
        RowKey.txClassification(place.get(0), place.get(1), 0),
        RowKey.txClassification(place.get(0), place.get(1), 1));
  }

  /** A place of which nothing was counted yet is not worth a note. */
  private void note(List<Long> place) {
    List<MeterNote.Reading> readings = new ArrayList<>();
    for (RowKey key : rowsOf(place)) {
      Row row = rows.get(key);
      if (row != null && row.packets + row.bytes > 0) {
        readings.add(new MeterNote.Reading(key, row.packets, row.bytes));
      }
    }
    Total total = totals.get(place);
    boolean any = total != null && total.packets + total.heldPackets > 0;
    if (any || !readings.isEmpty()) {
      Total sum = total == null ? new Total() : total;
      mirror
          .notes()
          .counted(
              new MeterNote(
                  place,
                  new long[] {sum.packets, sum.bytes},
                  new long[] {sum.heldPackets, sum.heldBytes},
                  sum.everProtected,
                  sum.everHeld,
                  sum.changed,
                  readings));
    }
  }

  @Override
  public void noteAll() {
    totals.keySet().forEach(this::note);
  }

  @Override
  public void restore(MeterNote note) {
    Total total = new Total();
    total.packets = note.sent()[0];
    total.bytes = note.sent()[1];
    total.heldPackets = note.held()[0];
    total.heldBytes = note.held()[1];
    total.everProtected = note.everProtected();
    total.everHeld = note.everHeld();
    total.changed = note.changed();
    totals.put(note.place(), total);
    for (MeterNote.Reading reading : note.readings()) {
      Row row = new Row();
      row.packets = reading.packets();
      row.bytes = reading.bytes();
      rows.put(reading.row(), row);
    }
    note(note.place());
  }

  /** Takes a reading of both tables. */
  void read(Map<RowKey, Usage> counters) {
    Map<List<Long>, Growth> spd = new HashMap<>();
    Map<List<Long>, Growth> tx = new HashMap<>();
    counters.forEach(
        (key, usage) -> {
          Optional<RowAction> action = mirror.row(key);
          if (counts(key) && action.isPresent() && usage.packets().isPresent()) {
            boolean bypass = action.get().action() == IpsecAction.BYPASS;
            Growth growth = grown(key, usage);
            if (!bypass) {
              (key.table() == IpsecTable.SPD ? spd : tx).merge(place(key), growth, Meter::together);
            }
          }
        });
    Set<List<Long>> present = new HashSet<>();
    mirror
        .rows()
        .forEach(
            (key, action) -> {
              if (counts(key)) {
                present.add(place(key));
              }
            });
    totals
        .keySet()
        .removeIf(
            place -> {
              boolean gone = !present.contains(place);
              if (gone) {
                mirror.notes().countedGone(place);
              }
              return gone;
            });
    for (List<Long> place : present) {
      Total total = totals.computeIfAbsent(place, p -> new Total());
      add(
          total,
          place,
          spd.getOrDefault(place, new Growth()),
          tx.getOrDefault(place, new Growth()));
      total.changed = false;
    }
  }

  private Growth grown(RowKey key, Usage usage) {
    Row row = rows.computeIfAbsent(key, k -> new Row());
    long packets = usage.packets().getAsLong();
    long bytes = usage.bytes().orElse(0);
    boolean back = packets < row.packets || bytes < row.bytes;
    if (back && row.modified) {
      modifyResets = true;
    }
    Growth growth = new Growth();
    growth.counted = true;
    growth.packets = back ? packets : packets - row.packets;
    growth.bytes = back ? bytes : bytes - row.bytes;
    row.packets = packets;
    row.bytes = bytes;
    row.modified = false;
    return growth;
  }

  private static Growth together(Growth a, Growth b) {
    a.packets += b.packets;
    a.bytes += b.bytes;
    return a;
  }

  /**
   * While tx classification stays as it is it says all, and a rekey does not touch its rows. Over a
   * change from hold to protect the SPD, whose row begins then, says how much of it was protected.
   */
  private void add(Total total, List<Long> place, Growth spd, Growth tx) {
    total.everProtected |= protects(place);
    total.everHeld |= tx.counted;
    if (tx.counted && !total.changed && dropping(place)) {
      total.heldPackets += tx.packets;
      total.heldBytes += tx.bytes;
    } else if (tx.counted && !total.changed) {
      total.packets += tx.packets;
      total.bytes += tx.bytes;
    } else {
      total.packets += spd.packets;
      total.bytes += spd.bytes;
      total.heldPackets += Math.max(0, tx.packets - spd.packets);
      total.heldBytes += Math.max(0, tx.bytes - spd.bytes);
    }
  }

  private boolean protects(List<Long> place) {
    return mirror
        .row(new RowKey(IpsecTable.SPD, place))
        .filter(a -> a.action() == IpsecAction.PROTECT)
        .isPresent();
  }

  private boolean dropping(List<Long> place) {
    return java.util.stream.LongStream.of(0, 1)
        .mapToObj(v -> mirror.row(RowKey.txClassification(place.get(0), place.get(1), (int) v)))
        .anyMatch(a -> a.filter(r -> r.action() == IpsecAction.DROP).isPresent());
  }

  /** Packets that went to an SA; absent where none ever could. */
  Optional<Usage> sent(RowKey spd) {
    return Optional.ofNullable(totals.get(place(spd)))
        .filter(t -> t.everProtected)
        .map(t -> Usage.of(t.packets, t.bytes));
  }

  /** Packets that were dropped for want of an SA; absent where the device does not count them. */
  Optional<Usage> held(RowKey spd) {
    return Optional.ofNullable(totals.get(place(spd)))
        .filter(t -> t.everHeld)
        .map(t -> Usage.of(t.heldPackets, t.heldBytes));
  }
}
