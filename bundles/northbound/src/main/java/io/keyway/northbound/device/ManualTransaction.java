package io.keyway.northbound.device;

import com.google.common.util.concurrent.FluentFuture;
import com.google.common.util.concurrent.SettableFuture;
import io.keyway.api.Outcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.opendaylight.mdsal.common.api.CommitInfo;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataTreeReadTransaction;
import org.opendaylight.mdsal.dom.api.DOMDataTreeReadWriteTransaction;
import org.opendaylight.yangtools.util.concurrent.FluentFutures;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifierWithPredicates;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapEntryNode;
import org.opendaylight.yangtools.yang.data.api.schema.MapNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;

/**
 * One write by hand: one SA comes, or one goes. A device undoes nothing, so more at once could end
 * half done.
 *
 * <p>The commit waits, within its time limit, on the thread of the request: only what is thrown
 * there is told by RESTCONF as it is.
 */
final class ManualTransaction implements DOMDataTreeReadWriteTransaction {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final String ENTRY = "sad-entry";

  private final String plane;
  private final ManualSas sas;
  private final DOMDataTreeReadTransaction present;
  private final SettableFuture<Void> completion = SettableFuture.create();
  private ManualSa added;
  private Supplier<CompletionStage<Outcome>> change;

  ManualTransaction(String plane, ManualSas sas, DOMDataTreeReadTransaction present) {
    this.plane = plane;
    this.sas = sas;
    this.present = present;
  }

  @Override
  public Object getIdentifier() {
    return present.getIdentifier();
  }

  @Override
  public FluentFuture<Optional<NormalizedNode>> read(
      LogicalDatastoreType store, YangInstanceIdentifier path) {
    return present.read(store, path);
  }

  @Override
  public FluentFuture<Boolean> exists(LogicalDatastoreType store, YangInstanceIdentifier path) {
    return present.exists(store, path);
  }

  @Override
  public void put(LogicalDatastoreType store, YangInstanceIdentifier path, NormalizedNode data) {
    if (!(data instanceof MapEntryNode entry) || !isEntry(path)) {
      throw oneEntry();
    }
    single();
    ManualSa sa = new ManualSaReader(plane).read(entry);
    added = sa;
    change = () -> sas.add(plane, sa, LIMIT);
  }

  /** RESTCONF merges empty parents before it writes; there is nothing to do for those. */
  @Override
  public void merge(LogicalDatastoreType store, YangInstanceIdentifier path, NormalizedNode data) {
    if (!empty(data)) {
      throw Refused.of(
          ErrorTag.OPERATION_NOT_SUPPORTED,
          plane,
          "an SA cannot be changed on the device; delete it, and write a new one with a new key");
    }
  }

  private static boolean empty(NormalizedNode data) {
    if (data instanceof ContainerNode container) {
      return container.body().stream().allMatch(ManualTransaction::empty);
    }
    return data instanceof MapNode map && map.size() == 0;
  }

  @Override
  public void delete(LogicalDatastoreType store, YangInstanceIdentifier path) {
    if (!isEntry(path)) {
      throw oneEntry();
    }
    single();
    ManualSaReader.Key key =
        ManualSaReader.Key.of((NodeIdentifierWithPredicates) path.getLastPathArgument());
    change = () -> sas.remove(plane, key, LIMIT);
  }

  private static boolean isEntry(YangInstanceIdentifier path) {
    return path.getLastPathArgument() instanceof NodeIdentifierWithPredicates last
        && last.getNodeType().getLocalName().equals(ENTRY);
  }

  private RuntimeException oneEntry() {
    return Refused.of(
        ErrorTag.OPERATION_NOT_SUPPORTED,
        plane,
        "SAs are written and deleted one by one and as a whole: name one sad-entry");
  }

  private void single() {
    if (change != null) {
      throw oneEntry();
    }
  }

  @Override
  public FluentFuture<? extends CommitInfo> commit() {
    Outcome outcome = change == null ? Outcome.ok() : await(change.get());
    added = null;
    present.close();
    completion.set(null);
    if (!outcome.done()) {
      throw Refused.of(outcome, plane);
    }
    return FluentFutures.immediateFluentFuture(CommitInfo.empty());
  }

  private static Outcome await(CompletionStage<Outcome> stage) {
    try {
      return stage.toCompletableFuture().get(LIMIT.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.unknown("the controller is stopping; whether it was done is not known");
    } catch (TimeoutException e) {
      return Outcome.unknown("no answer came in time; read the entry to see what became of it");
    } catch (ExecutionException e) {
      return Outcome.unknown("the service sad failed: " + e.getCause().getClass().getSimpleName());
    }
  }

  @Override
  public boolean cancel() {
    if (added != null) {
      added.key().close();
      added = null;
    }
    change = null;
    present.close();
    return completion.set(null);
  }

  @Override
  public FluentFuture<?> completionFuture() {
    return FluentFuture.from(completion);
  }
}
