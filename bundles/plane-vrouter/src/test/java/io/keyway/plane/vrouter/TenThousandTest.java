package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Outcome.Kind;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.protocol.vrouter.v1.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A gateway with 10 000 cell sites on one router. What is held to are numbers of calls, which do
 * not depend on the machine; the times are printed.
 */
class TenThousandTest {

  private static final int TUNNELS = 10_000;
  private static final int BATCH = 1000;
  private static final Duration LONG = Duration.ofSeconds(60);

  private final List<String> times = new ArrayList<>();
  private Bench bench;
  private long since;

  @BeforeEach
  void begin() throws Exception {
    FakeAgent agent = new FakeAgent();
    agent.can(
        Samples.capabilities().toBuilder()
            .setSasMax(100_000)
            .setPoliciesMax(100_000)
            .setMaxBatch(4096)
            .build());
    bench = new Bench(agent.start(), new MapMemory());
    bench.awaitReady();
    since = System.nanoTime();
  }

  @AfterEach
  void end() {
    System.out.println("10 000 tunnels: " + String.join(", ", times));
    bench.close();
  }

  private void took(String what) {
    times.add(what + " " + (System.nanoTime() - since) / 1_000_000 + " ms");
    since = System.nanoTime();
  }

  private static SelectorPair pair(int site) {
    return new SelectorPair(
        TrafficSelector.prefix(Bench.address("10.0.0.0"), 16),
        TrafficSelector.prefix(Bench.address("100." + site / 256 + "." + site % 256 + ".0"), 24));
  }

  private static PlaneChange put(Direction direction, int site, PolicyAction action) {
    return new PlaneChange.PutPolicy(direction, pair(site), 1000, action);
  }

  private static PolicyAction protect(SecurityAssociation sa) {
    return new PolicyAction.Protect(sa.id(), sa.mode(), sa.endpoints());
  }

  /** As tunnels come: each for itself, all at once. */
  private void install() {
    List<CompletionStage<io.keyway.api.Result<SpiLease>>> leases = new ArrayList<>();
    for (int i = 0; i < TUNNELS; i++) {
      leases.add(bench.plane.allocateSpi(LONG));
    }
    List<CompletionStage<List<Outcome>>> answers = new ArrayList<>();
    for (int i = 0; i < TUNNELS; i++) {
      SpiLease lease = Bench.get(leases.get(i)).value().orElseThrow();
      SecurityAssociation in = bench.sa(lease, Direction.INBOUND, 0);
      SecurityAssociation out = bench.sa(lease, Direction.OUTBOUND, 0x10000 + i);
      answers.add(
          bench.plane.apply(
              bench.plane.generation(),
              List.of(
                  new PlaneChange.AddSa(in, Bench.keys(i)),
                  new PlaneChange.AddSa(out, Bench.keys(i + 1)),
                  put(Direction.INBOUND, i, protect(in)),
                  put(Direction.OUTBOUND, i, protect(out))),
              LONG));
    }
    assertThat(answers).allSatisfy(a -> assertThat(Bench.get(a)).allMatch(Outcome::done));
  }

  @Test
  void everythingIsInAFewCalls() throws Exception {
    install();
    took("installed");
    assertThat(bench.agent.sas()).hasSize(2 * TUNNELS);
    int calls = bench.agent.applies();
    assertThat(calls).isLessThan(TUNNELS / 5);

    List<CompletionStage<Map<SelectorPair, Usage>>> counters = new ArrayList<>();
    for (int i = 0; i < TUNNELS; i++) {
      counters.add(bench.plane.policyUsage(List.of(pair(i)), LONG));
      counters.add(bench.plane.receivedUsage(List.of(pair(i)), LONG));
    }
    assertThat(counters).allSatisfy(c -> assertThat(Bench.get(c)).hasSize(1));
    took("counters read");
    assertThat(bench.agent.queries()).isLessThan(TUNNELS / 5);

    bench.plane.close();
    since = System.nanoTime();
    bench.begin(PlaneBench.TIMING);
    bench.awaitReady();
    took("adopted by the next life of the controller");
    assertThat(bench.agent.applies()).as("nothing was written").isEqualTo(calls);
    assertThat(Bench.get(bench.plane.reconcile("check", LONG)).kind()).isEqualTo(Kind.SAME);
    took("compared");

    bench.agent.policies().forEach(policy -> bench.agent.lose(Samples.place(policy)));
    since = System.nanoTime();
    assertThat(Bench.get(bench.plane.reconcile("repair", LONG)).kind()).isEqualTo(Kind.OK);
    took("all policies repaired");
    assertThat(bench.agent.policies()).hasSize(2 * TUNNELS);
    assertThat(bench.agent.applies()).isLessThanOrEqualTo(calls + 2 * TUNNELS / BATCH);

    Generation before = bench.plane.generation();
    bench.agent.restart();
    bench.awaitReadyAfter(before);
    took("ready after a restart of the agent");
    hold();
    took("all held");
    install();
    took("all up again");
    assertThat(bench.agent.policies())
        .extracting(Policy::getAction)
        .containsOnly(io.keyway.protocol.vrouter.v1.PolicyAction.PROTECT);
  }

  private void hold() {
    List<PlaneChange> holds = new ArrayList<>();
    for (int i = 0; i < TUNNELS; i++) {
      holds.add(put(Direction.INBOUND, i, new PolicyAction.Hold()));
      holds.add(put(Direction.OUTBOUND, i, new PolicyAction.Hold()));
    }
    int before = bench.agent.applies();
    assertThat(Bench.get(bench.plane.apply(bench.plane.generation(), holds, LONG)))
        .allMatch(Outcome::done);
    assertThat(bench.agent.applies()).isEqualTo(before + 2 * TUNNELS / BATCH);
  }
}
