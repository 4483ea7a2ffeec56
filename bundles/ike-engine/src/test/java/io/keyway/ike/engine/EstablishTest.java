package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.sa.IpsecMode;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.FakePlane;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EstablishTest {

  @Test
  void bringsIkeAndChildUpInFourMessages() {
    Lab lab = Lab.withNet();
    ChildResult result = lab.left.initiate("to-right", "net");
    assertThat(result.outcome()).isEqualTo(Outcome.ok());
    assertThat(result.children()).hasSize(1);
    assertThat(lab.net.sent()).hasSize(4);
    lab.time.run(Duration.ofSeconds(1));
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.right.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.left.onlySa().proposal()).isEqualTo("aes256gcm16-prfsha384-x25519");
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
    assertThat(lab.left.onlySa().responderSpi()).isEqualTo(lab.right.onlySa().responderSpi());
    assertThat(lab.left.events(EngineEvent.IkeUp.class)).hasSize(1);
    assertThat(lab.right.events(EngineEvent.ChildUp.class)).hasSize(1);
  }

  @Test
  void installsInboundBeforeOutboundBeforePoliciesBeforeTheSwitch() {
    Lab lab = Lab.withNet().up();
    for (FakePlane plane : List.of(lab.left.plane, lab.right.plane)) {
      List<String> steps = plane.log().stream().map(l -> l.split(" ")[0]).toList();
      assertThat(steps).containsExactly("reserve", "add", "add", "put", "put", "select");
      assertThat(plane.log().get(1)).startsWith("add INBOUND");
      assertThat(plane.log().get(2)).startsWith("add OUTBOUND");
    }
  }

  static Stream<IkeProposal> ikeProposals() {
    List<IkeProposal> all = new ArrayList<>();
    for (KeyExchangeMethod group : KeyExchangeMethod.values()) {
      all.add(
          new IkeProposal(
              "g",
              EncryptionAlgorithm.AES_GCM_16_128,
              IntegrityAlgorithm.NONE,
              PrfAlgorithm.PRF_HMAC_SHA2_256,
              group));
    }
    for (EncryptionAlgorithm encryption : EncryptionAlgorithm.values()) {
      for (IntegrityAlgorithm integrity : IntegrityAlgorithm.values()) {
        if (encryption.forIke() && encryption.aead() == (integrity == IntegrityAlgorithm.NONE)) {
          for (PrfAlgorithm prf : PrfAlgorithm.values()) {
            all.add(new IkeProposal("p", encryption, integrity, prf, KeyExchangeMethod.X25519));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("ikeProposals")
  void speaksEveryIkeProposal(IkeProposal proposal) {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().ike(proposal), Lab.rightNet().ike(proposal));
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.right.onlySa().proposal()).isEqualTo(proposal.keywords());
  }

  static Stream<EspProposal> espProposals() {
    List<EspProposal> all = new ArrayList<>();
    for (EncryptionAlgorithm encryption : EncryptionAlgorithm.values()) {
      for (IntegrityAlgorithm integrity : IntegrityAlgorithm.values()) {
        if (encryption.aead() == (integrity == IntegrityAlgorithm.NONE)) {
          for (boolean esn : new boolean[] {true, false}) {
            all.add(new EspProposal("p", encryption, integrity, Optional.empty(), esn));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("espProposals")
  void negotiatesEveryEspProposal(EspProposal proposal) {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().esp(proposal), Lab.rightNet().esp(proposal));
    lab.up();
    lab.assertOnePair("net");
    FakePlane.Installed sa = lab.right.plane.sas().iterator().next();
    assertThat(sa.sa().encryption()).isEqualTo(proposal.encryption());
    assertThat(sa.sa().integrity()).isEqualTo(proposal.integrity());
    assertThat(sa.sa().esn()).isEqualTo(proposal.esn());
    assertThat(sa.encryption()).hasSize(proposal.encryption().keyMaterialOctets());
    assertThat(sa.integrity()).hasSize(proposal.integrity().keyOctets());
  }

  @Test
  void negotiatesTransportMode() {
    Lab lab = new Lab();
    lab.load(
        Config.left().transport().child("net", "dynamic", "dynamic"),
        Config.right().transport().child("net", "dynamic", "dynamic"));
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.left.plane.sas()).allMatch(i -> i.sa().mode() == IpsecMode.TRANSPORT);
    assertThat(lab.right.plane.sas()).allMatch(i -> i.sa().mode() == IpsecMode.TRANSPORT);
  }

  @Test
  void refusesTunnelWhereTransportIsConfigured() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet().transport());
    ChildResult result = lab.left.initiate("to-right", "net");
    assertThat(result.outcome().kind()).isEqualTo(Outcome.Kind.REFUSED);
    assertThat(result.outcome().reason()).contains("NO_PROPOSAL_CHOSEN");
    lab.time.run(Duration.ofSeconds(1));
    lab.assertNothingLeft();
  }

  @Test
  void refusesTransportWhereTheResponderOnlyGivesTunnel() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().transport(), Lab.rightNet());
    ChildResult result = lab.left.initiate("to-right", "net");
    assertThat(result.outcome().reason()).contains("tunnel mode, which we did not offer");
    lab.time.run(Duration.ofSeconds(1));
    lab.assertNothingLeft();
  }

  @Test
  void narrowsTheInitiatorsSelectors() {
    Lab lab = new Lab();
    lab.load(
        Config.left().child("net", "10.1.0.0/16", "10.0.0.0/8"),
        Config.right().child("net", "10.2.0.0/16[17],10.2.3.0/24[6]", "10.1.5.0/24"));
    lab.up();
    assertThat(lab.left.children().get(0).selectors().toString())
        .isEqualTo("[10.1.5.0/24[17] === 10.2.0.0/16[17], 10.1.5.0/24[6] === 10.2.3.0/24[6]]");
    assertThat(lab.right.children().get(0).selectors()).hasSize(2);
  }

  @Test
  void secondInitiateFindsTheChildUp() {
    Lab lab = Lab.withNet().up();
    assertThat(lab.left.initiate("to-right", "net").outcome()).isEqualTo(Outcome.same());
    assertThat(lab.right.initiate("to-left", "net").outcome()).isEqualTo(Outcome.same());
    lab.assertOnePair("net");
  }

  @Test
  void callersAtTheSameTimeShareOneNegotiation() {
    Lab lab = Lab.withNet();
    var first = lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(5));
    var second = lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(5));
    assertThat(lab.left.get(first).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.get(second).outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(1));
    lab.assertOnePair("net");
  }

  @Test
  void furtherChildrenShareTheIkeSa() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().esp(Config.ESP_GCM_PFS).child("two", "10.3.0.0/16", "10.4.0.0/16"),
        Lab.rightNet().esp(Config.ESP_GCM_PFS).child("two", "10.4.0.0/16", "10.3.0.0/16"));
    var first = lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(5));
    var second = lab.left.engine.initiate("to-right", "two", Duration.ofSeconds(5));
    assertThat(lab.left.get(first).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.get(second).outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.onlySa().children()).hasSize(2);
    assertThat(lab.right.onlySa().children())
        .extracting(c -> c.name())
        .containsExactly("net", "two");
  }

  @Test
  void findsTheConnectionByIdentityWhenAddressesDoNotTell() {
    Lab lab = new Lab();
    lab.left.load(Lab.leftNet().ids("site-7.example", "gw.example").secret("seven").build());
    lab.left.secrets.with("seven", "seven's own");
    lab.right.secrets.with("six", "six's own").with("seven", "seven's own");
    lab.right.load(
        Config.right()
            .named("site-6")
            .anyPeer()
            .ids("gw.example", "site-6.example")
            .secret("six")
            .child("net6", "10.2.0.0/16", "10.6.0.0/16")
            .build());
    lab.right.load(
        Config.right()
            .named("site-7")
            .anyPeer()
            .ids("gw.example", "site-7.example")
            .secret("seven")
            .child("net", "10.2.0.0/16", "10.1.0.0/16")
            .build());
    lab.up();
    assertThat(lab.right.onlySa().connection()).isEqualTo("site-7");
    assertThat(lab.right.onlySa().remoteId()).isEqualTo("site-7.example");
    lab.assertOnePair("net");
  }

  @Test
  void bothEndsMayLiveInOneEngine() {
    Lab lab = new Lab();
    assertThat(lab.left.load(Lab.leftNet().build()).done()).isTrue();
    assertThat(
            lab.left
                .load(Config.right().child("back", "10.2.0.0/16", "10.1.0.0/16").build())
                .done())
        .isTrue();
    assertThat(lab.left.initiate("to-right", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(1));
    assertThat(lab.left.engine.snapshot()).hasSize(2);
    assertThat(lab.left.plane.sas()).hasSize(4);
    assertThat(lab.left.children())
        .extracting(c -> c.name())
        .containsExactlyInAnyOrder("net", "back");
  }

  @Test
  void twoGatewaysThatStartTogetherEndWithOneIkeSa() {
    Lab lab = Lab.withNet();
    lab.traffic("net");
    var fromLeft = lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(5));
    var fromRight = lab.right.engine.initiate("to-left", "net", Duration.ofSeconds(5));
    assertThat(lab.left.get(fromLeft).outcome().done()).isTrue();
    assertThat(lab.right.get(fromRight).outcome().done()).isTrue();
    lab.time.run(Duration.ofMillis(100));
    lab.lost = 0;
    lab.held = 0;
    lab.time.run(Duration.ofSeconds(20));
    lab.assertOnePair("net");
    assertThat(lab.lost + lab.held).isZero();
    assertThat(lab.left.onlySa().initiatorSpi()).isEqualTo(lab.right.onlySa().initiatorSpi());
  }

  @Test
  void bothSidesMayAskForTheSameChildAtOnce() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().child("two", "10.3.0.0/16", "10.4.0.0/16"),
        Lab.rightNet().child("two", "10.4.0.0/16", "10.3.0.0/16"));
    lab.up();
    lab.traffic("two");
    var a = lab.left.engine.initiate("to-right", "two", Duration.ofSeconds(5));
    var b = lab.right.engine.initiate("to-left", "two", Duration.ofSeconds(5));
    assertThat(lab.left.get(a).outcome().done()).isTrue();
    assertThat(lab.right.get(b).outcome().done()).isTrue();
    lab.time.run(Duration.ofMillis(100));
    lab.lost = 0;
    lab.held = 0;
    lab.time.run(Duration.ofSeconds(20));
    assertThat(lab.lost + lab.held).isZero();
    assertThat(lab.left.onlySa().children()).hasSize(2);
    assertThat(lab.right.onlySa().children()).hasSize(2);
    assertThat(lab.left.plane.sas()).hasSize(4);
    assertThat(lab.left.events(EngineEvent.ChildDown.class)).isEmpty();
    assertThat(lab.right.events(EngineEvent.ChildDown.class)).isEmpty();
  }

  @Test
  void aChildThatNobodyWantsAnyMoreDoesNotStay() {
    Lab lab = Lab.withNet().up();
    lab.load(
        Lab.leftNet().child("two", "10.3.0.0/16", "10.4.0.0/16"),
        Lab.rightNet().child("two", "10.4.0.0/16", "10.3.0.0/16"));
    for (int delay = 0; delay < 30; delay++) {
      var pending = lab.left.engine.initiate("to-right", "two", Duration.ofSeconds(5));
      lab.time.run(Duration.ofMillis(delay));
      lab.left.get(
          lab.left.engine.terminate(
              new IkeEngine.Selection.Child("to-right", "two"), Duration.ofSeconds(5)));
      assertThat(pending.toCompletableFuture()).isCompleted();
      lab.time.run(Duration.ofSeconds(10));
      lab.assertOnePair("net");
    }
  }
}
