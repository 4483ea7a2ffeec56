package io.keyway.northbound.store;

import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentChange;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryMapper;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import io.keyway.northbound.rules.ConfigMap;
import io.keyway.northbound.rules.ConfigRules;
import io.keyway.northbound.rules.PlaneRules;
import io.keyway.northbound.rules.Problem;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sorts the changes of one submission into good and bad, each against the configuration as all good
 * ones together would make it. Taking out a bad one may make another bad (a tunnel of a refused
 * gateway), so this goes on until nothing changes any more.
 */
final class Submission {

  private final ConfigMap before;
  private final List<IntentChange> changes;
  private final PlaneRules planeRules;
  private final Outcome[] outcomes;

  private Submission(ConfigMap before, List<IntentChange> changes, PlaneRules planeRules) {
    this.before = before;
    this.planeRules = planeRules;
    this.changes = changes;
    this.outcomes = new Outcome[changes.size()];
  }

  /** Returns one outcome per change; null for those that are to be made. */
  static List<Outcome> check(
      ConfigMap before, List<IntentChange> changes, boolean allOrNothing, PlaneRules planeRules) {
    Submission submission = new Submission(before, changes, planeRules);
    submission.run();
    if (allOrNothing) {
      submission.refuseTheRest();
    }
    return Arrays.asList(submission.outcomes);
  }

  private void run() {
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = alone(changes.get(i));
    }
    while (refuseWhatDoesNotFit()) {
      // again, without what was refused
    }
    Map<EntryRef, Integer> writes = new HashMap<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        writes.merge(ref(changes.get(i)), 1, Integer::sum);
      }
    }
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null
          && changes.get(i) instanceof IntentChange.Put put
          && writes.get(ref(put)) == 1
          && before.find(ref(put)).equals(Optional.of(put.value()))) {
        outcomes[i] = Outcome.same();
      }
    }
  }

  /** What can be told without looking at anything else. */
  private static Outcome alone(IntentChange change) {
    if (change instanceof IntentChange.Put put) {
      EntryRef entry = EntryRef.of(put.value());
      try {
        EntryMapper.read(entry.kind(), EntryMapper.write(put.value()));
        return null;
      } catch (InvalidEntryException e) {
        return Outcome.refused(new Problem(entry, e.node(), e.getMessage()).toString());
      }
    }
    IntentChange.Delete delete = (IntentChange.Delete) change;
    return EntryKind.ofPath(delete.list()).isPresent()
        ? null
        : Outcome.refused("'" + delete.list() + "' is not a list of the configuration");
  }

  private boolean refuseWhatDoesNotFit() {
    ConfigMap after = new ConfigMap(before);
    Map<EntryRef, Integer> last = new HashMap<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null && apply(i, after)) {
        last.put(ref(changes.get(i)), i);
      }
    }
    Set<EntryRef> written = new HashSet<>();
    Set<EntryRef> deleted = new HashSet<>();
    last.keySet().forEach(entry -> (after.exists(entry) ? written : deleted).add(entry));

    PlaneRules.Check planes = planeRules.on(before, after);
    Map<EntryRef, String> refused = new HashMap<>();
    for (EntryRef entry : written) {
      after
          .find(entry)
          .flatMap(value -> ConfigRules.checkWritten(value, after).or(() -> planes.of(value)))
          .ifPresent(problem -> refused.put(entry, problem.toString()));
    }
    for (Problem problem : ConfigRules.checkReferrers(written, deleted, after)) {
      EntryRef culprit = problem.cause().orElseThrow();
      refused.putIfAbsent(culprit, culprit + ": another entry needs it as it was; " + problem);
    }
    refused.forEach((entry, reason) -> outcomes[last.get(entry)] = Outcome.refused(reason));
    return !refused.isEmpty();
  }

  private boolean apply(int index, ConfigMap after) {
    EntryRef entry = ref(changes.get(index));
    if (changes.get(index) instanceof IntentChange.Put put) {
      after.put(entry, Optional.of(put.value()));
      return true;
    }
    if (!after.remove(entry)) {
      outcomes[index] = Outcome.absent("there is no " + entry);
      return false;
    }
    return true;
  }

  private void refuseTheRest() {
    Optional<String> bad =
        Arrays.stream(outcomes)
            .filter(o -> o != null && o.kind() == Outcome.Kind.REFUSED)
            .map(Outcome::reason)
            .findFirst();
    for (int i = 0; bad.isPresent() && i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        outcomes[i] =
            Outcome.refused("not made, because another change of the set is bad: " + bad.get());
      }
    }
  }

  static EntryRef ref(IntentChange change) {
    if (change instanceof IntentChange.Put put) {
      return EntryRef.of(put.value());
    }
    IntentChange.Delete delete = (IntentChange.Delete) change;
    return new EntryRef(EntryKind.ofPath(delete.list()).orElseThrow(), delete.name());
  }
}
