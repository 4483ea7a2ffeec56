package io.keyway.sad;

import io.keyway.api.plane.PlaneStatus.TableUse;
import io.keyway.api.plane.RowNeeds;
import io.keyway.api.sa.SadService.Purpose;
import java.util.Map;
import java.util.Optional;

/**
 * Whether the tables of a plane have room for another pair of SAs, so that a rekey never finds them
 * full between making the new pair and breaking the old. Guarded by the {@link SadTable}.
 *
 * <p>What a plane says that it uses holds everything that it confirmed. Pairs that are promised
 * room and not wholly confirmed are counted on top, so the sum errs on the safe side for the moment
 * between the first SA and the second.
 */
final class Rooms {

  private final SadTable table;

  /** Requests that were let in and have no SPI yet. */
  private int asking;

  Rooms(SadTable table) {
    this.table = table;
  }

  void asked() {
    asking++;
  }

  void answered() {
    asking--;
  }

  /** Empty when there is room; else which table has none, for people. */
  Optional<String> lacking(Purpose purpose) {
    if (table.plane == null) {
      return Optional.empty();
    }
    Map<String, Integer> pair = table.plane.rowNeeds().pair();
    if (pair.isEmpty()) {
      return Optional.empty();
    }
    long promised = asking + table.leases.promised();
    for (TableUse use : table.plane.status().tables()) {
      int rows = pair.getOrDefault(use.table(), 0);
      long kept = purpose == Purpose.NEW ? RowNeeds.keptForRekeys(use.size()) : 0;
      if (rows > 0 && use.used() + rows * (promised + 1 + kept) > use.size()) {
        return Optional.of(
            use.table()
                + " of data plane "
                + table.name
                + " ("
                + use.used()
                + " of "
                + use.size()
                + " rows are used"
                + (promised > 0 ? ", " + rows * promised + " are promised" : "")
                + (kept > 0 ? ", " + rows * kept + " are kept for rekeys" : "")
                + ")");
      }
    }
    return Optional.empty();
  }
}
