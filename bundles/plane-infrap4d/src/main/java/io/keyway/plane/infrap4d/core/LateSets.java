package io.keyway.plane.infrap4d.core;

import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.support.PlaneThread;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Removes once more what a Set may have installed after it was given up. A device that is slow can
 * come to an install after its removal, which it answered with "not there", and gNMI has nothing
 * that would stop it: no time limit of ours, no election id. On the plane's thread.
 */
final class LateSets {

  private final Parts parts;
  private final PlaneThread thread;
  private final Supplier<Optional<Device>> ready;
  private final Set<SaRef> waiting = new HashSet<>();

  /**
   * @param ready the device while we lead
   */
  LateSets(Parts parts, PlaneThread thread, Supplier<Optional<Device>> ready) {
    this.parts = parts;
    this.thread = thread;
    this.ready = ready;
  }

  /** How long after the first removal the second one comes: twice as long as any call lasts. */
  private Duration settle() {
    return parts.settings.timing().rpc().multipliedBy(2);
  }

  /** To be called after anything that removes SAs. */
  void look() {
    List<SaRef> found = parts.mirror.late().stream().filter(waiting::add).toList();
    if (!found.isEmpty()) {
      thread.later(settle(), () -> again(found));
    }
  }

  private void again(List<SaRef> refs) {
    refs.forEach(waiting::remove);
    // Without the lead nothing may be removed; whoever gets it back looks anew.
    ready
        .get()
        .ifPresent(
            device -> {
              List<SaRef> late = parts.mirror.late();
              List<Task> tasks =
                  refs.stream()
                      .filter(late::contains)
                      .<Task>map(ref -> new RemoveSaTask(parts.mirror, ref))
                      .toList();
              parts.runner.run(device, tasks);
              refs.stream()
                  .map(SaRef::index)
                  .filter(index -> !parts.mirror.indexInUse(index))
                  .forEach(parts.ledger::forget);
              look();
            });
  }
}
