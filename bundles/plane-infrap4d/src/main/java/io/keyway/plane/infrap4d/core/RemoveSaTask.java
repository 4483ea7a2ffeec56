package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import io.keyway.plane.infrap4d.settings.Quirks;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes an SA with its rows. Policies that still send packets to it hold them from then on:
 * losing an SA turns protect back into hold, never into clear text.
 */
final class RemoveSaTask extends Task {

  private static final Logger LOG = LoggerFactory.getLogger(RemoveSaTask.class);

  private final SaRef ref;
  private final Optional<SaEntry> known;
  private final boolean certain;
  private final boolean last;
  private boolean again;

  /** Removes what the mirror knows. */
  RemoveSaTask(Mirror mirror, SaEntry sa, Quirks quirks) {
    super(mirror);
    this.ref = sa.ref();
    this.known = Optional.of(sa);
    this.certain = sa.state() == SaEntry.State.INSTALLED;
    this.last = false;
    if (ref.direction() == Direction.OUTBOUND) {
      List<PlaceRows> places =
          users(mirror, ref.index()).stream()
              .map(spd -> PlaceRows.of(mirror, spd, quirks))
              .toList();
      thenRows(() -> all(places, PlaceRows::wantDrop));
      thenRows(() -> all(places, p -> p.wantSpd(Optional.empty())));
    }
    thenRows(() -> rows(sa));
    then(() -> new Step.Delete(ref));
  }

  /** Tries to remove what may be there, without rows; what is absent now will not come any more. */
  RemoveSaTask(Mirror mirror, SaRef ref) {
    super(mirror);
    this.ref = ref;
    this.known = Optional.empty();
    this.certain = false;
    this.last = true;
    then(() -> new Step.Delete(ref));
  }

  /** Rows of the SPD that point to the SA, and those that may. */
  static Set<RowKey> users(Mirror mirror, long index) {
    Set<RowKey> users = new HashSet<>(mirror.protectedBy(index));
    mirror.suspects().stream().filter(k -> k.table() == IpsecTable.SPD).forEach(users::add);
    return users;
  }

  private static Map<RowKey, Optional<RowAction>> all(
      List<PlaceRows> places,
      java.util.function.Function<PlaceRows, Map<RowKey, Optional<RowAction>>> part) {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    places.forEach(p -> wanted.putAll(part.apply(p)));
    return wanted;
  }

  private Map<RowKey, Optional<RowAction>> rows(SaEntry sa) {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    if (sa.bare()) {
      return wanted;
    }
    boolean tunnel = sa.mode() == IpsecMode.TUNNEL;
    if (ref.direction() == Direction.INBOUND) {
      wanted.put(
          RowKey.rxClassification(sa.remote(), sa.local(), sa.id().spi().value()),
          Optional.empty());
      RowKey term = RowKey.tunnelTerm(sa.remote(), sa.local());
      if (tunnel && mirror.leaveTerm(term, ref)) {
        wanted.put(term, Optional.empty());
      }
    } else if (tunnel) {
      wanted.put(RowKey.tunnel(ref.index()), Optional.empty());
      wanted.put(RowKey.encapMod(ref.index()), Optional.empty());
    }
    return wanted;
  }

  @Override
  protected boolean undoes(RowChange change) {
    return false;
  }

  @Override
  protected void afterUndo() {
    // Rows could not be removed; the rest is done when the device can be asked again.
    mirror.markStale(ref);
  }

  @Override
  void onSa(Outcome outcome) {
    if (outcome.done()) {
      mirror.removeSa(ref);
      changed();
    } else if (outcome.kind() == Outcome.Kind.ABSENT) {
      if (certain && !again) {
        // "Not there" and "could not" have one answer; a second try tells a passing failure.
        again = true;
        then(() -> new Step.Delete(ref));
        return;
      }
      if (certain) {
        LOG.warn("{}", outcome.reason());
      }
      if (last) {
        mirror.removeSa(ref);
      } else {
        mirror.absent(ref);
      }
      end(outcome);
    } else {
      known.ifPresent(sa -> mirror.markStale(ref));
      end(outcome);
    }
  }

  @Override
  public String toString() {
    return "remove " + ref;
  }
}
