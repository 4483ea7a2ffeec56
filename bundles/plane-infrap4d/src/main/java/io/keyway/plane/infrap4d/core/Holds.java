package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.PlaneStatus.Exposure;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.infrap4d.pipeline.DeviceRow;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts drop rows where the device has lost rows of ours in tx classification, ahead of everything
 * else: a program without rows forwards in clear, and until the databases have put their policies
 * anew only we know which traffic was ours. Also measures how long it was so.
 *
 * <p>No intent is noted ahead of these writes: the rows stand in the journal as ours already, and a
 * disk must not keep traffic in clear. Only the plane's worker uses it.
 */
final class Holds {

  private static final Logger LOG = LoggerFactory.getLogger(Holds.class);

  private final String plane;
  private final Mirror mirror;
  private final RowWriter rows;
  private final Clock clock;

  /** When all was well for the last time, as far as we know. */
  private Optional<Instant> good = Optional.empty();

  private Optional<Exposure> exposure = Optional.empty();

  Holds(String plane, Mirror mirror, RowWriter rows, Clock clock) {
    this.plane = plane;
    this.mirror = mirror;
    this.rows = rows;
    this.clock = clock;
  }

  /** The last time that contents were lost; empty when they never were. */
  Optional<Exposure> exposure() {
    return exposure;
  }

  /** Contact was lost now: what is lost on the device was there until now. */
  void contactLost() {
    good = Optional.of(clock.instant());
  }

  /** Everything was seen to be as it should be. */
  void seenGood() {
    good = Optional.of(clock.instant());
  }

  /**
   * Looks for our rows in tx classification, and puts drops where they are missing.
   *
   * @return why the device must have lost its contents; empty when no such row is missing
   */
  Optional<String> restore(Device device) throws DeviceException {
    List<RowKey> ours =
        mirror.rows().keySet().stream()
            .filter(key -> key.table() == IpsecTable.TX_CLASSIFICATION)
            .toList();
    if (ours.isEmpty()) {
      return Optional.empty();
    }
    Map<RowKey, DeviceRow> there = device.read(Set.of(IpsecTable.TX_CLASSIFICATION));
    Map<RowKey, Optional<RowAction>> drops = new LinkedHashMap<>();
    for (RowKey key : ours) {
      if (!there.containsKey(key) && !mirror.mayBeGone(key)) {
        drops.put(key, Optional.of(RowAction.drop()));
      }
    }
    if (drops.isEmpty()) {
      return Optional.empty();
    }
    open();
    drops.keySet().forEach(key -> mirror.set(key, Optional.empty()));
    long failed =
        rows.bring(device, drops).values().stream().filter(c -> !c.result().done()).count();
    if (failed == 0) {
      confirmed();
    } else {
      LOG.error(
          "data plane {}: {} of {} hold rows could not be put back; their traffic may be in clear",
          plane,
          failed,
          drops.size());
    }
    return Optional.of(
        drops.size()
            + " rows of "
            + IpsecTable.TX_CLASSIFICATION.shortName()
            + " were missing and are held again");
  }

  private void open() {
    if (exposure.isEmpty() || exposure.get().length().isPresent()) {
      exposure = Optional.of(new Exposure(good.orElseGet(clock::instant), Optional.empty()));
    }
  }

  /** The device has acknowledged that our traffic is held, or protected. */
  void confirmed() {
    if (exposure.isEmpty() || exposure.get().length().isPresent()) {
      return;
    }
    Instant since = exposure.get().since();
    Duration length = Duration.between(since, clock.instant());
    exposure = Optional.of(new Exposure(since, Optional.of(length)));
    LOG.warn(
        "data plane {}: it had lost its rows; all traffic of ours is held again, {} ms after they"
            + " were there for certain; packets may have passed in clear meanwhile",
        plane,
        length.toMillis());
  }
}
