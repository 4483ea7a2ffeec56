package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Brings a place into a state. Whatever the way from one state to the other, a place that dropped
 * or protected before never lets a packet through in clear on the way.
 */
final class PutPolicyTask extends Task {

  private final PlaceRows place;
  private boolean keepDrops;
  private Map<RowKey, Optional<RowAction>> later = Map.of();

  private PutPolicyTask(Mirror mirror, PlaceRows place) {
    super(mirror);
    this.place = place;
  }

  /** A policy that takes no rows on this device. */
  static Task nothing(Mirror mirror) {
    return new Task(mirror) {
      @Override
      void onSa(Outcome outcome) {
        throw new IllegalStateException("a policy installs no SA");
      }
    };
  }

  /**
   * The SPD first, then drop becomes protect; a rekey is one change of the SPD row, and with
   * another peer's address one of each row, all of which protect.
   */
  static PutPolicyTask protect(Mirror mirror, PlaceRows place, SaEntry sa) {
    PutPolicyTask task = new PutPolicyTask(mirror, place);
    Map<RowKey, Optional<RowAction>> tx = place.wantProtect(sa);
    Map<RowKey, Optional<RowAction>> spd =
        place.wantSpd(Optional.of(RowAction.protect(sa.ref().index())));
    task.later = new LinkedHashMap<>(spd);
    task.later.putAll(tx);
    task.thenRows(() -> place.needsDropBefore(tx) ? place.wantDrop() : Map.of());
    task.thenRows(() -> spd);
    task.thenRows(() -> tx);
    return task;
  }

  /** Drop rows first; once they stand, the SPD row is of no use. */
  static PutPolicyTask hold(Mirror mirror, PlaceRows place) {
    PutPolicyTask task = new PutPolicyTask(mirror, place);
    // Were the drops undone, packets would go back to an SA that is about to end.
    task.keepDrops = true;
    task.thenRows(place::wantDrop);
    task.thenRows(() -> place.hasSpd() ? place.wantSpd(Optional.empty()) : Map.of());
    return task;
  }

  /** Clear text by order of the operator. */
  static PutPolicyTask bypass(Mirror mirror, PlaceRows place) {
    PutPolicyTask task = new PutPolicyTask(mirror, place);
    task.thenRows(() -> place.wantSpd(Optional.of(RowAction.bypass())));
    task.thenRows(place::wantNoTx);
    return task;
  }

  /** The program's default applies afterwards. */
  static PutPolicyTask remove(Mirror mirror, PlaceRows place) {
    PutPolicyTask task = new PutPolicyTask(mirror, place);
    task.keepDrops = true;
    task.thenRows(() -> place.hasSpd() && place.txActive() ? place.wantDrop() : Map.of());
    task.thenRows(() -> place.wantSpd(Optional.empty()));
    task.thenRows(place::wantNoTx);
    return task;
  }

  @Override
  Map<RowKey, Optional<RowAction>> later() {
    return undoing() ? Map.of() : later;
  }

  @Override
  protected boolean undoes(RowChange change) {
    return !keepDrops || change.before().isEmpty();
  }

  @Override
  void onSa(Outcome outcome) {
    throw new IllegalStateException("a policy installs no SA");
  }

  @Override
  public String toString() {
    return "policy " + place.spd();
  }
}
