package io.keyway.northbound.odl;

import io.keyway.northbound.state.Row;
import io.keyway.northbound.state.StateSink;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import org.opendaylight.mdsal.binding.api.DataBroker;
import org.opendaylight.mdsal.binding.api.WriteTransaction;
import org.opendaylight.mdsal.common.api.LogicalDatastoreType;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.StateBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.ConfigurationBuilder;
import org.opendaylight.yang.gen.v1.urn.keyway.ipsec.rev261122.ipsec.state.configuration.ProblemBuilder;
import org.opendaylight.yangtools.yang.binding.DataObject;
import org.opendaylight.yangtools.yang.binding.InstanceIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state tree in OpenDaylight's OPERATIONAL datastore. */
public final class MdsalStateSink implements StateSink {

  private static final Logger LOG = LoggerFactory.getLogger(MdsalStateSink.class);
  private static final LogicalDatastoreType OPERATIONAL = LogicalDatastoreType.OPERATIONAL;

  private final DataBroker broker;

  public MdsalStateSink(DataBroker broker) {
    this.broker = broker;
  }

  @Override
  public CompletionStage<Void> write(
      boolean clear, long version, Collection<Row> changed, Collection<Row> gone) {
    WriteTransaction transaction = broker.newWriteOnlyTransaction();
    if (clear) {
      transaction.put(OPERATIONAL, StatePaths.STATE, new StateBuilder().build());
    }
    transaction.merge(
        OPERATIONAL,
        StatePaths.CONFIGURATION,
        new ConfigurationBuilder().setVersion(Values.counter(version)).build());
    gone.forEach(row -> guarded(row, () -> transaction.delete(OPERATIONAL, path(row))));
    changed.forEach(row -> guarded(row, () -> put(transaction, row)));
    return commit(transaction);
  }

  /** Takes the state away, for when nobody keeps it any more. */
  public CompletionStage<Void> clear() {
    WriteTransaction transaction = broker.newWriteOnlyTransaction();
    transaction.delete(OPERATIONAL, StatePaths.STATE);
    return commit(transaction);
  }

  /** One row that cannot be shown does not take the others with it. */
  private static void guarded(Row row, Runnable write) {
    try {
      write.run();
    } catch (RuntimeException e) {
      LOG.warn("Cannot show {} in the state tree", row.key(), e);
    }
  }

  private static void put(WriteTransaction transaction, Row row) {
    if (row instanceof Row.ProblemRow problem) {
      put(
          transaction,
          StatePaths.problem(problem.entry()),
          new ProblemBuilder().setEntry(problem.entry()).setReason(problem.reason()).build());
    } else if (row instanceof Row.TunnelRow tunnel) {
      put(transaction, StatePaths.tunnel(tunnel.status().name()), TunnelState.of(tunnel.status()));
    } else if (row instanceof Row.IkeRow ike) {
      put(
          transaction,
          StatePaths.ikeSa(ike.status().uid()),
          SaState.ike(ike.engine(), ike.status()));
    } else if (row instanceof Row.ChildRow child) {
      put(
          transaction,
          StatePaths.childSa(child.status().uid()),
          SaState.child(child.ikeUid(), child.status()));
    } else if (row instanceof Row.PolicyRow policy) {
      put(transaction, StatePaths.policy(PolicyState.key(policy)), PolicyState.of(policy));
    } else if (row instanceof Row.PlaneRow plane) {
      put(transaction, StatePaths.plane(plane.name()), PlaneState.of(plane));
    } else if (row instanceof Row.LeaseRow lease) {
      put(transaction, StatePaths.lease(lease.lease()), SaState.lease(lease.lease()));
    } else if (row instanceof Row.EngineRow engine) {
      put(transaction, StatePaths.engine(engine.name()), EngineState.of(engine));
    }
  }

  private static <T extends DataObject> void put(
      WriteTransaction transaction, InstanceIdentifier<T> path, T value) {
    transaction.put(OPERATIONAL, path, value);
  }

  private static InstanceIdentifier<?> path(Row row) {
    if (row instanceof Row.ProblemRow problem) {
      return StatePaths.problem(problem.entry());
    } else if (row instanceof Row.TunnelRow tunnel) {
      return StatePaths.tunnel(tunnel.status().name());
    } else if (row instanceof Row.IkeRow ike) {
      return StatePaths.ikeSa(ike.status().uid());
    } else if (row instanceof Row.ChildRow child) {
      return StatePaths.childSa(child.status().uid());
    } else if (row instanceof Row.PolicyRow policy) {
      return StatePaths.policy(PolicyState.key(policy));
    } else if (row instanceof Row.PlaneRow plane) {
      return StatePaths.plane(plane.name());
    } else if (row instanceof Row.LeaseRow lease) {
      return StatePaths.lease(lease.lease());
    } else if (row instanceof Row.EngineRow engine) {
      return StatePaths.engine(engine.name());
    }
    throw new IllegalStateException("no path for " + row.getClass());
  }

  private static CompletionStage<Void> commit(WriteTransaction transaction) {
    return Commits.done(transaction.commit());
  }
}
