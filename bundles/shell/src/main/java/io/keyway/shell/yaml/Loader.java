package io.keyway.shell.yaml;

import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretStore;
import io.keyway.api.store.SecretStore.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Loads a file: its keys into the secret store, its entries into the configuration. When anything
 * fails, the secret store is as it was, and nothing of the file is configured.
 */
public final class Loader {

  private final IntentStore intent;
  private final SecretStore secrets;

  public Loader(IntentStore intent, SecretStore secrets) {
    this.intent = intent;
    this.secrets = secrets;
  }

  /**
   * What a load did.
   *
   * @param loaded true when everything was taken over
   * @param lines for the operator, in order; no secrets
   */
  public record Report(boolean loaded, List<String> lines) {
    public Report {
      lines = List.copyOf(lines);
    }
  }

  /**
   * Reads, checks and submits.
   *
   * @param text content of the file
   * @param dryRun only read and check
   * @throws BadFile when the file itself is wrong; nothing was changed
   */
  public Report load(String text, boolean dryRun, Duration timeout) throws BadFile {
    Plan plan = PlanReader.read(text, intent.snapshot());
    List<String> lines = new ArrayList<>(plan.notes());
    if (dryRun) {
      lines.addAll(keyLines(plan, "would go"));
      lines.add("the file is good; nothing was changed (dry run)");
      return new Report(true, lines);
    }
    Map<String, Optional<SecretBytes>> before = new LinkedHashMap<>();
    try {
      Optional<String> failure = storeKeys(plan, before);
      if (failure.isPresent()) {
        lines.add(failure.get());
        lines.addAll(restore(before));
        return new Report(false, lines);
      }
      List<Outcome> outcomes = submit(plan, timeout);
      List<String> failed = failures(plan, outcomes);
      if (!failed.isEmpty()) {
        lines.addAll(failed);
        if (outcomes.stream().noneMatch(o -> o.kind() == Outcome.Kind.UNKNOWN)) {
          lines.addAll(restore(before));
          lines.add("nothing was loaded");
        } else {
          // The store may still take it over: then it needs the keys.
          lines.add("it is not known whether the file was loaded; look, and load it again");
        }
        return new Report(false, lines);
      }
      lines.addAll(keyLines(plan, "went"));
      lines.addAll(missingSecrets(plan));
      lines.add(summary(plan, outcomes));
      return new Report(true, lines);
    } finally {
      before.values().forEach(old -> old.ifPresent(SecretBytes::close));
    }
  }

  private Optional<String> storeKeys(Plan plan, Map<String, Optional<SecretBytes>> before) {
    for (Map.Entry<String, String> key : new TreeMap<>(plan.inlineKeys()).entrySet()) {
      String name = key.getKey();
      before.put(name, secrets.get(name, Kind.PRE_SHARED_KEY));
      Outcome stored = secrets.put(name, Kind.PRE_SHARED_KEY, SecretText.parse(key.getValue()));
      if (!stored.done()) {
        return Optional.of(
            "secret '"
                + name
                + "' could not be stored: "
                + stored.reason()
                + "; nothing was loaded");
      }
    }
    return Optional.empty();
  }

  /** Undoes what was stored; says so when even that fails. */
  private List<String> restore(Map<String, Optional<SecretBytes>> before) {
    List<String> lines = new ArrayList<>();
    before.forEach(
        (name, old) -> {
          Outcome undone =
              old.isPresent()
                  ? secrets.put(name, Kind.PRE_SHARED_KEY, old.get().copy())
                  : secrets.remove(name);
          if (!undone.gone()) {
            lines.add("secret '" + name + "' could not be put back: " + undone.reason());
          }
        });
    return lines;
  }

  private List<Outcome> submit(Plan plan, Duration timeout) {
    List<IntentChange> changes =
        plan.objects().stream().<IntentChange>map(IntentChange.Put::new).toList();
    try {
      // The store keeps its own deadline; ours only guards against one that does not.
      return intent
          .submit(changes, true, timeout)
          .toCompletableFuture()
          .get(timeout.toMillis() + 1000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return unknown(plan, "interrupted while waiting for the configuration store");
    } catch (TimeoutException e) {
      return unknown(
          plan, "no answer from the configuration store within " + timeout.toSeconds() + " s");
    } catch (ExecutionException | CompletionException | CancellationException e) {
      return unknown(plan, "the configuration store failed: " + e.getMessage());
    }
  }

  private static List<Outcome> unknown(Plan plan, String reason) {
    return plan.objects().stream().map(o -> Outcome.unknown(reason)).toList();
  }

  private static List<String> failures(Plan plan, List<Outcome> outcomes) {
    List<String> failed = new ArrayList<>();
    for (int i = 0; i < plan.objects().size(); i++) {
      IntentObject object = plan.objects().get(i);
      Outcome outcome =
          i < outcomes.size() ? outcomes.get(i) : Outcome.unknown("the store gave no answer");
      if (!outcome.done()) {
        failed.add(
            "/"
                + object.list()
                + "="
                + object.name()
                + ": "
                + outcome.kind()
                + ": "
                + outcome.reason());
      }
    }
    return failed;
  }

  private static List<String> keyLines(Plan plan, String verb) {
    return plan.inlineKeys().keySet().stream()
        .sorted()
        .map(
            name ->
                "a pre-shared key that stood in the file "
                    + verb
                    + " to the secret store as '"
                    + name
                    + "'; the configuration holds only this name")
        .toList();
  }

  /** A name without a secret is allowed, for it may come later, but the operator should know. */
  private List<String> missingSecrets(Plan plan) {
    Set<String> stored =
        secrets.list().stream().map(SecretStore.Listed::name).collect(Collectors.toSet());
    List<String> lines = new ArrayList<>();
    for (IntentObject object : plan.objects()) {
      SecretNames.of(object)
          .filter(name -> !stored.contains(name))
          .forEach(
              name ->
                  lines.add(
                      "warning: "
                          + object.name()
                          + " needs the secret '"
                          + name
                          + "', which is not in the store yet; put it there with ipsec:secret "
                          + name));
    }
    return lines;
  }

  private static String summary(Plan plan, List<Outcome> outcomes) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    plan.objects()
        .forEach(o -> counts.merge(o.list().substring(o.list().indexOf('/') + 1), 1, Integer::sum));
    long same = outcomes.stream().filter(o -> o.kind() == Outcome.Kind.SAME).count();
    String what =
        counts.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
    return "loaded: " + what + (same > 0 ? " (" + same + " unchanged)" : "");
  }
}
