package io.keyway.northbound.rpc;

import io.keyway.api.Outcome;
import io.keyway.api.intent.IntentChange;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentStore;
import io.keyway.northbound.Services;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.InvalidEntryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Writes many entries at once, and answers for each of them. */
public final class LoadOperation {

  private final Services services;
  private final Decoder decoder;

  /** Reads the JSON of an entry; by several threads at a time. */
  public interface Decoder {
    /**
     * @throws IllegalArgumentException saying what the schema does not let pass
     * @throws InvalidEntryException when the entry makes no sense by itself
     */
    IntentObject decode(EntryRef entry, String json) throws InvalidEntryException;
  }

  /**
   * One entry to write or delete.
   *
   * @param entry in RESTCONF's notation, such as {@code tunnels/tunnel=t-1}
   * @param value JSON as in the body of a PUT; empty with a deletion
   */
  public record Item(long index, boolean delete, String entry, Optional<String> value) {}

  /**
   * What became of an item.
   *
   * @param path the wrong node, or empty
   */
  public record Answer(long index, Outcome outcome, String path) {}

  public LoadOperation(Services services, Decoder decoder) {
    this.services = services;
    this.decoder = decoder;
  }

  public CompletionStage<List<Answer>> load(
      List<Item> items, boolean allOrNothing, Duration timeout) {
    Optional<IntentStore> store = services.intents.get();
    if (store.isEmpty()) {
      Outcome notYet =
          Outcome.unavailable("the configuration has not been read yet; try again in a moment");
      return CompletableFuture.completedFuture(
          items.stream().map(item -> new Answer(item.index(), notYet, "")).toList());
    }
    List<Answer> answers = new ArrayList<>();
    List<Integer> submitted = new ArrayList<>();
    List<IntentChange> changes = new ArrayList<>();
    // To read JSON is half of the work, and each item stands for itself.
    for (Reading reading : items.parallelStream().map(this::read).toList()) {
      if (reading.change() != null) {
        submitted.add(answers.size());
        changes.add(reading.change());
      }
      answers.add(reading.refusal());
    }
    if (allOrNothing && submitted.size() < items.size()) {
      refuseTheRest(items, answers);
      return CompletableFuture.completedFuture(answers);
    }
    return store
        .get()
        .submit(changes, allOrNothing, timeout)
        .thenApply(
            outcomes -> {
              for (int i = 0; i < outcomes.size(); i++) {
                int at = submitted.get(i);
                answers.set(at, answer(items.get(at), outcomes.get(i)));
              }
              return answers;
            });
  }

  /** The change that an item is, or why it is none; the other one is null. */
  private record Reading(IntentChange change, Answer refusal) {}

  private Reading read(Item item) {
    EntryRef entry;
    try {
      entry = EntryRef.parse(item.entry());
    } catch (IllegalArgumentException e) {
      return refused(item, item.entry(), e.getMessage());
    }
    if (item.delete()) {
      return new Reading(new IntentChange.Delete(entry.kind().path(), entry.name()), null);
    }
    if (item.value().isEmpty()) {
      return refused(item, entry.toString(), "there is no value to put");
    }
    try {
      return new Reading(new IntentChange.Put(decoder.decode(entry, item.value().get())), null);
    } catch (IllegalArgumentException e) {
      return refused(item, entry.toString(), e.getMessage());
    } catch (InvalidEntryException e) {
      return refused(item, entry + "/" + e.node(), e.getMessage());
    }
  }

  private static Reading refused(Item item, String path, String reason) {
    return new Reading(null, new Answer(item.index(), Outcome.refused(reason), path));
  }

  /** The store puts the path before the reason; here they have places of their own. */
  private static Answer answer(Item item, Outcome outcome) {
    int colon = outcome.reason().indexOf(": ");
    boolean path =
        outcome.kind() == Outcome.Kind.REFUSED
            && colon > 0
            && outcome.reason().substring(0, colon).contains("=");
    return path
        ? new Answer(
            item.index(),
            Outcome.refused(outcome.reason().substring(colon + 2)),
            outcome.reason().substring(0, colon))
        : new Answer(item.index(), outcome, "");
  }

  private static void refuseTheRest(List<Item> items, List<Answer> answers) {
    for (int i = 0; i < answers.size(); i++) {
      if (answers.get(i) == null) {
        answers.set(
            i,
            new Answer(
                items.get(i).index(),
                Outcome.refused("not made, because another item of the set is bad"),
                ""));
      }
    }
  }
}
