package io.keyway.plane.infrap4d.core;

import io.keyway.api.plane.PlaneEvent;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.PlaneMemory;
import java.time.Clock;
import java.util.function.Consumer;

/** What is known of one device, and those who work with it; all of it on the plane's thread. */
final class Parts {

  final Infrap4dSettings settings;
  final Mirror mirror;
  final SpiLedger ledger;
  final RowWriter rows;
  final BatchRunner runner;
  final Reconciler reconciler;
  final Holds holds;
  final Meter meter;

  /**
   * @param changedLife hears that the device began another life
   */
  Parts(
      Infrap4dSettings settings,
      PlaneMemory memory,
      Clock clock,
      Consumer<PlaneEvent> changedLife) {
    this.settings = settings;
    PlaneJournal journal = new PlaneJournal(memory, settings.name());
    mirror = new Mirror(journal);
    ledger = new SpiLedger(journal);
    rows = new RowWriter(mirror, settings.claims());
    runner = new BatchRunner(new TaskFactory(settings, mirror, ledger), mirror, rows, journal);
    reconciler = new Reconciler(settings, mirror, ledger, journal, runner, clock, changedLife);
    journal.everything(
        () -> {
          reconciler.note();
          mirror.noteAll();
          ledger.noteAll();
        });
    holds = new Holds(settings.name(), mirror, rows, clock);
    meter = new Meter(mirror);
  }
}
