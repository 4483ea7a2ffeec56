package io.keyway.northbound.store;

import io.keyway.api.Registration;
import io.keyway.api.intent.IntentChange;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.Tree;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Where the configuration lies. */
public interface ConfigDatastore {

  /**
   * What changed.
   *
   * @param whole {@code entries} is all there is; what it does not name is gone
   * @param entries entries that changed; empty: deleted
   */
  record Update(boolean whole, Map<EntryRef, Optional<Tree>> entries) {
    public Update {
      entries = Map.copyOf(entries);
    }
  }

  /** Calls with the whole configuration, and then with every change, one after the other. */
  Registration listen(Consumer<Update> listener);

  /**
   * Makes all changes in one transaction.
   *
   * @return fails with a message for people when nothing was changed
   */
  CompletionStage<Void> write(List<IntentChange> changes);
}
