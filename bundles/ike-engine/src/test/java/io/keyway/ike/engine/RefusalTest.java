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
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.ike.engine.base.EngineSettings;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Net;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Everything that does not fit ends in a reason that names it, and in nothing left behind. */
class RefusalTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static String refusal(Lab lab) {
    ChildResult result = lab.left.initiate("to-right", "net");
    assertThat(result.outcome().done()).isFalse();
    lab.time.run(Duration.ofSeconds(60));
    lab.assertNothingLeft();
    return result.outcome().reason();
  }

  private static EspProposal pfs(KeyExchangeMethod group) {
    return new EspProposal(
        "pfs-" + group.keyword(),
        EncryptionAlgorithm.AES_GCM_16_256,
        IntegrityAlgorithm.NONE,
        Optional.of(group),
        true);
  }

  @Test
  void wrongPreSharedKeyIsNamedOnBothSides() {
    Lab lab = Lab.withNet();
    lab.right.secrets.with("psk", "another secret");
    assertThat(refusal(lab))
        .contains("authentication failed")
        .contains("192.0.2.2")
        .contains("AUTHENTICATION_FAILED")
        .contains("secret 'psk'");
    assertThat(lab.left.events(EngineEvent.AuthenticationFailed.class)).hasSize(1);
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("192.0.2.1").contains("secret 'psk'"));
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.count("ike-half-open")).isZero();
  }

  @Test
  void noReasonEverShowsASecret() {
    Lab lab = Lab.withNet();
    lab.right.secrets.with("psk", "another secret");
    assertThat(refusal(lab)).doesNotContain("a shared secret");
    assertThat(lab.right.events.toString() + lab.left.events)
        .doesNotContain("another secret")
        .doesNotContain("a shared secret");
  }

  @Test
  void wrongRemoteIdentityIsNamedByTheInitiator() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().ids(null, "gw-b.example"), Lab.rightNet().ids("gw-b.example", null));
    lab.up();
    Lab wrong = new Lab();
    // The responder takes any wish for its identity only if it is its own.
    wrong.load(Lab.leftNet().ids(null, "gw-c.example"), Lab.rightNet().ids("gw-b.example", null));
    assertThat(refusal(wrong)).contains("AUTHENTICATION_FAILED");
    assertThat(wrong.right.events(EngineEvent.AuthenticationFailed.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("'gw-c.example'"));
  }

  @Test
  void unknownPeerIdentityIsNamedByTheResponder() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().ids("site-9", null), Lab.rightNet().ids(null, "site-8"));
    refusal(lab);
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("'site-9'"));
  }

  @Test
  void aMissingSecretIsNamed() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().secret("gone"), Lab.rightNet());
    assertThat(refusal(lab)).contains("no pre-shared key named 'gone'");
  }

  @Test
  void aMissingSecretOnTheOtherSideEndsInAuthenticationFailed() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Lab.rightNet().secret("gone"));
    assertThat(refusal(lab)).contains("AUTHENTICATION_FAILED");
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("'gone'"));
  }

  @Test
  void ikeProposalsThatDoNotMeetAreNamed() {
    Lab lab = new Lab();
    IkeProposal other =
        new IkeProposal(
            "other",
            EncryptionAlgorithm.AES_CBC_128,
            IntegrityAlgorithm.HMAC_SHA2_256_128,
            PrfAlgorithm.PRF_HMAC_SHA2_256,
            KeyExchangeMethod.X25519);
    lab.load(Lab.leftNet(), Lab.rightNet().ike(other));
    assertThat(refusal(lab))
        .contains("NO_PROPOSAL_CHOSEN")
        .contains("aes256gcm16-prfsha384-x25519");
  }

  @Test
  void aPeerWithoutSuchAConnectionRefuses() {
    Lab lab = new Lab();
    lab.left.load(Lab.leftNet().build());
    lab.right.load(Lab.rightNet().at("192.0.2.2", "192.0.2.77").build());
    assertThat(refusal(lab)).contains("NO_PROPOSAL_CHOSEN");
  }

  @Test
  void espProposalsThatDoNotMeetAreNamedAndTheIkeSaStays() {
    Lab lab = new Lab();
    EspProposal other =
        new EspProposal(
            "other",
            EncryptionAlgorithm.AES_CBC_128,
            IntegrityAlgorithm.HMAC_SHA2_256_128,
            Optional.empty(),
            true);
    lab.load(Lab.leftNet(), Lab.rightNet().esp(other));
    assertThat(refusal(lab)).contains("NO_PROPOSAL_CHOSEN").contains("aes256gcm16-esn");
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");
    assertThat(lab.left.events(EngineEvent.ChildDown.class)).hasSize(1);
    assertThat(lab.right.events(EngineEvent.ChildDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("aes128-sha256-esn"));
    // The second attempt goes by CREATE_CHILD_SA and fails alike.
    assertThat(refusal(lab)).contains("NO_PROPOSAL_CHOSEN");
  }

  @Test
  void selectorsThatDoNotMeetAreNamed() {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Config.right().child("net", "10.9.0.0/16", "10.1.0.0/16"));
    assertThat(refusal(lab)).contains("TS_UNACCEPTABLE").contains("10.2.0.0/16");
  }

  @Test
  void esnIsNoMatterOfTaste() {
    Lab lab = new Lab();
    EspProposal plain =
        new EspProposal(
            "noesn",
            EncryptionAlgorithm.AES_GCM_16_256,
            IntegrityAlgorithm.NONE,
            Optional.empty(),
            false);
    lab.load(Lab.leftNet(), Lab.rightNet().esp(plain));
    assertThat(refusal(lab)).contains("NO_PROPOSAL_CHOSEN");
  }

  @Test
  void aWrongGroupInTheFirstMessageIsCorrected() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().ike(Config.GCM_X25519, Config.GCM_ECP256),
        Lab.rightNet().ike(Config.GCM_ECP256));
    lab.up();
    assertThat(lab.left.onlySa().proposal()).contains("ecp256");
    assertThat(lab.net.sent()).hasSize(6);
    lab.assertOnePair("net");
  }

  @Test
  void aWrongGroupInAChildRekeyIsCorrected() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().esp(pfs(KeyExchangeMethod.X25519), pfs(KeyExchangeMethod.ECP_256)),
        Lab.rightNet().esp(pfs(KeyExchangeMethod.ECP_256)));
    lab.up();
    assertThat(
            lab.left
                .get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT))
                .outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(LIMIT);
    lab.assertOnePair("net");
    assertThat(lab.left.children().get(0).proposal()).contains("ecp256");
  }

  @Test
  void aWrongGroupInAnIkeRekeyIsCorrected() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().ike(Config.GCM_X25519, Config.GCM_ECP256),
        Lab.rightNet().ike(Config.GCM_X25519));
    lab.up();
    // Both now prefer another group than the one in use.
    lab.right.load(Lab.rightNet().ike(Config.GCM_ECP256, Config.GCM_X25519).build());
    assertThat(
            lab.left
                .get(lab.left.engine.rekey(new Selection.IkeUid(lab.left.onlySa().uid()), LIMIT))
                .outcome())
        .isEqualTo(Outcome.ok());
    lab.time.run(LIMIT);
    assertThat(lab.left.onlySa().proposal()).contains("ecp256");
    assertThat(lab.right.onlySa().initiatorSpi()).isEqualTo(lab.left.onlySa().initiatorSpi());
    lab.assertOnePair("net");
  }

  @Test
  void cookiesAreAskedForAndReturned() {
    Lab lab = new Lab(EngineSettings.defaults().withHalfOpen(Duration.ofSeconds(30), 0, 10_000));
    lab.load(Lab.leftNet(), Lab.rightNet());
    lab.up();
    assertThat(lab.right.count("ike-cookies-sent")).isEqualTo(1);
    assertThat(lab.net.sent()).hasSize(6);
    lab.assertOnePair("net");
  }

  @Test
  void cookiesAndAWrongGroupGoTogether() {
    Lab lab = new Lab(EngineSettings.defaults().withHalfOpen(Duration.ofSeconds(30), 0, 10_000));
    lab.load(
        Lab.leftNet().ike(Config.GCM_X25519, Config.GCM_ECP256),
        Lab.rightNet().ike(Config.GCM_ECP256));
    lab.up();
    // The cookie covers nonce, SPI and address, so it stays good with the other group.
    assertThat(lab.right.count("ike-cookies-sent")).isEqualTo(1);
    lab.assertOnePair("net");
  }

  @Test
  void aFullPlaneIsNamedByWhoeverHasIt() {
    Lab lab = Lab.withNet();
    lab.left.plane.setFate(
        c ->
            c.equals("reserve")
                ? Optional.of(Outcome.full("1024 of 1024 rows used"))
                : Optional.empty());
    assertThat(refusal(lab)).contains("1024 of 1024 rows used");
    assertThat(lab.right.count("ike-half-open")).isZero();
  }

  @Test
  void aFullPlaneOfTheResponderRefusesTheChild() {
    Lab lab = Lab.withNet();
    lab.right.plane.setFate(
        c ->
            c.equals("reserve")
                ? Optional.of(Outcome.full("1024 of 1024 rows used"))
                : Optional.empty());
    assertThat(refusal(lab)).contains("NO_PROPOSAL_CHOSEN").contains("could not install");
    assertThat(lab.right.events(EngineEvent.ChildDown.class))
        .singleElement()
        .satisfies(e -> assertThat(e.reason()).contains("1024 of 1024 rows used"));
  }

  @Test
  void aRefusedSaOfTheInitiatorIsTakenBackOnBothSides() {
    for (String step :
        List.of("add INBOUND", "add OUTBOUND", "put INBOUND", "put OUTBOUND", "select")) {
      for (boolean responder : new boolean[] {false, true}) {
        Lab lab = Lab.withNet();
        (responder ? lab.right : lab.left)
            .plane.setFate(
                c ->
                    c.startsWith(step)
                        ? Optional.of(Outcome.refused("the device says no"))
                        : Optional.empty());
        String reason = refusal(lab);
        if (!responder) {
          assertThat(reason).contains("the device says no").contains("plane");
        }
        assertThat(lab.left.children()).isEmpty();
        assertThat(lab.right.children()).isEmpty();
      }
    }
  }

  @Test
  void aLostAnswerForAnOutboundSaMeansNewKeys() {
    for (boolean carriedOut : new boolean[] {false, true}) {
      Lab lab = Lab.withNet();
      int[] times = {0};
      lab.left.plane.setFate(
          c ->
              c.startsWith("add OUTBOUND") && times[0]++ == 0
                  ? Optional.of(Outcome.unknown("the stream broke"))
                  : Optional.empty());
      lab.left.plane.setCarriedOutAnyway(c -> carriedOut);
      ChildResult result = lab.left.initiate("to-right", "net");
      assertThat(result.outcome()).isEqualTo(Outcome.ok());
      lab.time.run(LIMIT);
      lab.assertOnePair("net");
      assertThat(lab.left.plane.log().stream().filter(l -> l.startsWith("add OUTBOUND")))
          .hasSize(2)
          .doesNotHaveDuplicates();
      assertThat(lab.left.engine.snapshot()).hasSize(1);
    }
  }

  @Test
  void anOutboundSaThatIsAlwaysLostEndsInAReason() {
    Lab lab = Lab.withNet();
    lab.left.plane.setFate(
        c ->
            c.startsWith("add OUTBOUND")
                ? Optional.of(Outcome.unknown("the stream broke"))
                : Optional.empty());
    assertThat(refusal(lab)).contains("the stream broke").contains("outbound SA");
  }

  @Test
  void aLostAnswerInARekeyKeepsTheOldChildAndTriesAgain() {
    Lab lab = Lab.withNet().up();
    lab.traffic("net");
    int[] times = {0};
    lab.left.plane.setFate(
        c ->
            c.startsWith("add OUTBOUND") && times[0]++ == 0
                ? Optional.of(Outcome.unknown("the stream broke"))
                : Optional.empty());
    ChildResult result =
        lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    assertThat(result.outcome().kind()).isEqualTo(Outcome.Kind.UNKNOWN);
    lab.time.run(Duration.ofSeconds(30));
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
    lab.assertOnePair("net");
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
  }

  @Test
  void missingServicesAreNamedAtOnce() {
    Lab lab = Lab.withNet();
    lab.left.engine.setSad(null);
    assertThat(lab.left.initiate("to-right", "net").outcome())
        .isEqualTo(Outcome.unavailable("waiting for service sad"));
    lab.left.engine.setSad(lab.left.plane);
    lab.left.engine.setSpd(null);
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .isEqualTo("waiting for service spd");
    lab.left.engine.setSpd(lab.left.plane.spd());
    lab.left.engine.setSecrets(null);
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .isEqualTo("waiting for service secrets");
    lab.left.engine.setSecrets(lab.left.secrets);
    lab.left.engine.setTransport(null);
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .isEqualTo("waiting for service transport");
    lab.left.engine.setTransport(lab.left.port);
    lab.up();
  }

  @Test
  void aSilentPeerIsNamedWithWhatWasTried() {
    Lab lab = Lab.withNet();
    lab.net.dead();
    var pending = lab.left.engine.initiate("to-right", "net", Duration.ofMinutes(10));
    ChildResult result = lab.left.get(pending);
    assertThat(result.outcome().kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(result.outcome().reason())
        .contains("192.0.2.2:500 does not answer")
        .contains("IKE_SA_INIT was sent 6 times");
    assertThat(lab.left.engine.snapshot()).isEmpty();
  }

  @Test
  void theCallersTimeoutIsKept() {
    Lab lab = Lab.withNet();
    lab.net.dead();
    var pending = lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(7));
    lab.time.run(Duration.ofSeconds(8));
    assertThat(pending.toCompletableFuture()).isCompleted();
    assertThat(lab.left.get(pending).outcome().reason())
        .contains("not up within 7000 ms")
        .contains("IKE_SA_INIT was sent 3 times");
    // It goes on: when the network comes back, the child comes up.
    lab.net.fine();
    lab.time.run(Duration.ofSeconds(60));
    lab.assertOnePair("net");
  }

  @Test
  void aNatMeansNoChildWhereThePlaneCannotEncapsulate() {
    Lab lab = Lab.withNet();
    // The left side's messages come from another port.
    lab.right.load(Lab.rightNet().anyPeer().build());
    lab.net.setNat(d -> nat(lab, d));
    assertThat(refusal(lab)).contains("behind a NAT").contains("plane 'plane'");
    assertThat(lab.right.engine.snapshot()).isEmpty();
  }

  private static io.keyway.api.ike.IkeTransport.Datagram nat(
      Lab lab, io.keyway.api.ike.IkeTransport.Datagram d) {
    java.net.InetSocketAddress inside =
        new java.net.InetSocketAddress(Config.address("192.0.2.1"), d.local().getPort());
    java.net.InetSocketAddress outside =
        new java.net.InetSocketAddress(Config.address("198.51.100.9"), 40000);
    boolean out = d.local().getAddress().equals(inside.getAddress());
    if (out) {
      return new io.keyway.api.ike.IkeTransport.Datagram(
          outside, d.remote(), d.marker(), d.octets());
    }
    return d.remote().equals(outside)
        ? new io.keyway.api.ike.IkeTransport.Datagram(
            d.local(),
            new java.net.InetSocketAddress(Config.address("192.0.2.1"), d.local().getPort()),
            d.marker(),
            d.octets())
        : d;
  }

  @Test
  void aNatIsWorkedAroundWhereThePlaneCanEncapsulate() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().natTraversal().ids("left", "right"),
        Lab.rightNet().anyPeer().natTraversal().ids("right", "left"));
    lab.right.port.bind(new java.net.InetSocketAddress(Config.address("192.0.2.2"), 4500), true);
    lab.net.setNat(d -> nat(lab, d));
    lab.up();
    assertThat(lab.left.onlySa().natLocal()).isTrue();
    assertThat(lab.right.onlySa().natRemote()).isTrue();
    assertThat(lab.left.onlySa().local().getPort()).isEqualTo(4500);
    assertThat(lab.left.plane.sas()).allMatch(i -> i.sa().endpoints().udp().isPresent());
    assertThat(lab.right.onlySa().remote().getPort()).isEqualTo(40000);
  }

  @Test
  void connectionsThatCannotWorkAreRefusedAtLoad() {
    Lab lab = new Lab();
    assertThat(lab.left.load(Lab.leftNet().ike().build()).reason()).contains("no IKE proposal");
    assertThat(lab.left.load(Lab.leftNet().esp().build()).reason()).contains("no ESP proposal");
    assertThat(lab.left.load(Lab.leftNet().secret("").build()).reason()).contains("secret");
    assertThat(
            lab.left
                .load(Lab.leftNet().child("net", "10.1.0.0/16", "10.2.0.0/16").build())
                .reason())
        .contains("two children are called 'net'");
    assertThat(lab.left.engine.connections()).isEmpty();
  }

  @Test
  void anAddressInUseIsRefusedAtLoad() {
    Lab lab = Lab.withNet();
    Outcome outcome = lab.left.load(Lab.rightNet().build());
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REFUSED);
    assertThat(outcome.reason()).contains("address in use").contains("192.0.2.2:500");
    assertThat(lab.left.engine.connections()).containsExactly("to-right");
  }

  @Test
  void whoHasNoRemoteAddressCannotInitiateButUsesWhatThePeerBrought() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().ids("left", "right").child("two", "10.3.0.0/16", "10.4.0.0/16"),
        Lab.rightNet().anyPeer().ids("right", "left").child("two", "10.4.0.0/16", "10.3.0.0/16"));
    assertThat(lab.right.initiate("to-left", "net").outcome().reason())
        .contains("no remote address");
    lab.up();
    assertThat(lab.right.initiate("to-left", "two").outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.right.onlySa().children()).hasSize(2);
  }

  @Test
  void aSlowPlaneParksOneExchangeOnly() {
    Lab lab = Lab.withNet().up();
    lab.load(
        Lab.leftNet().dpd(Duration.ofSeconds(3)).child("two", "10.3.0.0/16", "10.4.0.0/16"),
        Lab.rightNet().child("two", "10.4.0.0/16", "10.3.0.0/16"));
    lab.left.plane.setLatency(Duration.ofSeconds(9));
    var pending = lab.left.engine.initiate("to-right", "two", Duration.ofMinutes(2));
    lab.time.run(Duration.ofSeconds(30));
    assertThat(pending.toCompletableFuture()).isNotCompleted();
    // Meanwhile the peers talk to each other.
    assertThat(
            lab.right
                .get(lab.right.engine.rekey(new Selection.Child("to-left", "net"), LIMIT))
                .outcome()
                .reason())
        .doesNotContain("does not answer");
    lab.time.run(Duration.ofSeconds(90));
    assertThat(lab.left.get(pending).outcome()).isEqualTo(Outcome.ok());
  }

  @Test
  void aServiceThatNeverAnswersDoesNotHoldTheCallerForEver() {
    Lab lab = Lab.withNet();
    lab.left.plane.setLatency(Duration.ofHours(3));
    ChildResult result = lab.left.initiate("to-right", "net");
    assertThat(result.outcome().done()).isFalse();
    assertThat(result.outcome().reason()).contains("no answer within 12 s");
    assertThat(lab.net.sent()).as(Net.LATENCY + "").hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void aServiceThatThrowsIsAnAnswerLikeOthers() {
    Lab lab = Lab.withNet().up();
    lab.traffic("net");
    lab.left.plane.setBroken(true);
    ChildResult result =
        lab.left.get(lab.left.engine.rekey(new Selection.Child("to-right", "net"), LIMIT));
    assertThat(result.outcome().kind()).isEqualTo(Outcome.Kind.UNAVAILABLE);
    assertThat(result.outcome().reason()).contains("this service is gone");
    lab.left.plane.setBroken(false);
    lab.time.run(Duration.ofSeconds(30));
    lab.assertOnePair("net");
    assertThat(lab.lost + lab.held).isZero();
    assertThat(lab.left.count("ike-internal-errors")).isZero();
    assertThat(lab.left.events(EngineEvent.ChildRekeyed.class)).hasSize(1);
  }
}
