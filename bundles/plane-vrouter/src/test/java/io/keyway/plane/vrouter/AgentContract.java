package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What a plane and an agent owe each other. The same tests run against the agent of this process
 * and, where it can be built, against the real one: what the others of this bundle are tried on
 * behaves as the router does.
 */
public abstract class AgentContract {

  protected static final Duration SHORT = Duration.ofSeconds(10);

  protected PlaneBench bench;

  /** An agent with nothing in it. */
  protected abstract TestAgent agent() throws Exception;

  @BeforeEach
  protected void begin() throws Exception {
    TestAgent agent = agent();
    try {
      bench = new PlaneBench(agent, new MapMemory());
    } catch (Exception | AssertionError e) {
      agent.close();
      throw e;
    }
    bench.awaitReady();
  }

  @AfterEach
  protected void end() {
    if (bench != null) {
      bench.close();
    }
  }

  /** Installs a pair and the policy that sends through it. */
  protected SecurityAssociation pair(int spi) {
    SpiLease lease = bench.lease();
    SecurityAssociation in = bench.sa(lease, io.keyway.api.sa.Direction.INBOUND, 0);
    SecurityAssociation out = bench.sa(lease, io.keyway.api.sa.Direction.OUTBOUND, spi);
    assertThat(
            bench.apply(
                new PlaneChange.AddSa(in, PlaneBench.keys(spi)),
                new PlaneChange.AddSa(out, PlaneBench.keys(spi + 1)),
                PlaneBench.protect(out)))
        .allMatch(Outcome::done);
    return out;
  }

  protected <T extends PlaneEvent> List<T> told(Class<T> type) {
    return bench.events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The SA as the router has it. */
  protected Optional<io.keyway.protocol.vrouter.v1.SecurityAssociation> there(SaId sa) {
    return bench.router.sas().stream().filter(s -> s.getId().equals(SaMessages.id(sa))).findFirst();
  }

  /** The outbound policy that Keyway put there, when it is the only one. */
  protected Policy policy() {
    List<Policy> ours =
        bench.router.policies().stream()
            .filter(p -> p.getDirection() == Direction.OUTBOUND)
            .filter(p -> p.getOwner().startsWith(SaMessages.OWNER_PREFIX))
            .toList();
    assertThat(ours).hasSize(1);
    return ours.get(0);
  }

  protected static PolicyPlace place(Policy policy) {
    return Samples.place(policy);
  }
}
