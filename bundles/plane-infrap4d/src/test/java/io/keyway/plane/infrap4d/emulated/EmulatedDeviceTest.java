package io.keyway.plane.infrap4d.emulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Lifetime.Limit;
import io.keyway.api.sa.Spi;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.sa.Usage;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.Quirks;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.server.Fault;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.plane.infrap4d.core.Infrap4dPlane;
import io.keyway.plane.infrap4d.emulated.Site.End;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.settings.HostPort;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole southbound over gRPC against the emulated device, with packets through it. */
class EmulatedDeviceTest {

  private static final End A = new End("192.0.2.1", "10.1.0.1");
  private static final End B = new End("198.51.100.1", "10.2.0.1");

  private final Wire wire = new Wire("wire", InstantSource.system());
  private final List<AutoCloseable> open = new ArrayList<>();

  private Site site(String name, String outer) throws Exception {
    return site(EmulatorConfig.onLoopback(name, "wire").withAddresses(outer + "/32"));
  }

  private Site site(EmulatorConfig config) throws Exception {
    Site site = new Site(config, wire);
    open.add(site);
    return site;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  private static byte[] key(int seed, int length) {
    byte[] key = new byte[length];
    Arrays.fill(key, (byte) seed);
    key[0] = 1;
    return key;
  }

  @ParameterizedTest
  @EnumSource(IpsecMode.class)
  void packetsBetweenTwoSitesAreHeldThenProtectedAndCounted(IpsecMode mode) throws Exception {
    End a = mode == IpsecMode.TUNNEL ? A : new End("10.1.0.1", "10.1.0.1");
    End b = mode == IpsecMode.TUNNEL ? B : new End("10.2.0.1", "10.2.0.1");
    Site left =
        new Site(
            EmulatorConfig.onLoopback("a", "wire").withAddresses(a.outer() + "/32"),
            wire,
            ikeElsewhere());
    open.add(left);
    Site right =
        new Site(
            EmulatorConfig.onLoopback("b", "wire").withAddresses(b.outer() + "/32"),
            wire,
            ikeElsewhere());
    open.add(right);
    left.ready();
    right.ready();

    assertThat(left.apply(Site.hold(a, b))).containsExactly(Outcome.ok());
    byte[] packet = Site.datagram(a, b, "first");
    assertThat(left.emulator.device().transmit(packet, false).kind()).isEqualTo(Verdict.Kind.HELD);
    assertThat(left.emulator.device().transmit(packet, true).kind()).isEqualTo(Verdict.Kind.HELD);

    SpiLease leftLease = left.lease();
    SpiLease rightLease = right.lease();
    byte[] toRight = key(2, 36);
    byte[] toLeft = key(3, 36);
    assertThat(
            right.apply(
                right.add(
                    rightLease,
                    Direction.INBOUND,
                    rightLease.spi(),
                    b,
                    a,
                    toRight,
                    mode,
                    Lifetime.UNLIMITED),
                right.add(
                    rightLease,
                    Direction.OUTBOUND,
                    leftLease.spi(),
                    b,
                    a,
                    toLeft,
                    mode,
                    Lifetime.UNLIMITED)))
        .allMatch(Outcome::done);
    assertThat(
            left.apply(
                left.add(
                    leftLease,
                    Direction.INBOUND,
                    leftLease.spi(),
                    a,
                    b,
                    toLeft,
                    mode,
                    Lifetime.UNLIMITED),
                left.add(
                    leftLease,
                    Direction.OUTBOUND,
                    rightLease.spi(),
                    a,
                    b,
                    toRight,
                    mode,
                    Lifetime.UNLIMITED),
                left.protect(leftLease, rightLease.spi(), a, b, mode)))
        .allMatch(Outcome::done);

    for (int i = 0; i < 5; i++) {
      assertThat(left.emulator.device().transmit(Site.datagram(a, b, "n" + i), false).kind())
          .isEqualTo(Verdict.Kind.PROTECTED);
    }
    List<Delivered> arrived = right.delivered();
    assertThat(arrived).hasSize(5).allMatch(d -> d.kind() == Delivered.Kind.DECRYPTED);
    assertThat(arrived.get(4).packet()).isEqualTo(Site.datagram(a, b, "n4"));
    assertThat(left.count(Counter.CLEAR_OUT_PACKETS)).isZero();

    Usage usage =
        left.plane
            .policyUsage(List.of(Site.pair(a, b)), Site.LONG)
            .toCompletableFuture()
            .join()
            .get(Site.pair(a, b));
    assertThat(usage.packets()).hasValue(5);
    assertThat(usage.bytes()).hasValue(5L * Site.datagram(a, b, "n0").length);

    PlaneSnapshot snapshot =
        left.plane.snapshot(Site.LONG).toCompletableFuture().join().value().orElseThrow();
    assertThat(snapshot.rows()).hasSize(mode == IpsecMode.TUNNEL ? 7 : 4).allMatch(r -> r.ours());
    assertThat(snapshot.sas()).hasSize(2);

    assertThat(
            left.apply(
                Site.hold(a, b),
                left.remove(leftLease, Direction.OUTBOUND, rightLease.spi(), a, b),
                left.remove(leftLease, Direction.INBOUND, leftLease.spi(), a, b),
                new PlaneChange.RemovePolicy(Direction.OUTBOUND, Site.pair(a, b))))
        .containsOnly(Outcome.ok());
    assertThat(left.emulator.device().sas()).isEmpty();
    assertThat(
            left.plane
                .snapshot(Site.LONG)
                .toCompletableFuture()
                .join()
                .value()
                .orElseThrow()
                .rows())
        .isEmpty();
  }

  private static java.util.function.UnaryOperator<Infrap4dSettings> ikeElsewhere() {
    return s -> Draft.of(s, d -> d.ikeElsewhere = true);
  }

  @Test
  void aDeviceWithoutPipelineIsNamedAndUsedOnceItHasOne() throws Exception {
    Site site = site(EmulatorConfig.onLoopback("a", "wire").withPipelineAtStart(false));
    assertThat(site.status(s -> s.connection() == Connection.NO_PIPELINE).reason())
        .contains("no pipeline");
    Result<SpiLease> none = site.plane.allocateSpi(Site.LONG).toCompletableFuture().join();
    assertThat(none.outcome().reason()).contains("no pipeline");
    site.emulator.pushPipeline(7);
    site.ready();
    assertThat(site.apply(Site.hold(A, B))).as("ids that moved").containsExactly(Outcome.ok());
  }

  @Test
  void aDeviceThatCannotBeReachedIsNamed() throws Exception {
    Site site = site("a", A.outer()).ready();
    site.emulator.setReachable(false);
    assertThat(site.status(s -> s.reason().contains("cannot reach")).reason())
        .contains("127.0.0.1")
        .contains("check that it runs");
    assertThat(site.apply(Site.hold(A, B)).get(0).kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    site.emulator.setReachable(true);
    site.status(s -> s.ready());
  }

  @Test
  void spiZeroIsAFailureThatNamesTheFixedFunction() throws Exception {
    Site site = site(EmulatorConfig.onLoopback("a", "wire").withoutCryptoFunction()).ready();
    assertThat(site.plane.allocateSpi(Site.LONG).toCompletableFuture().join().outcome().reason())
        .contains("answered 0")
        .contains("crypto");
  }

  @Test
  void aLostAnswerAboutAnOutboundInsertIsUnknownAndNothingElseIsDisturbed() throws Exception {
    Site site = site("a", A.outer()).ready();
    site.apply(Site.hold(A, B));
    SpiLease lease = site.lease();
    Spi peer = new Spi(0xC0000001L);
    site.emulator
        .faults()
        .add(
            Fault.of(Fault.Operation.SAD_INSERT, Fault.Effect.LOSE_ANSWER, 1)
                .only(Fault.Sa.OUTBOUND));
    List<Outcome> outcomes =
        site.apply(
            site.add(
                lease,
                Direction.INBOUND,
                lease.spi(),
                A,
                B,
                key(2, 20),
                IpsecMode.TUNNEL,
                Lifetime.UNLIMITED),
            site.add(
                lease,
                Direction.OUTBOUND,
                peer,
                A,
                B,
                key(3, 20),
                IpsecMode.TUNNEL,
                Lifetime.UNLIMITED),
            site.protect(lease, peer, A, B, IpsecMode.TUNNEL));
    assertThat(outcomes)
        .extracting(Outcome::kind)
        .containsExactly(Outcome.Kind.OK, Outcome.Kind.UNKNOWN, Outcome.Kind.CONFLICT);
    assertThat(site.emulator.device().transmit(Site.datagram(A, B, "x"), false).kind())
        .isEqualTo(Verdict.Kind.HELD);
    assertThat(
            site.apply(
                site.remove(lease, Direction.OUTBOUND, peer, A, B),
                site.remove(lease, Direction.INBOUND, lease.spi(), A, B)))
        .allMatch(Outcome::gone);
    assertThat(site.emulator.device().sas()).isEmpty();
    assertThat(site.plane.status().ready()).isTrue();
    assertThat(site.count(Counter.OUTBOUND_KEY_REINSTALLS)).isZero();
  }

  @Test
  void aRestartIsANewGenerationAndNoKeyComesBack() throws Exception {
    Site site = site("a", A.outer()).ready();
    site.apply(Site.hold(A, B));
    SpiLease lease = site.lease();
    Generation before = site.plane.generation();
    PlaneChange in =
        site.add(
            lease,
            Direction.INBOUND,
            lease.spi(),
            A,
            B,
            key(2, 20),
            IpsecMode.TUNNEL,
            Lifetime.UNLIMITED);
    assertThat(site.apply(in)).containsExactly(Outcome.ok());

    site.emulator.restart(true, 0);
    PlaneEvent.GenerationChanged changed =
        (PlaneEvent.GenerationChanged) site.await(PlaneEvent.GenerationChanged.class::isInstance);
    site.ready();
    assertThat(changed.now()).isGreaterThan(before).isEqualTo(site.plane.generation());
    assertThat(changed.reason()).contains("missing");
    assertThat(
            site.apply(
                    site.add(
                        lease,
                        Direction.INBOUND,
                        lease.spi(),
                        A,
                        B,
                        key(2, 20),
                        IpsecMode.TUNNEL,
                        Lifetime.UNLIMITED))
                .get(0)
                .kind())
        .isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(site.emulator.device().transmit(Site.datagram(A, B, "x"), false).kind())
        .as("held before anybody put the policy anew")
        .isEqualTo(Verdict.Kind.HELD);
    assertThat(site.apply(Site.hold(A, B))).containsExactly(Outcome.same());
    assertThat(site.emulator.device().sas()).isEmpty();
    assertThat(site.count(Counter.INBOUND_KEY_REINSTALLS)).isZero();
  }

  @Test
  void aShortBreakOfTheConnectionIsTheSameGeneration() throws Exception {
    Site site = site("a", A.outer()).ready();
    site.apply(Site.hold(A, B));
    Generation before = site.plane.generation();
    site.emulator.setReachable(false);
    site.await(PlaneEvent.Down.class::isInstance);
    site.emulator.setReachable(true);
    site.ready();
    assertThat(site.plane.generation()).isEqualTo(before);
    assertThat(site.apply(Site.hold(A, B))).containsExactly(Outcome.same());
  }

  @Test
  void anExpiryBecomesAnEventThatNamesTheSpiOfTheWire() throws Exception {
    Site site = site("a", A.outer()).ready();
    SpiLease lease = site.lease();
    site.apply(
        site.add(
            lease,
            Direction.INBOUND,
            lease.spi(),
            A,
            B,
            key(2, 20),
            IpsecMode.TUNNEL,
            new Lifetime(new Limit(0, 1000, 0), new Limit(0, 2000, 0))));
    site.emulator.device().expire(lease.spi().bits(), true, Site.address("2001:db8::7"), false);
    PlaneEvent.Expired expired =
        (PlaneEvent.Expired) site.await(PlaneEvent.Expired.class::isInstance);
    assertThat(expired)
        .isEqualTo(new PlaneEvent.Expired(lease.spi(), Site.address("2001:db8::7"), false));
  }

  @Test
  void aFullTableIsToldItemByItemInAWriteOfManyAndLeavesTheOthersAlone() throws Exception {
    Site site = site("a", A.outer()).ready();
    site.emulator.device().fill("linux_networking_control.ipsec_tx_sa_classification_table", 300);
    PlaneChange[] holds = new PlaneChange[250];
    for (int i = 0; i < holds.length; i++) {
      holds[i] = Site.hold(A, new End(B.outer(), "10.77.0." + i));
    }
    List<Outcome> outcomes = site.apply(holds);
    long done = outcomes.stream().filter(Outcome::done).count();
    assertThat(done).isBetween(140L, 150L);
    assertThat(outcomes)
        .filteredOn(o -> !o.done())
        .allMatch(o -> o.kind() == Outcome.Kind.FULL && o.reason().contains("full"));
    long rows =
        site
            .plane
            .snapshot(Site.LONG)
            .toCompletableFuture()
            .join()
            .value()
            .orElseThrow()
            .rows()
            .stream()
            .filter(PlaneSnapshot.Row::ours)
            .count();
    assertThat(rows).as("both rows of a hold or none").isEqualTo(2 * done);
    assertThat(site.plane.status().ready()).isTrue();
  }

  @Test
  void twoAddressesAreTwoConnections() throws Exception {
    EmulatorConfig one = EmulatorConfig.onLoopback("a", "wire");
    var free = one.listen().get(0);
    Site site =
        new Site(
            new EmulatorConfig(
                one.name(),
                one.site(),
                one.wire(),
                List.of(free, free),
                one.control(),
                one.tls(),
                one.captureDirectory(),
                one.addresses(),
                one.quirks(),
                0,
                true,
                true,
                one.sadCapacity()),
            wire);
    open.add(site);
    site.ready();
    Infrap4dSettings s = site.settings();
    Infrap4dSettings both =
        Draft.of(
            s,
            d -> {
              d.name = "both";
              d.gnmi = new HostPort("127.0.0.1", site.emulator.addresses().get(1).getPort());
              d.role = "another-role";
              d.claimTables = false;
            });
    assertThat(both.gnmi()).isNotEqualTo(both.p4runtime());
    site.plane.close();
    Infrap4dPlane plane = site.plane(both);
    open.add(0, plane);
    plane.start();
    long end = System.nanoTime() + Site.LONG.toNanos();
    while (!plane.status().ready() && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(plane.allocateSpi(Site.LONG).toCompletableFuture().join().done()).isTrue();
  }

  @Test
  void theOtherSettingOfEveryQuirkWorksAgainstADeviceThatHasIt() throws Exception {
    Quirks device =
        Quirks.DEFAULT
            .with(io.keyway.emulator.infrap4d.Quirk.INBOUND_IS_TRUE, false)
            .with(io.keyway.emulator.infrap4d.Quirk.SPI_SWAPPED, false)
            .with(io.keyway.emulator.infrap4d.Quirk.DEVICE_ALGORITHM_NUMBERS, false)
            .with(io.keyway.emulator.infrap4d.Quirk.KEY_LENGTH_WITH_SALT, false);
    var ours =
        new io.keyway.plane.infrap4d.settings.Quirks(
            false,
            false,
            io.keyway.plane.infrap4d.settings.Quirks.AlgorithmNumbers.IKEV2,
            false,
            true,
            7,
            true,
            io.keyway.plane.infrap4d.settings.Quirks.TunnelRows.BOTH);
    Site site =
        new Site(
            EmulatorConfig.onLoopback("a", "wire").with(device),
            wire,
            s ->
                Draft.of(
                    s,
                    d -> {
                      d.quirks = ours;
                    }));
    open.add(site);
    site.ready();
    SpiLease lease = site.lease();
    assertThat(
            site.apply(
                site.add(
                    lease,
                    Direction.INBOUND,
                    lease.spi(),
                    A,
                    B,
                    key(2, 36),
                    IpsecMode.TUNNEL,
                    Lifetime.UNLIMITED),
                site.add(
                    lease,
                    Direction.OUTBOUND,
                    new Spi(0xC0000001L),
                    A,
                    B,
                    key(3, 36),
                    IpsecMode.TUNNEL,
                    Lifetime.UNLIMITED)))
        .containsOnly(Outcome.ok());
    assertThat(site.emulator.device().sas()).hasSize(2);
  }
}
