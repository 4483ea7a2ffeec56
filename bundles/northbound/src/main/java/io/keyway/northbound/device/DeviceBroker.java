package io.keyway.northbound.device;

import com.google.common.util.concurrent.FluentFuture;
import com.google.common.util.concurrent.SettableFuture;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.mdsal.dom.api.DOMDataBroker;
import org.opendaylight.mdsal.dom.api.DOMDataTreeReadTransaction;
import org.opendaylight.mdsal.dom.api.DOMDataTreeReadWriteTransaction;
import org.opendaylight.mdsal.dom.api.DOMDataTreeWriteTransaction;
import org.opendaylight.mdsal.dom.api.DOMTransactionChain;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier;
import org.opendaylight.yangtools.yang.data.api.YangInstanceIdentifier.NodeIdentifier;
import org.opendaylight.yangtools.yang.data.api.schema.ContainerNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNode;
import org.opendaylight.yangtools.yang.data.api.schema.NormalizedNodes;
import org.opendaylight.yangtools.yang.data.spi.node.ImmutableNodes;
import org.opendaylight.yangtools.yang.model.api.SchemaContext;

/**
 * The "datastore" of one device. Every read asks anew; nothing is stored, and nothing can be
 * written but SAs by hand, by who may, where it is allowed.
 */
final class DeviceBroker implements DOMDataBroker {

  private final DeviceReader reader;

  private final ManualSas manual;

  DeviceBroker(DeviceReader reader, ManualSas manual) {
    this.manual = manual;
    this.reader = reader;
  }

  @Override
  public DOMDataTreeReadTransaction newReadOnlyTransaction() {
    return new Read();
  }

  @Override
  public DOMDataTreeWriteTransaction newWriteOnlyTransaction() {
    return newReadWriteTransaction();
  }

  /** Called on the thread of the request, for which somebody has spoken or not. */
  @Override
  public DOMDataTreeReadWriteTransaction newReadWriteTransaction() {
    Optional<String> refusal = manual.refusal(reader.plane());
    if (refusal.isPresent()) {
      throw Refused.of(ErrorTag.ACCESS_DENIED, reader.plane(), refusal.get());
    }
    return new ManualTransaction(reader.plane(), manual, new Read());
  }

  @Override
  public DOMTransactionChain createTransactionChain() {
    throw Refused.of(
        ErrorTag.OPERATION_NOT_SUPPORTED, reader.plane(), "SAs are written one by one");
  }

  @Override
  public DOMTransactionChain createMergingTransactionChain() {
    return createTransactionChain();
  }

  @Override
  public List<DOMDataBroker.Extension> supportedExtensions() {
    return List.of();
  }

  private final class Read implements DOMDataTreeReadTransaction {

    private final Object identifier = "keyway-device-" + reader.plane();

    @Override
    public Object getIdentifier() {
      return identifier;
    }

    @Override
    public FluentFuture<Optional<NormalizedNode>> read(
        LogicalDatastoreType store, YangInstanceIdentifier path) {
      return future(root(store), root -> find(root, path));
    }

    @Override
    public FluentFuture<Boolean> exists(LogicalDatastoreType store, YangInstanceIdentifier path) {
      return future(root(store), root -> find(root, path).isPresent());
    }

    @Override
    public void close() {
      // nothing is held
    }

    private CompletionStage<ContainerNode> root(LogicalDatastoreType store) {
      CompletionStage<ContainerNode> device =
          store == LogicalDatastoreType.CONFIGURATION
              ? CompletableFuture.completedFuture(reader.config())
              : reader.state();
      return device.thenApply(
          node ->
              ImmutableNodes.newContainerBuilder()
                  .withNodeIdentifier(NodeIdentifier.create(SchemaContext.NAME))
                  .withChild(node)
                  .build());
    }

    private static Optional<NormalizedNode> find(ContainerNode root, YangInstanceIdentifier path) {
      return path.isEmpty() ? Optional.of(root) : NormalizedNodes.findNode(root, path);
    }

    private static <T> FluentFuture<T> future(
        CompletionStage<ContainerNode> root, Function<ContainerNode, T> then) {
      SettableFuture<T> future = SettableFuture.create();
      root.thenApply(then)
          .whenComplete(
              (value, failure) -> {
                if (failure == null) {
                  future.set(value);
                } else {
                  future.setException(failure);
                }
              });
      return FluentFuture.from(future);
    }
  }
}
