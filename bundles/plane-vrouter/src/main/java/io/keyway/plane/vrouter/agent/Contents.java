package io.keyway.plane.vrouter.agent;

import io.keyway.protocol.vrouter.v1.SnapshotPolicy;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.util.List;

/**
 * Everything that is installed on a router, without keys.
 *
 * @param generation the agent's
 * @param leasedSpis leased and not used by an SA yet; unsigned
 */
public record Contents(
    long generation,
    boolean policiesComplete,
    List<SnapshotSa> sas,
    List<SnapshotPolicy> policies,
    List<Integer> leasedSpis) {

  public Contents {
    sas = List.copyOf(sas);
    policies = List.copyOf(policies);
    leasedSpis = List.copyOf(leasedSpis);
  }
}
