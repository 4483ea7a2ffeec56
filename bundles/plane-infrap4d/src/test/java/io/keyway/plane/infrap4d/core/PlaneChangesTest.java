package io.keyway.plane.infrap4d.core;

import static io.keyway.api.Outcome.Kind.ABSENT;
import static io.keyway.api.Outcome.Kind.CONFLICT;
import static io.keyway.api.Outcome.Kind.FULL;
import static io.keyway.api.Outcome.Kind.OK;
import static io.keyway.api.Outcome.Kind.REFUSED;
import static io.keyway.api.Outcome.Kind.SAME;
import static io.keyway.api.Outcome.Kind.UNAVAILABLE;
import static io.keyway.api.Outcome.Kind.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Endpoints;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.plane.infrap4d.device.RowResult;
import io.keyway.plane.infrap4d.device.SaRef;
import io.keyway.plane.infrap4d.pipeline.IpsecTable;
import io.keyway.plane.infrap4d.pipeline.RowAction;
import io.keyway.plane.infrap4d.pipeline.RowKey;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a set-up, a rekey, a removal and their failures leave on the device. */
class PlaneChangesTest {

  private final Bench bench = new Bench();
  private final FakeDevice device = bench.device;

  private static final Inet4Address LOCAL = (Inet4Address) Bench.LOCAL;
  private static final Inet4Address REMOTE = (Inet4Address) Bench.REMOTE;
  private static final Inet4Address SITE = (Inet4Address) Bench.address("10.2.0.1");

  private static Map<RowKey, RowAction> tunnelRows(SpiLease lease) {
    return Map.of(
        RowKey.rxClassification(REMOTE, LOCAL, lease.spi().value()),
        RowAction.decrypt(lease.index()),
        RowKey.tunnelTerm(REMOTE, LOCAL),
        RowAction.decap(),
        RowKey.spd(SITE, 6),
        RowAction.protect(lease.index()),
        RowKey.txClassification(SITE, 6, 1),
        RowAction.txTunnel(REMOTE),
        RowKey.txClassification(SITE, 6, 0),
        RowAction.txTunnel(REMOTE),
        RowKey.encapMod(lease.index()),
        RowAction.encap(LOCAL, REMOTE),
        RowKey.tunnel(lease.index()),
        RowAction.setTunnel(lease.index()));
  }

  @Test
  void aTunnelGetsTheSevenRowsOfTheContractInAnOrderThatNeverLetsClearTextPass() {
    SpiLease lease = bench.lease();
    assertThat(bench.kinds(Bench.hold())).containsExactly(OK);
    device.log.clear();

    assertThat(
            bench.kinds(
                bench.add(lease, Direction.INBOUND),
                bench.add(lease, Direction.OUTBOUND),
                Bench.protect(lease)))
        .containsExactly(OK, OK, OK);

    assertThat(device.rows).isEqualTo(tunnelRows(lease));
    assertThat(device.sas)
        .containsOnlyKeys(
            new SaRef(lease.index(), Direction.INBOUND),
            new SaRef(lease.index(), Direction.OUTBOUND));
    List<String> order = new ArrayList<>(device.log);
    assertThat(order.get(0)).startsWith("SET").endsWith("inbound");
    assertThat(order.indexOf("SET SA " + lease.index() + " outbound"))
        .isGreaterThan(order.indexOf("INSERT ipsec_rx_sa_classification_table"));
    assertThat(order.indexOf("INSERT ipsec_spd"))
        .isGreaterThan(order.indexOf("INSERT ipsec_tunnel_encap_mod_table"))
        .isLessThan(order.indexOf("MODIFY ipsec_tx_sa_classification_table"));
    assertThat(bench.keysAreGone()).isTrue();
  }

  @Test
  void transportModeHasNoOuterHeaderRowsAndAnActionForEachUnderlay() {
    SpiLease lease = bench.lease();
    assertThat(
            bench.kinds(
                bench.add(lease, Direction.INBOUND, IpsecMode.TRANSPORT, "10.2.0.1"),
                bench.add(lease, Direction.OUTBOUND, IpsecMode.TRANSPORT, "10.2.0.1"),
                Bench.protect(lease, IpsecMode.TRANSPORT, "10.2.0.1", 6)))
        .containsExactly(OK, OK, OK);
    assertThat(device.rows)
        .isEqualTo(
            Map.of(
                RowKey.rxClassification(REMOTE, LOCAL, lease.spi().value()),
                RowAction.decrypt(lease.index()),
                RowKey.spd(SITE, 6),
                RowAction.protect(lease.index()),
                RowKey.txClassification(SITE, 6, 1),
                RowAction.txTransport(1),
                RowKey.txClassification(SITE, 6, 0),
                RowAction.txTransport(0)));
  }

  @Test
  void aRekeyIsOneChangeOfTheSpdRowAndSharesTheTermination() {
    SpiLease old = bench.up();
    SpiLease fresh = bench.lease();
    bench.apply(bench.add(fresh, Direction.INBOUND), bench.add(fresh, Direction.OUTBOUND));
    device.log.clear();

    assertThat(bench.kinds(Bench.protect(fresh))).containsExactly(OK);
    assertThat(device.log).containsExactly("MODIFY ipsec_spd");

    assertThat(
            bench.kinds(
                Bench.remove(old, Direction.OUTBOUND), Bench.remove(old, Direction.INBOUND)))
        .containsExactly(OK, OK);
    assertThat(device.rows).isEqualTo(tunnelRows(fresh));
    assertThat(device.sas.keySet()).allMatch(r -> r.index() == fresh.index());
  }

  @Test
  void aRekeyToAPeersOtherAddressNeverDropsAndNeverLetsClearTextPass() {
    bench.up();
    SpiLease fresh = bench.lease();
    InetAddress moved = Bench.address("192.0.2.99");
    bench.apply(
        moved(bench.add(fresh, Direction.INBOUND), moved),
        moved(bench.add(fresh, Direction.OUTBOUND), moved));
    device.log.clear();

    PlaneChange.PutPolicy there = (PlaneChange.PutPolicy) Bench.protect(fresh);
    SaId out = new SaId("ipu-1", Direction.OUTBOUND, id(fresh).spi(), moved, fresh.index());
    assertThat(
            bench.kinds(
                new PlaneChange.PutPolicy(
                    there.direction(),
                    there.selectors(),
                    there.priority(),
                    new PolicyAction.Protect(out, IpsecMode.TUNNEL, Endpoints.of(LOCAL, moved)))))
        .containsExactly(OK);

    assertThat(device.log.get(0)).isEqualTo("MODIFY ipsec_spd");
    assertThat(device.log.subList(1, device.log.size()))
        .isNotEmpty()
        .containsOnly("MODIFY ipsec_tx_sa_classification_table");
    assertThat(device.rows.get(RowKey.txClassification(SITE, 6, 0)))
        .isEqualTo(RowAction.txTunnel((java.net.Inet4Address) moved));
  }

  private static SaId id(SpiLease lease) {
    return Bench.id(lease, Direction.OUTBOUND);
  }

  private static PlaneChange moved(PlaneChange change, InetAddress remote) {
    PlaneChange.AddSa add = (PlaneChange.AddSa) change;
    SecurityAssociation sa = add.sa();
    SaId id = sa.id();
    return new PlaneChange.AddSa(
        new SecurityAssociation(
            id.direction() == Direction.INBOUND
                ? id
                : new SaId(id.plane(), id.direction(), id.spi(), remote, id.index()),
            sa.child(),
            sa.lease(),
            sa.encryption(),
            sa.integrity(),
            sa.esn(),
            sa.replayWindow(),
            sa.mode(),
            Endpoints.of(LOCAL, remote),
            sa.selectors(),
            sa.lifetime()),
        add.keys());
  }

  @Test
  void everythingIsGoneAfterTheLastRemoval() {
    SpiLease lease = bench.up();
    assertThat(
            bench.kinds(
                Bench.clear(),
                Bench.remove(lease, Direction.OUTBOUND),
                Bench.remove(lease, Direction.INBOUND)))
        .containsExactly(OK, OK, OK);
    assertThat(device.rows).isEmpty();
    assertThat(device.sas).isEmpty();
    assertThat(bench.kinds(Bench.clear(), Bench.remove(lease, Direction.INBOUND)))
        .containsExactly(SAME, ABSENT);
  }

  @Test
  void aHeldPlaceIsTwoDropRowsAndPuttingItTwiceIsTheSame() {
    assertThat(bench.kinds(Bench.hold())).containsExactly(OK);
    assertThat(device.rows)
        .isEqualTo(
            Map.of(
                RowKey.txClassification(SITE, 6, 1),
                RowAction.drop(),
                RowKey.txClassification(SITE, 6, 0),
                RowAction.drop()));
    int writes = device.writes.size();
    assertThat(bench.kinds(Bench.hold())).containsExactly(SAME);
    assertThat(device.writes).hasSize(writes);
  }

  @Test
  void losingAnSaThatAPolicyUsesHoldsItsTraffic() {
    SpiLease lease = bench.up();
    assertThat(bench.kinds(Bench.remove(lease, Direction.OUTBOUND))).containsExactly(OK);
    assertThat(device.rows.get(RowKey.txClassification(SITE, 6, 0))).isEqualTo(RowAction.drop());
    assertThat(device.rows).doesNotContainKey(RowKey.spd(SITE, 6));
  }

  @Test
  void aPolicyForAnSaThatIsNotThereIsAConflict() {
    bench.apply(Bench.hold());
    assertThat(bench.kinds(Bench.protect(bench.lease()))).containsExactly(CONFLICT);
    assertThat(device.rows.values()).containsOnly(RowAction.drop());
  }

  @Test
  void aFullTableUndoesRowsAndSaAndTellsTheNextChangeOfTheJob() {
    bench.apply(Bench.hold());
    SpiLease lease = bench.lease();
    device.rowFault =
        op ->
            op.key().table() == IpsecTable.TUNNEL
                    && op.type() == io.keyway.plane.infrap4d.device.RowOp.Type.INSERT
                ? FakeDevice.fault(RowResult.Kind.FULL)
                : null;

    assertThat(
            bench.kinds(
                bench.add(lease, Direction.INBOUND),
                bench.add(lease, Direction.OUTBOUND),
                Bench.protect(lease)))
        .containsExactly(OK, FULL, CONFLICT);

    assertThat(device.sas).containsOnlyKeys(new SaRef(lease.index(), Direction.INBOUND));
    assertThat(device.rows).doesNotContainKey(RowKey.encapMod(lease.index()));
    assertThat(device.rows.get(RowKey.txClassification(SITE, 6, 0))).isEqualTo(RowAction.drop());
    assertThat(bench.keysAreGone()).isTrue();
  }

  @Test
  void anInboundSaThatFailsLeavesTheTerminationToTheOthers() {
    bench.up();
    SpiLease lease = bench.lease();
    device.rowFault =
        op ->
            op.key().table() == IpsecTable.RX_CLASSIFICATION
                ? FakeDevice.fault(RowResult.Kind.UNAVAILABLE)
                : null;
    assertThat(bench.kinds(bench.add(lease, Direction.INBOUND))).containsExactly(UNAVAILABLE);
    assertThat(device.rows).containsKey(RowKey.tunnelTerm(REMOTE, LOCAL));
    assertThat(device.sas).doesNotContainKey(new SaRef(lease.index(), Direction.INBOUND));
  }

  @Test
  void aLostAnswerAboutAnOutboundKeyIsUnknownAndTheKeyIsNeverInstalledAgain() {
    bench.apply(Bench.hold());
    SpiLease lease = bench.lease();
    bench.apply(bench.add(lease, Direction.INBOUND));
    device.insertFault =
        sa -> {
          device.sas.put(sa.ref(), sa.spi());
          return Outcome.unknown("the answer was lost");
        };
    assertThat(bench.kinds(bench.add(lease, Direction.OUTBOUND), Bench.protect(lease)))
        .containsExactly(UNKNOWN, CONFLICT);
    device.insertFault = sa -> null;
    int inserts = device.inserts.size();

    assertThat(bench.kinds(bench.add(lease, Direction.OUTBOUND))).containsExactly(CONFLICT);
    assertThat(device.inserts).hasSize(inserts);

    assertThat(
            bench.kinds(
                Bench.remove(lease, Direction.OUTBOUND), Bench.remove(lease, Direction.INBOUND)))
        .containsExactly(OK, OK);
    assertThat(device.sas).isEmpty();
    assertThat(bench.keysAreGone()).isTrue();
  }

  @Test
  void aLostAnswerAboutAnInboundKeyIsTakenBack() {
    SpiLease lease = bench.lease();
    device.insertFault =
        sa -> {
          device.sas.put(sa.ref(), sa.spi());
          return Outcome.unknown("the answer was lost");
        };
    assertThat(bench.kinds(bench.add(lease, Direction.INBOUND))).containsExactly(UNAVAILABLE);
    assertThat(device.sas).isEmpty();
    assertThat(device.rows).isEmpty();
  }

  @Test
  void aRowOfAnEarlierLifeInOurTablesIsReplaced() {
    device.rows.put(RowKey.txClassification(SITE, 6, 0), RowAction.txTunnel(LOCAL));
    assertThat(bench.kinds(Bench.hold())).containsExactly(OK);
    assertThat(device.rows.get(RowKey.txClassification(SITE, 6, 0))).isEqualTo(RowAction.drop());
  }

  @Test
  void aRowOfSomebodyElseInSharedTablesIsAConflictAndLeftAlone() {
    FakeDevice shared = new FakeDevice(1);
    Bench other =
        new Bench(
            shared,
            new io.keyway.plane.infrap4d.settings.Infrap4dSettings(
                "ipu-1",
                Bench.settings().p4runtime(),
                Bench.settings().gnmi(),
                1,
                "",
                true,
                1,
                false,
                64,
                Bench.settings().tls(),
                Bench.settings().quirks(),
                Bench.settings().timing()),
            new Bench.Memory());
    shared.rows.put(RowKey.txClassification(SITE, 6, 0), RowAction.txTunnel(LOCAL));
    assertThat(other.kinds(Bench.hold())).containsExactly(CONFLICT);
    assertThat(shared.rows)
        .isEqualTo(Map.of(RowKey.txClassification(SITE, 6, 0), RowAction.txTunnel(LOCAL)));
  }

  @Test
  void aLostAnswerAboutRowsIsSettledByReadingThemBack() {
    int[] times = {0};
    device.rowFault =
        op -> {
          if (times[0]++ == 0) {
            device.rows.put(op.key(), op.action().orElseThrow());
          }
          return FakeDevice.fault(RowResult.Kind.UNKNOWN);
        };
    assertThat(bench.kinds(Bench.hold())).containsExactly(UNKNOWN);
    assertThat(device.rows).as("one got in, and could not be taken out").hasSize(1);
    device.rowFault = op -> null;
    assertThat(bench.kinds(Bench.hold())).containsExactly(OK);
    assertThat(bench.kinds(Bench.clear())).containsExactly(OK);
    assertThat(device.rows).isEmpty();
  }

  @Test
  void aRowWhoseAnswerWasLostIsWrittenAgainEvenIfItLooksRight() {
    SpiLease old = bench.up();
    SpiLease fresh = bench.lease();
    bench.apply(bench.add(fresh, Direction.INBOUND), bench.add(fresh, Direction.OUTBOUND));
    device.readFault =
        new io.keyway.plane.infrap4d.device.DeviceException(
            io.keyway.plane.infrap4d.device.DeviceException.Kind.UNREACHABLE, "no");
    int[] times = {0};
    device.rowFault =
        op -> {
          if (times[0]++ == 0) {
            device.rows.put(op.key(), op.action().orElseThrow());
            return FakeDevice.fault(RowResult.Kind.UNKNOWN);
          }
          return null;
        };
    assertThat(bench.kinds(Bench.protect(fresh))).containsExactly(UNKNOWN);
    assertThat(device.rows.get(RowKey.spd(SITE, 6)))
        .as("undone, although the mirror never saw it done")
        .isEqualTo(RowAction.protect(old.index()));
  }

  @Test
  void manyHoldsShareOneWriteAndNeighboursOfAnotherJobJoin() {
    List<PlaneChange> first = new ArrayList<>();
    List<PlaneChange> second = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      first.add(Bench.hold("10.9.0." + i, 6));
      second.add(Bench.hold("10.9.1." + i, 17));
    }
    device.writes.clear();
    var one = bench.plane.apply(bench.plane.generation(), first, Bench.LONG);
    var two = bench.plane.apply(bench.plane.generation(), second, Bench.LONG);
    bench.executor.run();
    assertThat(one.toCompletableFuture().join()).hasSize(200).allMatch(Outcome::done);
    assertThat(two.toCompletableFuture().join()).hasSize(200).allMatch(Outcome::done);
    assertThat(device.writes).hasSize(1);
    assertThat(device.writes.get(0)).hasSize(800);
  }

  @Test
  void jobsOnTheSamePlaceKeepTheirOrder() {
    SpiLease lease = bench.lease();
    var setUp =
        bench.plane.apply(
            bench.plane.generation(),
            List.of(
                Bench.hold(),
                bench.add(lease, Direction.INBOUND),
                bench.add(lease, Direction.OUTBOUND),
                Bench.protect(lease)),
            Bench.LONG);
    var tearDown =
        bench.plane.apply(
            bench.plane.generation(),
            List.of(
                Bench.hold(),
                Bench.remove(lease, Direction.OUTBOUND),
                Bench.remove(lease, Direction.INBOUND)),
            Bench.LONG);
    bench.executor.run();
    assertThat(setUp.toCompletableFuture().join()).allMatch(Outcome::done);
    assertThat(tearDown.toCompletableFuture().join()).allMatch(Outcome::done);
    assertThat(device.rows.values()).containsOnly(RowAction.drop());
    assertThat(device.sas).isEmpty();
  }

  @Test
  void whatTheDeviceCannotDoIsRefusedByName() {
    SpiLease lease = bench.lease();
    assertThat(bench.apply(Bench.hold("10.2.0.1", 0)).get(0))
        .matches(o -> o.kind() == REFUSED && o.reason().contains("protocols"));
    assertThat(
            bench
                .apply(
                    new PlaneChange.PutPolicy(
                        Direction.OUTBOUND,
                        Bench.pair("10.2.0.1", 6),
                        1,
                        new io.keyway.api.sp.PolicyAction.Trap()))
                .get(0)
                .kind())
        .isEqualTo(REFUSED);
    assertThat(
            bench
                .apply(
                    new PlaneChange.MoveSa(
                        Bench.id(lease, Direction.INBOUND),
                        io.keyway.api.sa.Endpoints.of(LOCAL, REMOTE)))
                .get(0)
                .reason())
        .contains("rekey");
    bench.apply(bench.add(lease, Direction.INBOUND), bench.add(lease, Direction.OUTBOUND));
    assertThat(
            bench
                .apply(Bench.protect(lease, IpsecMode.TUNNEL, REMOTE.getHostAddress(), 17))
                .get(0)
                .reason())
        .contains("IKE");
    assertThat(bench.keysAreGone()).isTrue();
  }

  @Test
  void aDeleteThatTheDeviceDoesNotConfirmIsTriedTwiceThenTakenForGone() {
    SpiLease lease = bench.up();
    bench.apply(Bench.hold());
    int[] asked = {0};
    device.deleteFault =
        sa -> {
          asked[0]++;
          return Outcome.absent("not there, or it failed");
        };
    assertThat(bench.kinds(Bench.remove(lease, Direction.OUTBOUND))).containsExactly(ABSENT);
    assertThat(asked[0]).isEqualTo(2);
  }

  @Test
  void anSaWithoutAddressesIsAnEntryOfTheSadAndNothingElse() {
    SpiLease lease = bench.lease();
    for (Direction direction : Direction.values()) {
      assertThat(bench.kinds(bare(lease, direction))).containsExactly(OK);
    }
    assertThat(device.sas)
        .containsOnlyKeys(
            new SaRef(lease.index(), Direction.INBOUND),
            new SaRef(lease.index(), Direction.OUTBOUND));
    assertThat(device.rows).isEmpty();
    device.log.clear();
    for (Direction direction : Direction.values()) {
      assertThat(bench.kinds(Bench.remove(lease, direction))).containsExactly(OK);
    }
    assertThat(device.sas).isEmpty();
    assertThat(device.log).as("no row was touched").noneMatch(l -> l.startsWith("DELETE ipsec"));
    assertThat(bench.keysAreGone()).isTrue();
  }

  private PlaneChange bare(SpiLease lease, Direction direction) {
    SecurityAssociation sa = Bench.sa(lease, direction, IpsecMode.TUNNEL, "10.2.0.1");
    TrafficSelector anything = TrafficSelector.prefix(Endpoints.NONE.local(), 0);
    return new PlaneChange.AddSa(
        new SecurityAssociation(
            sa.id(),
            sa.child(),
            lease,
            sa.encryption(),
            sa.integrity(),
            true,
            64,
            IpsecMode.TUNNEL,
            Endpoints.NONE,
            List.of(new SelectorPair(anything, anything)),
            sa.lifetime()),
        bench.keys());
  }
}
