package io.keyway.plane.infrap4d.core;

import io.keyway.api.Outcome;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One change on its way: steps, one after the other, and their undoing when one fails. The runner
 * takes the next step of many tasks at a time, so that they share a Write.
 */
abstract class Task {

  protected final Mirror mirror;
  private final Deque<Supplier<Step>> todo = new ArrayDeque<>();
  private final List<List<RowChange>> done = new ArrayList<>();
  private Outcome failure;
  private boolean undoing;
  private boolean changed;

  Task(Mirror mirror) {
    this.mirror = mirror;
  }

  /** Adds a step; what it wants is decided when its turn comes. Null: nothing after all. */
  protected final void then(Supplier<Step> step) {
    todo.add(step);
  }

  /** Adds a step that brings rows into a state. */
  protected final void thenRows(Supplier<Map<RowKey, Optional<RowAction>>> wanted) {
    then(() -> new Step.Rows(wanted.get()));
  }

  final Step next() {
    while (!todo.isEmpty()) {
      Step step = todo.poll().get();
      if (step != null && !(step instanceof Step.Rows rows && rows.wanted().isEmpty())) {
        return step;
      }
    }
    return new Step.Done(failure != null ? failure : changed ? Outcome.ok() : Outcome.same());
  }

  /** Rows that later steps will want if all goes well; noted in advance. No effects. */
  Map<RowKey, Optional<RowAction>> later() {
    return Map.of();
  }

  /** Rows that were right already are not in here. */
  final void onRows(List<RowChange> changes) {
    if (undoing) {
      changes.stream()
          .filter(c -> !c.result().done())
          .findFirst()
          .ifPresent(
              bad -> {
                // What is left was to be undone after this, and may be safe only after it.
                todo.clear();
                undoFailed(bad.result().reason());
              });
      return;
    }
    List<RowChange> maybe =
        changes.stream()
            .filter(c -> c.result().done() || c.result().kind() == RowResult.Kind.UNKNOWN)
            .toList();
    if (!maybe.isEmpty()) {
      changed = true;
      done.add(maybe);
    }
    changes.stream()
        .filter(c -> !c.result().done())
        .findFirst()
        .ifPresent(bad -> fail(outcome(bad.result())));
  }

  /** The answer to an {@link Step.Insert} or {@link Step.Delete}. */
  abstract void onSa(Outcome outcome);

  protected final void changed() {
    changed = true;
  }

  protected final boolean undoing() {
    return undoing;
  }

  /** Ends the task with this outcome, without further steps. */
  protected final void end(Outcome outcome) {
    failure = outcome;
    todo.clear();
  }

  /** Gives up: undoes what was done, last first, then whatever {@link #afterUndo} adds. */
  protected final void fail(Outcome outcome) {
    end(outcome);
    undoing = true;
    for (int i = done.size() - 1; i >= 0; i--) {
      List<RowChange> changes = done.get(i);
      thenRows(() -> before(changes));
    }
    afterUndo();
  }

  private Map<RowKey, Optional<RowAction>> before(List<RowChange> changes) {
    Map<RowKey, Optional<RowAction>> wanted = new LinkedHashMap<>();
    for (RowChange change : changes) {
      boolean shared =
          change.key().table() == IpsecTable.TUNNEL_TERM && mirror.termUsed(change.key());
      if (!shared && undoes(change)) {
        wanted.put(change.key(), change.before());
      }
    }
    return wanted;
  }

  /** False for a change that must stay when a later one fails. */
  protected boolean undoes(RowChange change) {
    return true;
  }

  /** Adds steps that come after the rows were undone. */
  protected void afterUndo() {}

  /** What was done stays, and the mirror says so. */
  protected void undoFailed(String reason) {
    failure = Outcome.unknown(failure.reason() + "; and it could not be undone: " + reason);
  }

  static Outcome outcome(RowResult result) {
    return switch (result.kind()) {
      case DONE -> Outcome.ok();
      case EXISTS ->
          Outcome.conflict(result.reason() + "; the row belongs to somebody else: remove it there");
      case FULL -> Outcome.full("the table is full: " + result.reason());
      case REFUSED -> Outcome.refused(result.reason());
      case MISSING, UNAVAILABLE -> Outcome.unavailable(result.reason());
      case UNKNOWN -> Outcome.unknown(result.reason());
    };
  }
}
