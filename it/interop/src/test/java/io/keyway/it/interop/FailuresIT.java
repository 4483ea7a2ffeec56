package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Exec;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must not come up, and what both ends say about it. */
@Interop
class FailuresIT {

  /** Initiates, expects a failure that names the cause, and that nothing is left of it. */
  private static void fails(Peers peers, Side initiator, String... causes) {
    if (initiator == Side.KEYWAY) {
      Keyway.Answer answer = peers.keyway().initiate();
      assertThat(answer.ok()).as(answer.toString()).isFalse();
      assertThat(answer.reason()).containsAnyOf(causes);
    } else {
      Exec.Result result = peers.charon().initiate();
      assertThat(result.ok()).as(result.output()).isFalse();
      assertThat(result.output()).containsAnyOf(causes);
    }
    assertThat(peers.keyway().stub().installed()).isEmpty();
    assertThat(peers.keyway().stub().selectedOutbound()).isEmpty();
    assertThat(peers.charon().stub().installed()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aWrongSecretAuthenticatesNobody(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, c -> c, c -> c.secret("something else"));

    fails(peers, initiator, "AUTHENTICATION_FAILED");

    peers.keyway().awaitEvent("AuthenticationFailed");
    Await.until("no IKE SA is left", () -> peers.keyway().established() == 0);
    assertThat(peers.charon().established()).isFalse();
    assertThat(peers.keyway().log())
        .as("secrets stay out of the log")
        .doesNotContain(SwanctlConf.PSK);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aWrongIdentityAuthenticatesNobody(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, c -> c.remoteId("10.99.99.99"), c -> c);

    fails(peers, initiator, "AUTHENTICATION_FAILED", "10.99.99.99");

    Await.until("no IKE SA is left", () -> peers.keyway().established() == 0);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void noCommonIkeProposalIsSaidSo(Side initiator, Lab lab) {
    Peers peers =
        Peers.start(lab, c -> c, c -> c.connection("proposals", "aes128-sha256-prfsha256-x25519"));

    fails(peers, initiator, "NO_PROPOSAL_CHOSEN");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void noCommonEspProposalIsSaidSo(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, c -> c, c -> c.child("esp_proposals", "aes128-sha256-ecp384"));

    fails(peers, initiator, "NO_PROPOSAL_CHOSEN");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void noCommonSelectorsAreSaidSo(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, c -> c, c -> c.child("local_ts", "10.77.0.0/24"));

    fails(peers, initiator, "TS_UNACCEPTABLE");
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void transportAgainstTunnelModeMakesNoChild(Side initiator, Lab lab) {
    // A tunnel-mode policy must never accept packets without its outer header.
    Peers peers =
        Peers.start(
            lab,
            c ->
                c.child("mode", "transport")
                    .child("local_ts", "dynamic")
                    .child("remote_ts", "dynamic"),
            c -> c.child("local_ts", "dynamic").child("remote_ts", "dynamic"));

    if (initiator == Side.KEYWAY) {
      assertThat(peers.keyway().initiate().ok()).isFalse();
      assertThat(peers.keyway().stub().installed()).isEmpty();
    } else {
      peers.charon().initiate();
      assertThat(peers.keyway().stub().installed()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void behindANatNoChildIsMadeWhereThePlaneCannotEncapsulate(Side initiator, Lab lab) {
    // charon pretends to be behind a NAT (RFC 7296 section 2.23).
    Peers peers = Peers.start(lab, c -> c, c -> c.connection("encap", "yes"));

    if (initiator == Side.KEYWAY) {
      Keyway.Answer answer = peers.keyway().initiate();
      assertThat(answer.ok()).isFalse();
      assertThat(answer.reason()).containsIgnoringCase("NAT");
    } else {
      assertThat(peers.charon().initiate().ok()).isFalse();
    }
    assertThat(peers.keyway().stub().added()).isEmpty();
  }

  @Test
  void aPeerThatDiesIsNoticed(Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> c.connection("dpd_delay", "1s"),
            Map.of("retransmitMillis", "200"),
            c -> c,
            Map.of());
    peers.up(Side.KEYWAY);

    peers.charon().kill();

    Await.until("Keyway's SAs go", () -> peers.keyway().stub().installed().isEmpty());
    assertThat(peers.keyway().stub().selectedOutbound()).isEmpty();
    Await.until("no IKE SA is left", () -> peers.keyway().established() == 0);
    assertThat(peers.keyway().awaitEvent("IkeDown").get("reason").getAsString()).isNotBlank();
  }

  @Test
  void keywayAnswersProbesUntilItDies(Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> c,
            Map.of(),
            c -> c.connection("dpd_delay", "1s"),
            Map.of("retransmit_tries", "2", "retransmit_timeout", "0.5", "retransmit_base", "1.2"));
    peers.up(Side.KEYWAY);
    // Two answered probes; each is an empty INFORMATIONAL exchange (RFC 7296 section 2.4).
    Await.until(
        "two probes are answered",
        () -> peers.charon().log().split("parsed INFORMATIONAL response").length > 2);
    assertThat(peers.charon().established()).isTrue();

    peers.keyway().kill();

    Await.until("charon's SAs go", () -> peers.charon().stub().installed().isEmpty());
  }

  @Test
  void aPeerThatCameBackReplacesItsOldSas(Lab lab) {
    Peers peers = Peers.start(lab);
    peers.up(Side.CHARON);

    peers.charon().kill();
    Charon again =
        Charon.start(lab, lab.right(), SwanctlConf.cnr(lab.right(), lab.left()), Map.of());
    again.initiate().orFail();

    // INITIAL_CONTACT (RFC 7296 section 2.4): the peer has no other IKE SA with us any more.
    Await.until("the old pair goes", () -> peers.keyway().stub().installed().size() == 2);
    assertThat(SaKeys.sorted(peers.keyway().stub().installed()))
        .isEqualTo(again.stub().awaitPair(4));
    assertThat(peers.keyway().established()).isEqualTo(1);
  }
}
