package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Owner;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadEvent;
import io.keyway.api.sa.SecurityAssociation;
import io.keyway.api.sa.Spi;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.FakePlane;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How SAs end, and what outlives what. */
class LifecycleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void terminatingAChildTellsThePeerAndKeepsTheIkeSa() {
    Lab lab = Lab.withNet().up();
    ChildResult result =
        lab.left.get(lab.left.engine.terminate(new Selection.Child("to-right", "net"), LIMIT));
    assertThat(result.outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
    assertThat(lab.left.onlySa().children()).isEmpty();
    assertThat(lab.right.onlySa().children()).isEmpty();
    assertThat(lab.right.events(EngineEvent.ChildDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("deleted the child"));
    assertThat(lab.left.initiate("to-right", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(1));
    lab.assertOnePair("net");
  }

  @Test
  void terminatingByUidEndsThatChild() {
    Lab lab = Lab.withNet().up();
    String uid = lab.right.children().get(0).uid();
    assertThat(
            lab.right.get(lab.right.engine.terminate(new Selection.ChildUid(uid), LIMIT)).outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
    assertThat(
            lab.right
                .get(lab.right.engine.terminate(new Selection.ChildUid(uid), LIMIT))
                .outcome()
                .kind())
        .isEqualTo(Outcome.Kind.ABSENT);
  }

  @Test
  void bothSidesMayDeleteTheSameChildAtOnce() {
    Lab lab = Lab.withNet().up();
    var a = lab.left.engine.terminate(new Selection.Child("to-right", "net"), LIMIT);
    var b = lab.right.engine.terminate(new Selection.Child("to-left", "net"), LIMIT);
    assertThat(lab.left.get(a).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.right.get(b).outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
  }

  @Test
  void bothSidesMayDeleteTheIkeSaAtOnce() {
    Lab lab = Lab.withNet().up();
    var a = lab.left.engine.terminate(new Selection.Connection("to-right"), LIMIT);
    var b = lab.right.engine.terminate(new Selection.Connection("to-left"), LIMIT);
    assertThat(lab.left.get(a).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.right.get(b).outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }

  @Test
  void unloadingAConnectionEndsItsSasOnBothSides() {
    Lab lab = Lab.withNet().up();
    assertThat(lab.left.get(lab.left.engine.unload("to-right", LIMIT))).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
    assertThat(lab.left.engine.connections()).isEmpty();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.events(EngineEvent.IkeDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("deleted the IKE SA"));
    assertThat(lab.left.get(lab.left.engine.unload("to-right", LIMIT)).kind())
        .isEqualTo(Outcome.Kind.ABSENT);
  }

  @Test
  void unloadingWorksWithinItsTimeWithADeadPeer() {
    Lab lab = Lab.withNet().up();
    lab.net.dead();
    var end = lab.left.engine.unload("to-right", Duration.ofSeconds(3));
    lab.time.run(Duration.ofSeconds(4));
    assertThat(end.toCompletableFuture()).isCompletedWithValue(Outcome.ok());
    assertThat(lab.left.plane.sas()).isEmpty();
    assertThat(lab.left.engine.snapshot()).isEmpty();
  }

  @Test
  void aDeadPeerIsNoticedAndItsSasAreTakenOut() {
    Lab lab = new Lab(EngineSettings.defaults().withRetransmission(Duration.ofMillis(500), 1.5, 4));
    lab.load(Lab.leftNet().dpd(Duration.ofSeconds(10)), Lab.rightNet());
    lab.up();
    lab.net.dead();
    lab.time.run(Duration.ofSeconds(9));
    assertThat(lab.left.engine.snapshot()).hasSize(1);
    lab.time.run(Duration.ofSeconds(6));
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.left.plane.sas()).isEmpty();
    assertThat(lab.left.plane.claims()).isEmpty();
    assertThat(lab.left.events(EngineEvent.IkeDown.class))
        .singleElement()
        .satisfies(
            e ->
                assertThat(e.reason())
                    .contains("192.0.2.2:500 does not answer")
                    .contains("INFORMATIONAL was sent 4 times"));
    assertThat(lab.left.events(EngineEvent.ChildDown.class)).hasSize(1);
  }

  @Test
  void livenessIsAskedOnlyInSilence() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().dpd(Duration.ofSeconds(10)), Lab.rightNet().dpd(Duration.ofSeconds(3)));
    lab.up();
    lab.time.run(Duration.ofMinutes(1));
    assertThat(lab.left.count("ike-liveness-checks")).isZero();
    assertThat(lab.right.count("ike-liveness-checks")).isGreaterThan(15);
  }

  @Test
  void aPeerThatStartsAnewReplacesItsOldSas() {
    Lab lab = Lab.withNet().up();
    // The left gateway is gone without a word, and another life of it begins.
    lab.left.engine.close();
    Gateway reborn = new Gateway(lab.time, lab.net, EngineSettings.defaults(), 0x3000);
    lab.left.port.unbind(new java.net.InetSocketAddress(Config.address("192.0.2.1"), 500));
    reborn.load(Lab.leftNet().build());
    lab.right.events.clear();
    assertThat(reborn.initiate("to-right", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    assertThat(lab.right.onlySa().children()).hasSize(1);
    assertThat(lab.right.plane.sas()).hasSize(2);
    assertThat(lab.right.events(EngineEvent.IkeDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("INITIAL_CONTACT"));
    // The new child took over before the old one went.
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
  }

  @Test
  void closingDeletesNothingAndTellsNobody() {
    Lab lab = Lab.withNet().up();
    int datagrams = lab.net.sent().size();
    lab.left.engine.close();
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.net.sent()).hasSize(datagrams);
    lab.assertOnePair("net");
  }

  @Test
  void whatAnEarlierLifeLeftCarriesOnUntilANewChildIsUp() {
    Lab lab = Lab.withNet();
    SecurityAssociation in = leftover(Direction.INBOUND);
    SecurityAssociation out = leftover(Direction.OUTBOUND);
    lab.left.engine.setSad(null);
    lab.left.plane.setEarlier(List.of(in, out));
    lab.left.engine.setSad(lab.left.plane);
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.left.plane.log()).isEmpty();
    lab.up();
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.left.plane.log())
        .containsSubsequence("select net", "unclaim net", "remove OUTBOUND " + out.id().spi());
    String last = "remove INBOUND " + in.id().spi();
    assertThat(lab.left.plane.log())
        .as("the peer may send under the old key for a while")
        .doesNotContain(last);
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.left.plane.log()).contains(last);
    lab.assertOnePair("net");
  }

  @Test
  void whatAnEarlierLifeLeftGoesWithItsConnection() {
    Lab lab = Lab.withNet();
    SecurityAssociation out = leftover(Direction.OUTBOUND);
    lab.left.engine.setSad(null);
    lab.left.plane.setEarlier(List.of(out));
    lab.left.engine.setSad(lab.left.plane);
    lab.left.get(lab.left.engine.unload("to-right", LIMIT));
    assertThat(lab.left.plane.log()).contains("remove OUTBOUND " + out.id().spi());
  }

  private static SecurityAssociation leftover(Direction direction) {
    Lab donor = Lab.withNet().up();
    SecurityAssociation sa = donor.left.plane.sas(direction).get(0).sa();
    SaId id =
        new SaId(
            sa.id().plane(),
            direction,
            new Spi(sa.id().spi().value() + 0x10000),
            sa.id().destination(),
            sa.id().index() + 0x10000);
    return new SecurityAssociation(
        id,
        new ChildId(new Owner("ike-native", "before"), "old-uid", "net"),
        sa.lease(),
        sa.encryption(),
        sa.integrity(),
        sa.esn(),
        sa.replayWindow(),
        sa.mode(),
        sa.endpoints(),
        sa.selectors(),
        sa.lifetime());
  }

  @Test
  void removalsWithoutAServiceAreDoneWhenItComes() {
    Lab lab = Lab.withNet().up();
    lab.left.engine.setSad(null);
    lab.left.engine.setSpd(null);
    lab.left.get(lab.left.engine.terminate(new Selection.Connection("to-right"), LIMIT));
    lab.time.run(Duration.ofSeconds(10));
    assertThat(lab.left.plane.sas()).hasSize(2);
    lab.left.engine.setSad(lab.left.plane);
    lab.left.engine.setSpd(lab.left.plane.spd());
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
  }

  @Test
  void aRekeyWithoutAServiceIsTriedAgain() {
    Lab lab = Lab.withNet().up();
    lab.traffic("net");
    lab.left.engine.setSad(null);
    ChildResult result =
        lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    assertThat(result.outcome()).isEqualTo(Outcome.unavailable("waiting for service sad"));
    lab.left.engine.setSad(lab.left.plane);
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
    lab.assertOnePair("net");
    assertThat(lab.lost + lab.held).isZero();
  }

  @Test
  void softExpiryRekeysAndHardExpiryEnds() {
    Lab lab = Lab.withNet().up();
    FakePlane.Installed out = lab.left.plane.sas(Direction.OUTBOUND).get(0);
    lab.left.plane.tell(
        new SadEvent.Expired(out.sa().child(), out.sa().id(), false, "1000 packets"));
    lab.time.run(Duration.ofSeconds(10));
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
    FakePlane.Installed next = lab.left.plane.sas(Direction.OUTBOUND).get(0);
    lab.left.plane.tell(
        new SadEvent.Expired(next.sa().child(), next.sa().id(), true, "2000 packets"));
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
    assertThat(lab.left.events(EngineEvent.ChildDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("2000 packets"));
  }

  @Test
  void burntKeysAreReplacedOnTheLivingIkeSa() {
    Lab lab = Lab.withNet().up();
    String ike = lab.left.onlySa().uid();
    FakePlane.Installed out = lab.left.plane.sas(Direction.OUTBOUND).get(0);
    lab.left.plane.setFate(
        c ->
            c.equals("reserve")
                ? Optional.of(Outcome.unavailable("the device restarts"))
                : Optional.empty());
    lab.left.plane.tell(
        new SadEvent.Burnt(out.sa().child(), "plane", new Generation(2), "device restarted"));
    lab.time.run(Duration.ofSeconds(3));
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).isEmpty();
    lab.left.plane.noFate();
    lab.left.plane.tell(new SadEvent.PlaneUp("plane", new Generation(2)));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
    assertThat(lab.left.onlySa().uid()).isEqualTo(ike);
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
  }

  /** IKE itself may go by way of the device, and one exchange at a time. */
  @Test
  void whatADeviceSwallowedDoesNotHoldUpNewKeysWhenItIsBack() {
    Lab lab = Lab.withNet().up();
    FakePlane.Installed out = lab.left.plane.sas(Direction.OUTBOUND).get(0);
    lab.net.dead();
    lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT);
    lab.time.run(Duration.ofSeconds(20));
    lab.net.fine();
    lab.left.plane.tell(
        new SadEvent.Burnt(out.sa().child(), "plane", new Generation(2), "device restarted"));
    lab.left.plane.tell(new SadEvent.PlaneUp("another", new Generation(2)));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).isEmpty();
    lab.left.plane.tell(new SadEvent.PlaneUp("plane", new Generation(2)));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).isNotEmpty();
    lab.time.run(Duration.ofSeconds(10));
    lab.assertOnePair("net");
  }

  @Test
  void eventsOfStrangersAreIgnored() {
    Lab lab = Lab.withNet().up();
    FakePlane.Installed out = lab.left.plane.sas(Direction.OUTBOUND).get(0);
    ChildSaStatus before = lab.left.children().get(0);
    lab.left.plane.tell(
        new SadEvent.Expired(
            new ChildId(new Owner("somebody", "x"), before.uid(), "net"),
            out.sa().id(),
            true,
            "not ours"));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.left.children()).containsExactly(before);
  }

  @Test
  void aChangedConfigurationEndsOnlyWhatItDoesNotAllow() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().child("two", "10.3.0.0/16", "10.4.0.0/16"),
        Lab.rightNet().child("two", "10.4.0.0/16", "10.3.0.0/16"));
    lab.up();
    lab.left.initiate("to-right", "two");
    String uid = lab.left.onlySa().uid();
    String net = lab.left.children().get(0).uid();
    assertThat(lab.left.load(Lab.leftNet().child("two", "10.3.0.0/16", "10.4.0.0/16").build()))
        .isEqualTo(Outcome.same());
    // "two" has other selectors now, "net" another lifetime.
    lab.left.load(
        Lab.leftNet().childLife(3000, 3600).child("two", "10.3.0.0/16", "10.5.0.0/16").build());
    lab.time.run(Duration.ofSeconds(10));
    assertThat(lab.left.onlySa().uid()).isEqualTo(uid);
    assertThat(lab.left.children()).extracting(ChildSaStatus::uid).containsExactly(net);
    assertThat(lab.right.children()).extracting(ChildSaStatus::name).containsExactly("net");
    // Another secret is another relation.
    lab.left.load(Lab.leftNet().secret("new").build());
    lab.time.run(Duration.ofSeconds(10));
    lab.assertNothingLeft();
  }

  @Test
  void terminatingWhatIsOnItsWayFailsItsCallers() {
    Lab lab = Lab.withNet();
    lab.net.dead();
    var pending = lab.left.engine.initiate("to-right", "net", Duration.ofMinutes(5));
    lab.time.run(Duration.ofSeconds(1));
    assertThat(
            lab.left
                .get(lab.left.engine.terminate(new Selection.Child("to-right", "net"), LIMIT))
                .outcome())
        .isEqualTo(Outcome.ok());
    assertThat(lab.left.get(pending).outcome().reason()).isEqualTo("terminated on request");
  }

  @Test
  void aListenerThatThrowsDisturbsNobody() {
    Lab lab = Lab.withNet();
    lab.left.engine.subscribe(
        e -> {
          throw new IllegalStateException("a listener's fault");
        });
    lab.up();
    lab.assertOnePair("net");
  }

  @Test
  void unknownNamesAreAbsent() {
    Lab lab = Lab.withNet();
    assertThat(lab.left.initiate("nothing", "net").outcome().reason()).contains("'nothing'");
    assertThat(lab.left.initiate("to-right", "nothing").outcome().reason()).contains("'nothing'");
    assertThat(
            lab.left
                .get(lab.left.engine.rekey(new Selection.IkeUid("none"), LIMIT))
                .outcome()
                .kind())
        .isEqualTo(Outcome.Kind.ABSENT);
  }
}
