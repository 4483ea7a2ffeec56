package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sp.PolicyAction;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What changes touch, to tell which may run side by side. Each thing is touched in a mode: {@code
 * X} goes with nothing, any other mode goes with itself.
 */
final class Touch {

  private static final char EXCLUSIVE = 'X';
  private final Map<String, Character> things = new HashMap<>();

  static Touch of(List<PlaneChange> changes, Mirror mirror) {
    Touch touch = new Touch();
    changes.forEach(c -> touch.add(c, mirror));
    return touch;
  }

  static Touch of(PlaneChange change, Mirror mirror) {
    return of(List.of(change), mirror);
  }

  private void add(PlaneChange change, Mirror mirror) {
    if (change instanceof PlaneChange.AddSa add) {
      touch("sa " + add.sa().id().index(), EXCLUSIVE);
      if (add.sa().id().direction() == Direction.INBOUND) {
        touch("term " + term(add.sa().endpoints()), 'A');
      }
    } else if (change instanceof PlaneChange.RemoveSa remove) {
      long index = remove.sa().index();
      if (index <= 0 || index >= 1L << SaRef.INDEX_BITS) {
        return;
      }
      touch("sa " + index, EXCLUSIVE);
      mirror
          .sa(new SaRef(index, remove.sa().direction()))
          .ifPresent(sa -> touch("term " + term(Endpoints.of(sa.local(), sa.remote())), 'R'));
      for (RowKey spd : RemoveSaTask.users(mirror, index)) {
        touch("place " + spd.values(), EXCLUSIVE);
      }
    } else if (change instanceof PlaneChange.MoveSa move) {
      touch("sa " + move.sa().index(), EXCLUSIVE);
    } else if (change instanceof PlaneChange.PutPolicy put) {
      place(Selectors.of(put.selectors()).value());
      if (put.action() instanceof PolicyAction.Protect protect) {
        touch("sa " + protect.sa().index(), 'P');
      }
    } else if (change instanceof PlaneChange.RemovePolicy remove) {
      place(Selectors.of(remove.selectors()).value());
    }
  }

  private void place(Optional<Selectors> place) {
    place.ifPresent(
        p -> touch("place " + RowKey.spd(p.destination(), p.protocol()).values(), EXCLUSIVE));
  }

  private static String term(Endpoints endpoints) {
    return endpoints.remote().getHostAddress() + ">" + endpoints.local().getHostAddress();
  }

  private void touch(String thing, char mode) {
    things.merge(thing, mode, (a, b) -> a.equals(b) ? a : EXCLUSIVE);
  }

  /** True when both may run at the same time. */
  boolean goesWith(Touch other) {
    for (Map.Entry<String, Character> thing : things.entrySet()) {
      Character mode = other.things.get(thing.getKey());
      if (mode != null && (mode == EXCLUSIVE || !mode.equals(thing.getValue()))) {
        return false;
      }
    }
    return true;
  }

  void add(Touch other) {
    other.things.forEach(this::touch);
  }
}
