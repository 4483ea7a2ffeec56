package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.ike.engine.lab.Certificates;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Proofs;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.CertificatePayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Chains that other daemons fell over: authorities that issued each other, chains without end, and
 * certificates that expire while they are in use.
 */
class PastCertificateFaultsTest {
  private static final String LEFT = "left.example.org";
  private static final String RIGHT = "right.example.org";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** What was read from the store counts for five seconds. */
  private static final Duration READ_ANEW = Duration.ofSeconds(6);

  private final Lab lab = new Lab();
  private final Certificates root = new Certificates("root");

  private void load(Config left, Config right) {
    root.trustedBy(lab.left).trustedBy(lab.right).give(lab.right, RIGHT);
    lab.load(
        left.ids(LEFT, RIGHT).authentication(Proofs.certificates()),
        right.ids(RIGHT, LEFT).authentication(Proofs.certificates()));
  }

  private void refusedThenServed(String reason) {
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .contains("AUTHENTICATION_FAILED");
    lab.time.run(Duration.ofSeconds(1));
    lab.assertNothingLeft();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason())
        .contains(reason);
    assertThat(lab.right.count("ike-internal-errors")).isZero();

    root.give(lab.left, LEFT);
    lab.time.run(READ_ANEW);
    lab.up();
    lab.assertOnePair("net");
  }

  @Test
  void aChainInARingIsRefusedAndThePeerWithAGoodOneServed() {
    load(Lab.leftNet(), Lab.rightNet());
    Certificates a = new Certificates("a");
    Certificates b = new Certificates("b");
    Certificates c = new Certificates("c");
    Certificates.send(
        lab.left, a.issue(lab.left, LEFT), List.of(b.certify(a), c.certify(b), a.certify(c)));
    refusedThenServed("no trusted authority");
  }

  @Test
  void aChainThatIsLongerThanAnyHonestOneIsRefused() {
    load(Lab.leftNet(), Lab.rightNet());
    Certificates below = new Certificates("ca 0");
    X509Certificate own = below.issue(lab.left, LEFT);
    List<X509Certificate> more = new ArrayList<>();
    for (int i = 1; i <= 9; i++) {
      Certificates above = new Certificates("ca " + i);
      more.add(above.certify(below));
      below = above;
    }
    more.add(root.certify(below));
    Certificates.send(lab.left, own, more);
    refusedThenServed("is not trusted");
  }

  /** Every one certified every other: the ways through them grow with the factorial. */
  @Test
  void aTangleOfAuthoritiesEndsSoon() throws GeneralSecurityException {
    load(Lab.leftNet(), Lab.rightNet().ids(RIGHT, null).anyPeer());
    List<Certificates> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(new Certificates("tangled " + i));
    }
    List<X509Certificate> chain = new ArrayList<>(List.of(all.get(0).issue(lab.left, LEFT)));
    for (Certificates issuer : all) {
      for (Certificates subject : all) {
        if (issuer != subject && chain.size() < 12) {
          chain.add(issuer.certify(subject));
        }
      }
    }
    assertRefused(chain);
    root.give(lab.left, LEFT);
    lab.time.run(READ_ANEW);
    lab.up();
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 60})
  void moreCertificatesThanAnybodyNeedsAreNotLookedAt(int count) throws GeneralSecurityException {
    load(Lab.leftNet(), Lab.rightNet().ids(RIGHT, null).anyPeer());
    List<X509Certificate> chain = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chain.add(root.root());
    }
    assertRefused(chain);
    root.give(lab.left, LEFT);
    lab.time.run(READ_ANEW);
    lab.up();
  }

  /** By a peer that sends what it likes. */
  private void assertRefused(List<X509Certificate> chain) throws GeneralSecurityException {
    HostilePeer peer = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519).connect();
    List<Payload> payloads = new ArrayList<>(peer.question());
    for (X509Certificate each : chain) {
      payloads.add(1, new CertificatePayload(4, Octets.copyOf(each.getEncoded())));
    }
    payloads.add(new AuthPayload(AuthMethod.DIGITAL_SIGNATURE, Octets.ofHex("0500")));
    List<IkeMessage> answers = peer.request(ExchangeType.IKE_AUTH, payloads);
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).error().map(NotifyPayload::type))
        .contains(NotifyType.AUTHENTICATION_FAILED);
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.count("ike-internal-errors")).isZero();
  }

  private Instant inAnHour() {
    return lab.time.instant().plus(Duration.ofHours(1));
  }

  @Test
  void aCertificateThatExpiresLeavesTheTunnelAndRefusesANewOneUntilItIsRenewed() {
    load(Lab.leftNet().ikeRekey(Duration.ofMinutes(20)), Lab.rightNet());
    root.issue(lab.left, LEFT, inAnHour());
    lab.up();
    lab.traffic("net");
    lab.time.run(Duration.ofHours(2));
    // Rekeys prove nothing anew (RFC 7296 section 2.8.3); who wants that sets reauth-time.
    lab.assertOnePair("net");
    assertThat(lab.lost).isZero();
    assertThat(lab.left.onlySa().state()).isEqualTo("ESTABLISHED");

    lab.left.get(lab.left.engine.terminate(new Selection.IkeUid(lab.left.onlySa().uid()), LIMIT));
    lab.time.run(Duration.ofMinutes(2));
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .contains("our certificate 'own' expired at")
        .contains("renew it");
    root.give(lab.left, LEFT);
    lab.time.run(READ_ANEW);
    lab.up();
    lab.assertOnePair("net");
  }

  @Test
  void withReauthenticationItsOwnerKeepsTryingAndComesBackWithoutALossWhenItIsRenewed() {
    load(Lab.leftNet().reauth(Duration.ofMinutes(25)), Lab.rightNet());
    root.issue(lab.left, LEFT, inAnHour());
    lab.up();
    lab.traffic("net");
    lab.time.run(Duration.ofMinutes(80));
    assertThat(lab.left.count("ike-reauthenticated")).isPositive();
    assertThat(lab.left.count("ike-reauthentication-failures")).isPositive();
    lab.assertOnePair("net");
    root.give(lab.left, LEFT);
    long before = lab.left.count("ike-reauthenticated");
    lab.time.run(Duration.ofMinutes(30));
    assertThat(lab.left.count("ike-reauthenticated")).isGreaterThan(before);
    lab.assertOnePair("net");
    assertThat(lab.lost).isZero();
  }

  @Test
  void aGatewayThatInsistsOnReauthenticationLetsAnExpiredPeerGo() {
    load(Lab.leftNet(), Lab.rightNet().reauth(Duration.ofMinutes(25)));
    root.issue(lab.left, LEFT, inAnHour());
    lab.up();
    lab.time.run(Duration.ofMinutes(50));
    lab.assertOnePair("net");
    assertThat(lab.left.count("ike-reauthenticated")).isPositive();
    lab.time.run(Duration.ofMinutes(60));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.plane.sas()).isEmpty();
  }
}
