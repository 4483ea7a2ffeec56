package io.keyway.northbound.odl;

import io.keyway.api.Registration;
import io.keyway.api.intent.IntentChange;
import io.keyway.northbound.config.EntryKind;
import io.keyway.northbound.config.EntryRef;
import io.keyway.northbound.config.Tree;
import io.keyway.northbound.store.ConfigDatastore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;
import org.opendaylight.mdsal.dom.api.DOMDataTreeChangeListener;
import org.opendaylight.mdsal.dom.api.DOMDataTreeWriteTransaction;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeCandidate;
import org.opendaylight.yangtools.yang.data.tree.api.DataTreeCandidateNode;
import org.opendaylight.yangtools.yang.data.tree.api.ModificationType;

/** The configuration in OpenDaylight's CONFIG datastore. */
public final class MdsalConfigDatastore implements ConfigDatastore {

  private final DOMDataBroker broker;
  private final Supplier<EntryCodec> codec;

  /**
   * @param codec for the model as it is now; bundles with models may come and go
   */
  public MdsalConfigDatastore(DOMDataBroker broker, Supplier<EntryCodec> codec) {
    this.broker = broker;
    this.codec = codec;
  }

  @Override
  public Registration listen(Consumer<Update> listener) {
    DOMDataBroker.DataTreeChangeExtension changes =
        broker.extension(DOMDataBroker.DataTreeChangeExtension.class);
    if (changes == null) {
      throw new IllegalStateException("this data broker cannot tell about changes");
    }
    var registration =
        changes.registerTreeChangeListener(ConfigPaths.IPSEC_CONFIG, new Listener(listener));
    return registration::close;
  }

  /** Registers the check of every transaction. */
  public Registration guard(ConfigCohort cohort) {
    DOMDataBroker.CommitCohortExtension cohorts =
        broker.extension(DOMDataBroker.CommitCohortExtension.class);
    if (cohorts == null) {
      throw new IllegalStateException(
          "this data broker knows no commit cohorts, so nothing would check references");
    }
    var registration = cohorts.registerCommitCohort(ConfigPaths.IPSEC_CONFIG, cohort);
    return registration::close;
  }

  @Override
  public CompletionStage<Void> write(List<IntentChange> changes) {
    DOMDataTreeWriteTransaction transaction = broker.newWriteOnlyTransaction();
    try {
      changes.forEach(change -> write(transaction, change));
    } catch (RuntimeException e) {
      transaction.cancel();
      return CompletableFuture.failedFuture(e);
    }
    return Commits.done(transaction.commit());
  }

  private void write(DOMDataTreeWriteTransaction transaction, IntentChange change) {
    if (change instanceof IntentChange.Put put) {
      transaction.put(
          LogicalDatastoreType.CONFIGURATION,
          ConfigPaths.entry(EntryRef.of(put.value())),
          codec.get().encode(put.value()));
    } else if (change instanceof IntentChange.Delete delete) {
      EntryKind kind = EntryKind.ofPath(delete.list()).orElseThrow();
      transaction.delete(
          LogicalDatastoreType.CONFIGURATION, ConfigPaths.entry(new EntryRef(kind, delete.name())));
    }
  }

  /** Called by one thread at a time. */
  private static final class Listener implements DOMDataTreeChangeListener {

    private final Consumer<Update> listener;
    private boolean first = true;

    Listener(Consumer<Update> listener) {
      this.listener = listener;
    }

    @Override
    public void onInitialData() {
      first = false;
      listener.accept(new Update(true, Map.of()));
    }

    @Override
    public void onDataTreeChanged(List<DataTreeCandidate> changes) {
      for (DataTreeCandidate change : changes) {
        DataTreeCandidateNode root = change.getRootNode();
        boolean whole = first || root.modificationType() != ModificationType.SUBTREE_MODIFIED;
        first = false;
        listener.accept(whole ? whole(root) : partial(root));
      }
    }

    private static Update whole(DataTreeCandidateNode root) {
      DomConfigView view = new DomConfigView(CandidateEntries.after(root));
      Map<EntryRef, Optional<Tree>> entries = new HashMap<>();
      for (EntryKind kind : EntryKind.values()) {
        view.nodes(kind)
            .forEach(
                node ->
                    entries.put(ConfigPaths.entry(kind, node.name()), Optional.of(Trees.of(node))));
      }
      return new Update(true, entries);
    }

    private static Update partial(DataTreeCandidateNode root) {
      Map<EntryRef, Optional<Tree>> entries = new HashMap<>();
      CandidateEntries.touched(root)
          .forEach((entry, node) -> entries.put(entry, node.map(Trees::of)));
      return new Update(false, entries);
    }
  }
}
