package io.keyway.it.wired;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.ts.SelectorTemplate;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.plane.vrouter.FakeAgent;
import io.keyway.plane.vrouter.Samples;
import io.keyway.protocol.vrouter.v1.Acquire;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.Event;
import io.keyway.protocol.vrouter.v1.PacketIn;
import io.keyway.protocol.vrouter.v1.PacketOut;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyAction;
import io.keyway.protocol.vrouter.v1.SecurityAssociation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two sites on vRouters whose gateway addresses live on the routers, and restarts of any part. */
@Timeout(240)
class RouterIT {

  private static final String A = "192.0.2.1";
  private static final String B = "198.51.100.1";
  private static final Duration CALL = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final ExecutorService wire = Executors.newSingleThreadExecutor();
  private RouterSite a;
  private RouterSite b;
  private Config configA;
  private Config configB;
  private Tunnel tunnelA;
  private Tunnel tunnelB;

  @BeforeEach
  void start() throws Exception {
    FakeAgent routerA = new FakeAgent().start();
    FakeAgent routerB = new FakeAgent().start();
    routerA.wire(packet -> wire.execute(() -> routerB.receive(arriving(packet))));
    routerB.wire(packet -> wire.execute(() -> routerA.receive(arriving(packet))));
    a = new RouterSite("a", routerA, directory, 1);
    b = new RouterSite("b", routerB, directory, 1);
    configA = new Config(A, B, 500, 500, StartAction.START, a.plane.name());
    configB = new Config(B, A, 500, 500, StartAction.NONE, b.plane.name());
    tunnelA =
        configA.tunnel(
            "t",
            TrafficSelector.prefix(Config.address("10.1.0.0"), 16),
            TrafficSelector.prefix(Config.address("10.2.0.0"), 16)
                .withProtocol(6)
                .withPorts(80, 90));
    tunnelB =
        configB.tunnel(
            "t",
            TrafficSelector.prefix(Config.address("10.2.0.0"), 16)
                .withProtocol(6)
                .withPorts(80, 90),
            TrafficSelector.prefix(Config.address("10.1.0.0"), 16));
  }

  private static PacketIn arriving(PacketOut packet) {
    return PacketIn.newBuilder()
        .setLocal(packet.getRemote())
        .setLocalPort(packet.getRemotePort())
        .setRemote(packet.getLocal())
        .setRemotePort(packet.getLocalPort())
        .setMarker(packet.getMarker())
        .setPayload(packet.getPayload())
        .build();
  }

  @AfterEach
  void stop() {
    a.close();
    b.close();
    wire.shutdownNow();
  }

  private void bringUp() {
    b.configure(configB, Optional.empty(), tunnelB);
    Await.until("b holds", CALL, () -> held(b), () -> b);
    a.configure(configA, Optional.empty(), tunnelA);
    awaitUp();
  }

  private void awaitUp() {
    Await.until(
        "both protect",
        CALL,
        () -> a.up("t") && b.up("t") && protects(a) && protects(b),
        () -> a + " " + b);
  }

  private static Optional<Policy> outbound(RouterSite site) {
    return site.agent.policies().stream()
        .filter(policy -> policy.getDirection() == Direction.OUTBOUND)
        .findFirst();
  }

  private static boolean held(RouterSite site) {
    return outbound(site).filter(p -> p.getAction() == PolicyAction.HOLD).isPresent();
  }

  private static boolean protects(RouterSite site) {
    return outbound(site).filter(p -> p.getAction() == PolicyAction.PROTECT).isPresent();
  }

  private void assertNoKeyTwice() {
    for (RouterSite site : List.of(a, b)) {
      Set<String> seen = new HashSet<>();
      for (FakeAgent.Install install : site.agent.installs()) {
        assertThat(seen.add(install.key())).as("a key of %s written twice", site.name).isTrue();
      }
    }
  }

  private static int spiOut(RouterSite site) {
    return outbound(site).orElseThrow().getSa().getSpi();
  }

  @Test
  void aTunnelComesUpThroughTheRoutersWithPrefixesAndPortsAndIsRekeyed() throws Exception {
    bringUp();
    Policy policy = outbound(a).orElseThrow();
    assertThat(policy.getSelectors().getProtocol()).isEqualTo(6);
    assertThat(policy.getSelectors().getRemote().getFirstPort()).isEqualTo(80);
    assertThat(policy.getSelectors().getLocal().getLast())
        .isEqualTo(Samples.octets("10.1.255.255"));
    List<SecurityAssociation> ofB = b.agent.sas();
    assertThat(ofB)
        .anyMatch(
            sa ->
                sa.getId().getDirection() == Direction.INBOUND && sa.getId().getSpi() == spiOut(a));
    assertThat(keys(a, Direction.OUTBOUND)).isEqualTo(keys(b, Direction.INBOUND));
    assertThat(a.agent.policies())
        .anyMatch(
            p -> p.getDirection() == Direction.INBOUND && p.getAction() == PolicyAction.PROTECT);

    int before = spiOut(a);
    assertThat(
            a.tunnels
                .rekey("t", CALL)
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS)
                .outcome()
                .done())
        .isTrue();
    Await.until(
        "another SA on both sides, and one pair each",
        CALL,
        () -> spiOut(a) != before && a.agent.sas().size() == 2 && b.agent.sas().size() == 2,
        () -> a + " " + b);
    assertNoKeyTwice();
  }

  private static List<String> keys(RouterSite site, Direction direction) {
    return site.agent.installs().stream()
        .filter(install -> install.direction() == direction)
        .map(FakeAgent.Install::key)
        .toList();
  }

  @Test
  void aRestartedAgentIsHeldFirstAndBroughtBackByARekeyOnTheLivingIkeSa() throws Exception {
    bringUp();
    long ike = a.engine.snapshot().get(0).initiatorSpi();
    int before = spiOut(a);
    int changes = a.agent.changes().size();
    a.agent.restart();
    Await.until(
        "protected by another SA",
        CALL,
        () -> protects(a) && spiOut(a) != before && a.up("t") && b.up("t"),
        () -> a + " " + b);
    assertThat(a.engine.snapshot())
        .anyMatch(sa -> sa.initiatorSpi() == ike && sa.state().equals("ESTABLISHED"));
    List<Change> after = a.agent.changes().subList(changes, a.agent.changes().size());
    int hold = first(after, PolicyAction.HOLD);
    int protect = first(after, PolicyAction.PROTECT);
    assertThat(hold).as("held before anything is protected").isNotNegative().isLessThan(protect);
    for (int i = 0; i < hold; i++) {
      assertThat(after.get(i).hasAddSa()).as("no SA before the hold").isFalse();
    }
    assertNoKeyTwice();
  }

  private static int first(List<Change> changes, PolicyAction action) {
    for (int i = 0; i < changes.size(); i++) {
      if (changes.get(i).hasAddPolicy()
          && changes.get(i).getAddPolicy().getPolicy().getDirection() == Direction.OUTBOUND
          && changes.get(i).getAddPolicy().getPolicy().getAction() == action) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void aRestartedControllerAdoptsWhatTheRouterHas() throws Exception {
    bringUp();
    Policy policy = outbound(a).orElseThrow();
    int installs = a.agent.installs().size();
    long generation = a.plane.generation().number();
    a = a.again();
    a.configure(configA, Optional.empty(), tunnelA);
    Await.until("ready", CALL, () -> a.plane.status().ready(), () -> a);
    assertThat(a.plane.generation().number()).isEqualTo(generation);
    assertThat(a.agent.installs()).hasSize(installs);
    assertThat(outbound(a)).contains(policy);
    // IKE SAs are new, and so are the next children; the old pair goes without a gap.
    Await.until(
        "up again by another pair",
        CALL,
        () -> a.up("t") && protects(a) && spiOut(a) != policy.getSa().getSpi(),
        () -> a + " " + b);
    assertThat(
            a.agent.changes().stream()
                .filter(Change::hasDelPolicy)
                .map(change -> change.getDelPolicy().getPlace().getDirection()))
        .as("the place was never empty")
        .doesNotContain(Direction.OUTBOUND);
    assertNoKeyTwice();
  }

  private static void packetWaits(RouterSite site, int times) {
    Policy trap = outbound(site).orElseThrow();
    for (int i = 0; i < times; i++) {
      site.agent.tell(
          Event.newBuilder()
              .setAcquire(
                  Acquire.newBuilder()
                      .setPlace(Samples.place(trap))
                      .setSource(Samples.octets("10.1.7.7"))
                      .setDestination(Samples.octets("10.2.9.9"))
                      .setProtocol(6)
                      .setSourcePort(40000)
                      .setDestinationPort(85)));
    }
  }

  private static boolean does(RouterSite site, PolicyAction action) {
    return outbound(site).filter(p -> p.getAction() == action).isPresent();
  }

  @Test
  void aPacketStartsATrappedTunnelOnceAndItIsTrappedAgainWhenItEnds() throws Exception {
    configA = new Config(A, B, 500, 500, StartAction.TRAP, a.plane.name());
    b.configure(configB, Optional.empty(), tunnelB);
    Await.until("b holds", CALL, () -> held(b), () -> b);
    a.configure(configA, Optional.empty(), tunnelA);
    Await.until("a traps", CALL, () -> does(a, PolicyAction.TRAP) && trapped(a), () -> a);
    assertThat(a.agent.policies())
        .filteredOn(p -> p.getDirection() == Direction.INBOUND)
        .as("what comes from the peer starts nothing")
        .allMatch(p -> p.getAction() == PolicyAction.HOLD);
    assertThat(a.engine.snapshot()).isEmpty();

    int changes = a.agent.changes().size();
    packetWaits(a, 2000);
    awaitUp();
    assertThat(a.engine.snapshot()).hasSize(1);
    assertThat(a.agent.installs()).as("one pair").hasSize(2);
    assertThat(outbound(a).orElseThrow().getSelectors().getRemote().getLastPort())
        .as("the whole of it, not the packet's part")
        .isEqualTo(90);

    assertThat(b.tunnels.terminate("t", CALL).toCompletableFuture().get().outcome().done())
        .isTrue();
    Await.until("a traps again", CALL, () -> does(a, PolicyAction.TRAP) && trapped(a), () -> a);
    assertThat(a.agent.changes().subList(changes, a.agent.changes().size()))
        .as("from trap to protect and back, each in one step")
        .noneMatch(
            c ->
                c.hasDelPolicy()
                    && c.getDelPolicy().getPlace().getDirection() == Direction.OUTBOUND)
        .noneMatch(
            c ->
                c.hasAddPolicy()
                    && c.getAddPolicy().getPolicy().getDirection() == Direction.OUTBOUND
                    && c.getAddPolicy().getPolicy().getAction() == PolicyAction.HOLD);
    packetWaits(a, 1);
    awaitUp();
    assertNoKeyTwice();
  }

  private static boolean trapped(RouterSite site) {
    return site.tunnels.statuses().stream()
        .anyMatch(s -> s.phase() == TunnelStatus.Phase.TRAPPED && s.held());
  }

  @Test
  void aTrapOutlivesRestartsOfTheRouterAndOfTheController() throws Exception {
    configA = new Config(A, B, 500, 500, StartAction.TRAP, a.plane.name());
    b.configure(configB, Optional.empty(), tunnelB);
    a.configure(configA, Optional.empty(), tunnelA);
    Await.until("a traps", CALL, () -> does(a, PolicyAction.TRAP) && trapped(a), () -> a);
    a.agent.restart();
    Await.until("a traps again", CALL, () -> does(a, PolicyAction.TRAP) && trapped(a), () -> a);
    int changes = a.agent.changes().size();
    a = a.again();
    a.configure(configA, Optional.empty(), tunnelA);
    Await.until("the next life does", CALL, () -> trapped(a) && a.plane.status().ready(), () -> a);
    assertThat(a.agent.changes().subList(changes, a.agent.changes().size()))
        .as("nothing else was in the place, nor was it empty")
        .noneMatch(Change::hasDelPolicy);
    assertThat(does(a, PolicyAction.TRAP)).isTrue();
    Await.until("b holds", CALL, () -> held(b), () -> b);
    packetWaits(a, 1);
    awaitUp();
    assertNoKeyTwice();
  }

  @Test
  void bypassIsInForceOnlyWhenTheHoldsAreThere() throws Exception {
    StaticPolicy bypass =
        new StaticPolicy(
            "all",
            Optional.of(a.plane.name()),
            io.keyway.api.sa.Direction.OUTBOUND,
            SelectorTemplate.of(TrafficSelector.prefix(Config.address("0.0.0.0"), 0)),
            SelectorTemplate.of(TrafficSelector.prefix(Config.address("0.0.0.0"), 0)),
            -20_000,
            "bypass");
    a.configure(configA, Optional.of(bypass), tunnelA);
    Await.until(
        "complete", CALL, () -> a.agent.complete() && a.agent.policies().size() == 3, () -> a);
    int changes = a.agent.changes().size();
    a.agent.restart();
    Await.until(
        "complete again",
        CALL,
        () -> a.agent.complete() && a.agent.policies().size() == 3,
        () -> a);
    List<Change> after = a.agent.changes().subList(changes, a.agent.changes().size());
    assertThat(first(after, PolicyAction.HOLD))
        .isNotNegative()
        .isLessThan(first(after, PolicyAction.BYPASS));
  }
}
