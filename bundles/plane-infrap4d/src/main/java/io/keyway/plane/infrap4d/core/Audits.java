package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.plane.infrap4d.device.Device;
import io.keyway.plane.infrap4d.device.DeviceException;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.PlaneThread;
import java.time.Clock;
import java.time.Duration;

/**
 * Looks, while we lead, whether the device is as it was written: now and then, when an answer does
 * not fit, and on demand. On the plane's thread.
 */
final class Audits {

  /** Answers that do not fit the mirror lead to a look at the tables this often at most. */
  private static final Duration DOUBT_REST = Duration.ofSeconds(1);

  private final Parts parts;
  private final Session session;
  private final StatusBoard board;
  private final PlaneThread thread;
  private final Clock clock;
  private final Events events;
  private final Warnings warnings;
  private final LateSets lateSets;
  private final Repeats looks;
  private boolean doubtScheduled;

  Audits(
      Parts parts,
      Session session,
      StatusBoard board,
      PlaneThread thread,
      Clock clock,
      Events events,
      Warnings warnings,
      LateSets lateSets) {
    this.parts = parts;
    this.session = session;
    this.board = board;
    this.thread = thread;
    this.clock = clock;
    this.events = events;
    this.warnings = warnings;
    this.lateSets = lateSets;
    this.looks = new Repeats(thread::later);
  }

  void begin() {
    looks.end();
    lateSets.look();
    looks.every(parts.settings.timing().audit(), this::audit);
    looks.every(parts.settings.timing().probe(), this::glance);
  }

  void end() {
    looks.end();
  }

  /** Only what the next connection needs is looked at. */
  void standBy() {
    looks.end();
    looks.every(
        Warnings.PERIOD,
        () -> {
          warnings.look();
          board.refresh();
        });
  }

  /** Between audits: a program that was set again leaves all traffic in clear until we look. */
  private void glance() {
    warnings.look();
    boolean[] good = {false};
    if (look(device -> good[0] = parts.reconciler.glance(device)).done()) {
      if (good[0]) {
        parts.holds.seenGood();
      } else {
        audit();
      }
    }
  }

  /** At once, but not for every failure of one tunnel. */
  void soon() {
    boolean rested =
        parts.reconciler.last().map(l -> l.plus(DOUBT_REST).isBefore(clock.instant())).orElse(true);
    if (rested) {
      audit();
    } else if (!doubtScheduled) {
      doubtScheduled = true;
      thread.later(
          DOUBT_REST,
          () -> {
            doubtScheduled = false;
            if (board.status().ready()) {
              audit();
            }
          });
    }
  }

  /** Looks whether all is as it was written; a row that is not means a device that is not. */
  Outcome audit() {
    return look(
        device -> {
          if (parts.reconciler.audit(device, parts.holds.restore(device))) {
            // To those who only wait for a plane to come up it just did.
            board.refresh();
            events.emit(new PlaneEvent.Up(parts.reconciler.generation()));
          }
        });
  }

  /** Only looks. */
  Outcome check() {
    return look(parts.reconciler::check);
  }

  /** Removes the rows that nobody here wrote. */
  Outcome purge() {
    Outcome audited = audit();
    if (!audited.done()) {
      return audited;
    }
    Outcome purged = look(parts.reconciler::purge);
    long left = parts.reconciler.drift().orElse(0);
    return purged.done() && left > 0
        ? Outcome.unavailable(left + " rows could not be removed; see the log")
        : purged;
  }

  /** Something that reads the device back; losing it on the way is an answer too. */
  @FunctionalInterface
  private interface Look {
    void at(Device device) throws DeviceException;
  }

  private Outcome look(Look what) {
    Device device = session.device().orElse(null);
    if (device == null) {
      return Outcome.unavailable(board.status().reason());
    }
    try {
      what.at(device);
      lateSets.look();
      board.refresh();
      return Outcome.ok();
    } catch (DeviceException e) {
      session.lost(e);
      return Outcome.unavailable(e.getMessage());
    }
  }
}
