package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.Childless;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.api.ike.Uniqueness;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Proofs;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.NotifyType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Session resumption together with everything else that IKE_AUTH agrees on. */
class ResumptionFeaturesTest extends ResumptionCase {
  @Test
  void aUserIsSparedTheConversationByEap() {
    lab.right.secrets.with("pw-alice", "correct horse");
    lab.left.secrets.with("mine", "correct horse");
    Config left =
        left().authentication(Proofs.eapPeer(Proofs.user("alice", "mine", Type.MSCHAPV2)));
    Map<String, String> users = Map.of("alice", "pw-alice");
    up(left, right().authentication(Proofs.eapServer(Proofs.users(users, Type.MSCHAPV2))));
    restartLeft(left);
    int before = sent(ExchangeType.IKE_AUTH, LEFT).size();
    initiateAgain();
    assertResumed(1);
    assertThat(sent(ExchangeType.IKE_AUTH, LEFT)).hasSize(before + 1);
    assertThat(lab.right.onlySa().remoteId()).isEqualTo("alice");
    // A user that was taken out does not come in by a ticket either.
    restartLeft(left);
    Map<String, String> others = Map.of("bob", "pw-bob");
    restartRight(right().authentication(Proofs.eapServer(Proofs.users(others, Type.MSCHAPV2))));
    assertThat(lab.left.initiate("to-right", "net").outcome().done()).isFalse();
    assertThat(lab.right.count("ike-tickets-refused-not-permitted")).isEqualTo(1);
  }

  @Test
  void behindANatItGoesOnAtThePortForThat() {
    InetAddress inside = Config.address("192.0.2.1");
    InetAddress outside = Config.address("203.0.113.1");
    lab.net.setNat(
        d ->
            d.local().getAddress().equals(inside)
                ? new Datagram(at(outside, d.local()), d.remote(), d.marker(), d.octets())
                : d.remote().getAddress().equals(outside)
                    ? new Datagram(d.local(), at(inside, d.remote()), d.marker(), d.octets())
                    : d);
    Config left = left().natTraversal().ids("left", "right");
    up(left, right().anyPeer().natTraversal().ids("right", "left"));
    restartLeft(left);
    initiateAgain();
    assertResumed(1);
    assertThat(lab.left.onlySa().natLocal()).isTrue();
    assertThat(lab.right.onlySa().natRemote()).isTrue();
    assertThat(lab.left.onlySa().local().getPort()).isEqualTo(4500);
    assertThat(lab.right.onlySa().remote().getAddress()).isEqualTo(outside);
  }

  private static InetSocketAddress at(InetAddress address, InetSocketAddress from) {
    return new InetSocketAddress(address, from.getPort());
  }

  @Test
  void aPpkStaysMixedIntoTheKeys() {
    lab.left.secrets.with("q", "q".repeat(32));
    lab.right.secrets.with("q", "q".repeat(32));
    up(left().ppk(true, "ppk-1", "q"), right().ppk(true, "ppk-1", "q"));
    restartLeft(left().ppk(true, "ppk-1", "q"));
    initiateAgain();
    assertResumed(1);
    assertThat(lab.left.onlySa().ppkId()).isEqualTo("ppk-1");
    assertThat(lab.right.onlySa().ppkId()).isEqualTo("ppk-1");
  }

  @Test
  void aPpkThatIsRequiredFromNowOnIsNotPassedBy() {
    up(left().ppk(false, "ppk-1", "q"), right().ppk(false, "ppk-1", "q"));
    assertThat(lab.right.onlySa().ppkId()).isEmpty();
    restartLeft(left().ppk(false, "ppk-1", "q"));
    restartRight(right().ppk(true, "ppk-1", "q"));
    assertThat(lab.left.initiate("to-right", "net").outcome().done()).isFalse();
    assertThat(lab.right.count("ike-tickets-refused-not-permitted")).isEqualTo(1);
    assertThat(lab.right.count("ike-resumed-responder")).isZero();
  }

  @Test
  void theAddressFromAPoolIsFoundAgain() {
    Config left = Config.left().child("net", "dynamic", "10.2.0.0/16").request("0.0.0.0");
    Config right =
        Config.right()
            .child("net", "10.2.0.0/16", "dynamic")
            .pools(Config.pool("pool", "10.3.0.1-10.3.0.9"));
    up(left.resumption(), right.resumption());
    var before = lab.left.onlySa().addresses().local();
    assertThat(before).hasSize(1);
    restartLeft(left);
    initiateAgain();
    assertResumed(1);
    assertThat(lab.left.onlySa().addresses().local()).isEqualTo(before);
  }

  @Test
  void anIkeSaWithoutAChildIsResumedWithoutOne() {
    up(left().childless(Childless.FORCE), right().childless(Childless.FORCE));
    restartLeft(left().childless(Childless.FORCE));
    initiateAgain();
    assertResumed(1);
    assertThat(sent(ExchangeType.CREATE_CHILD_SA, LEFT)).hasSize(2);
  }

  @Test
  void mobikeAndFragmentsAreAgreedOnAnew() {
    up(left().mobike(), right().mobike());
    restartLeft(left().mobike());
    initiateAgain();
    assertResumed(1);
    assertThat(lab.left.onlySa().extensions().mobike()).isTrue();
    assertThat(lab.right.onlySa().extensions().mobike()).isTrue();
    assertThat(message(sent(ExchangeType.IKE_SESSION_RESUME, RIGHT).get(0)))
        .matches(m -> m.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED))
        .matches(m -> m.has(NotifyType.NAT_DETECTION_SOURCE_IP));
  }

  @Test
  void aGatewayThatSendsItsPeersAwaySendsThoseWithTicketsToo() {
    up(left(), right());
    restartLeft(left());
    restartRight(right().redirectTo("192.0.2.9"));
    lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(30));
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.right.count("ike-redirects-sent")).isEqualTo(1);
    assertThat(lab.left.count("ike-redirects-followed")).isEqualTo(1);
    assertThat(lab.net.sent().get(lab.net.sent().size() - 1).remote().getAddress())
        .isEqualTo(Config.address("192.0.2.9"));
  }

  @Test
  void onePeerOneIkeSaIsKeptByResumption() {
    for (Uniqueness unique : Uniqueness.values()) {
      lab = new Lab();
      up(left().unique(unique), right().unique(unique));
      restartLeft(left().unique(unique));
      initiateAgain();
      lab.time.run(Duration.ofMinutes(2));
      assertResumed(1);
    }
  }

  @Test
  void trafficGoesOnWhereOnlyTheIkeSaWasLost() {
    up(left().dpd(DPD), right());
    lab.traffic("net");
    lab.right = lab.right.reborn(false);
    assertThat(lab.right.load(right().build()).done()).isTrue();
    lab.time.run(Duration.ofMinutes(1));
    assertResumed(1);
    assertThat(lab.lost).isZero();
    assertThat(lab.held).isZero();
  }

  @Test
  void bothEndsMayResumeWhatEachBegan() {
    up(left(), right());
    restartLeft(left());
    var other = lab.right.engine.initiate("to-left", "net", Duration.ofSeconds(30));
    initiateAgain();
    lab.time.run(Duration.ofMinutes(1));
    assertThat(other.toCompletableFuture().join().outcome().done()).isTrue();
    lab.assertOnePair("net");
    assertThat(lab.left.engine.snapshot()).hasSize(1);
    assertThat(lab.right.engine.snapshot()).hasSize(1);
  }

  @Test
  void rekeysAndResumptionsInTurnKeepOnePair() {
    up(left().ikeRekey(Duration.ofMinutes(10)), right().ikeRekey(Duration.ofMinutes(9)));
    for (int i = 1; i <= 3; i++) {
      lab.time.run(Duration.ofMinutes(25));
      restartLeft(left().ikeRekey(Duration.ofMinutes(10)));
      initiateAgain();
      assertThat(lab.right.count("ike-resumed-responder")).isEqualTo(i);
    }
    lab.time.run(Duration.ofMinutes(25));
    lab.assertOnePair("net");
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class)).isEmpty();
  }

  @Test
  void endingItWhileItIsBeingResumedLeavesNothing() {
    up(left(), right());
    restartLeft(left());
    lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(30));
    lab.time.run(Duration.ofMillis(12));
    lab.left.get(
        lab.left.engine.terminate(new Selection.Connection("to-right"), Duration.ofSeconds(20)));
    lab.time.run(Duration.ofMinutes(2));
    lab.assertNothingLeft();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.count("ike-half-open")).isZero();
  }
}
