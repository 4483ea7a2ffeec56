package io.keyway.plane.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.PolicyAction;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.PolicyStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Counters of places only grow, whoever restarts. */
class CountersTest {

  private Bench bench;
  private PolicyPlace place;
  private int spi = 0x900;

  @BeforeEach
  void begin() throws Exception {
    bench = new Bench();
    bench.awaitReady();
    protect();
    place = Samples.place(bench.agent.policies().get(0));
  }

  @AfterEach
  void end() {
    bench.close();
  }

  private void protect() {
    SecurityAssociation out = bench.sa(bench.lease(), Direction.OUTBOUND, ++spi);
    bench.apply(new PlaneChange.AddSa(out, Bench.keys(spi & 0xff)), Bench.protect(out));
  }

  private void counted(long packets, long dropped) {
    bench.agent.count(
        place,
        PolicyStatus.newBuilder()
            .setPackets(packets)
            .setBytes(100 * packets)
            .setDroppedPackets(dropped)
            .build());
  }

  private void assertCounts(long packets, long dropped) {
    assertThat(Bench.get(bench.plane.policyUsage(List.of(Bench.PAIR), Bench.LIMIT)))
        .isEqualTo(Map.of(Bench.PAIR, Usage.of(packets, 100 * packets)));
    assertThat(Bench.get(bench.plane.heldUsage(List.of(Bench.PAIR), Bench.LIMIT)))
        .isEqualTo(Map.of(Bench.PAIR, Usage.of(dropped, 0)));
  }

  private void letIn(SecurityAssociation in) {
    bench.apply(
        new PlaneChange.PutPolicy(
            Direction.INBOUND,
            Bench.PAIR,
            1000,
            new PolicyAction.Protect(in.id(), in.mode(), in.endpoints())));
  }

  private PolicyPlace protectInbound() {
    SecurityAssociation in = bench.sa(bench.lease(), Direction.INBOUND, 0);
    bench.apply(new PlaneChange.AddSa(in, Bench.keys(++spi & 0xff)));
    letIn(in);
    return place.toBuilder().setDirection(io.keyway.protocol.vrouter.v1.Direction.INBOUND).build();
  }

  private void assertReceived(long packets) {
    assertThat(Bench.get(bench.plane.receivedUsage(List.of(Bench.PAIR), Bench.LIMIT)))
        .isEqualTo(Map.of(Bench.PAIR, Usage.of(packets, 10 * packets)));
  }

  private void received(PolicyPlace inbound, long packets) {
    bench.agent.count(
        inbound, PolicyStatus.newBuilder().setPackets(packets).setBytes(10 * packets).build());
  }

  @Test
  void whatWasLetInIsCountedApartAndGoesOnOverRestartsAndRekeys() throws Exception {
    PolicyPlace inbound = protectInbound();
    counted(1000, 5);
    received(inbound, 77);
    assertReceived(77);
    assertCounts(1000, 5);
    protectInbound();
    received(inbound, 80);
    assertReceived(80);
    restartAgent();
    protectInbound();
    received(inbound, 3);
    assertReceived(83);
    restartController();
    assertReceived(83);
    received(inbound, 4);
    assertReceived(84);
  }

  @Test
  void ofAnInboundPlaceThatNeverHadAnSaNothingIsSaid() {
    bench.apply(
        new PlaneChange.PutPolicy(Direction.INBOUND, Bench.PAIR, 1000, new PolicyAction.Hold()));
    assertThat(Bench.get(bench.plane.receivedUsage(List.of(Bench.PAIR), Bench.LIMIT))).isEmpty();
  }

  private void restartAgent() throws Exception {
    Generation before = bench.plane.generation();
    bench.agent.restart();
    bench.awaitReadyAfter(before);
    protect();
  }

  private void restartController() throws Exception {
    bench.plane.close();
    bench.begin(Bench.TIMING);
    bench.awaitReady();
  }

  @Test
  void overRestartsOfTheAgentAndThenOfTheController() throws Exception {
    counted(1000, 5);
    assertCounts(1000, 5);
    restartAgent();
    counted(50, 1);
    assertCounts(1050, 6);
    restartController();
    assertCounts(1050, 6);
    counted(2000, 7);
    restartAgent();
    counted(1, 0);
    restartController();
    assertCounts(1051, 6);
    counted(3, 0);
    assertCounts(1053, 6);
  }

  @Test
  void whatCountedFromTheStartAgainInTheSameLifeDoesNotGoBack() {
    counted(1000, 5);
    assertCounts(1000, 5);
    counted(10, 5);
    assertCounts(1010, 10);
    counted(11, 5);
    assertCounts(1011, 10);
  }

  @Test
  void aPlaceThatCameBackBeginsAnewAlsoAfterARestart() throws Exception {
    counted(1000, 5);
    assertCounts(1000, 5);
    restartAgent();
    counted(50, 1);
    assertCounts(1050, 6);
    bench.apply(new PlaneChange.RemovePolicy(Direction.OUTBOUND, Bench.PAIR));
    counted(0, 0);
    protect();
    counted(2, 0);
    assertCounts(2, 0);
    restartController();
    assertCounts(2, 0);
  }

  @Test
  void aHeldPlaceOfALaterLifeSaysNothingOfWhatWasSentRatherThanLess() throws Exception {
    counted(1000, 5);
    assertCounts(1000, 5);
    bench.apply(Bench.put(Bench.PAIR, new PolicyAction.Hold()));
    restartController();
    assertThat(Bench.get(bench.plane.policyUsage(List.of(Bench.PAIR), Bench.LIMIT))).isEmpty();
    protect();
    assertCounts(1000, 5);
  }
}
