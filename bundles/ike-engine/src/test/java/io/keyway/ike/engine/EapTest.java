package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.api.ike.EngineEvent;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Proofs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** EAP as both roles (RFC 7296 section 2.16, RFC 5998). */
class EapTest {
  private static final Map<String, String> USERS = Map.of("alice", "pw-alice", "bob", "pw-bob");

  private static Lab lab() {
    Lab lab = new Lab();
    lab.right.secrets.with("pw-alice", "correct horse").with("pw-bob", "battery staple");
    lab.left.secrets.with("mine", "correct horse").with("wrong", "guess");
    return lab;
  }

  private static Lab lab(String user, String secret, List<Type> ours, List<Type> theirs) {
    Lab lab = lab();
    lab.load(
        Lab.leftNet()
            .authentication(Proofs.eapPeer(Proofs.user(user, secret, ours.toArray(Type[]::new)))),
        Lab.rightNet()
            .authentication(Proofs.eapServer(Proofs.users(USERS, theirs.toArray(Type[]::new)))));
    return lab;
  }

  @ParameterizedTest
  @EnumSource(value = Type.class, mode = EnumSource.Mode.EXCLUDE, names = "TLS")
  void provesTheInitiatorByAPasswordAndTheResponderByAKey(Type method) {
    Lab lab = lab("alice", "mine", List.of(method), List.of(method)).up();
    lab.assertOnePair("net");
    assertThat(lab.right.onlySa().remoteId()).isEqualTo("alice");
    assertThat(lab.left.onlySa().remoteId()).isEqualTo("192.0.2.2");
    assertThat(lab.right.count("ike-eap-succeeded")).isOne();
    assertThat(lab.left.count("ike-eap-succeeded")).isOne();
  }

  @Test
  void agreesOnAMethodThatBothHave() {
    Lab lab = lab("alice", "mine", List.of(Type.MD5), List.of(Type.MSCHAPV2, Type.MD5)).up();
    lab.assertOnePair("net");
  }

  @Test
  void saysWhenThereIsNoMethodInCommon() {
    Lab lab = lab("alice", "mine", List.of(Type.MD5), List.of(Type.MSCHAPV2));
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .contains("insists on EAP type 26")
        .contains("[md5]");
    lab.time.run(Duration.ofSeconds(1));
    lab.assertNothingLeft();
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason())
        .contains("accepts none of our EAP methods [mschapv2]");
  }

  @ParameterizedTest
  @EnumSource(value = Type.class, mode = EnumSource.Mode.EXCLUDE, names = "TLS")
  void refusesAWrongPasswordAndAnUnknownUserAlike(Type method) {
    long[] took = new long[2];
    for (int i = 0; i < 2; i++) {
      Lab lab = lab(i == 0 ? "alice" : "mallory", "wrong", List.of(method), List.of(method));
      long before = lab.time.millis();
      ChildResult result = lab.left.initiate("to-right", "net");
      took[i] = lab.time.millis() - before;
      assertThat(result.outcome().kind()).isNotEqualTo(Outcome.Kind.OK);
      assertThat(result.outcome().reason())
          .startsWith("authentication failed: ")
          .contains(i == 0 ? "alice" : "mallory");
      lab.time.run(Duration.ofSeconds(5));
      lab.assertNothingLeft();
      assertThat(lab.right.engine.snapshot()).isEmpty();
      assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason())
          .contains(i == 0 ? "'alice' gave a wrong password" : "no EAP user 'mallory'");
    }
    assertThat(took[0]).isEqualTo(took[1]).isGreaterThanOrEqualTo(1000);
  }

  @Test
  void needsMoreThanEapToTrustAResponderUnlessItIsSaidToBeEnough() {
    Lab lab = lab();
    Config alone = Lab.leftNet().authentication(Proofs.eapOnly(Proofs.user("alice", "mine")));
    assertThat(lab.left.load(alone.build()).reason()).contains("RFC 5998", "eap-password-only");
    lab.right.load(
        Lab.rightNet()
            .authentication(Proofs.eapOnly(Proofs.passwordOnly(Proofs.users(USERS))))
            .build());
    lab.left.load(
        Lab.leftNet()
            .authentication(Proofs.eapOnly(Proofs.passwordOnly(Proofs.user("alice", "mine"))))
            .build());
    lab.up();
    lab.assertOnePair("net");
  }

  @Test
  void provesInSeveralRoundsWhatBothSidesWant() {
    Lab lab = lab();
    lab.left.secrets.with("second", "another key");
    lab.right.secrets.with("second", "another key");
    lab.load(
        Lab.leftNet()
            .authentication(
                a ->
                    a.withRounds(
                        List.of(
                            Proofs.key("host.left", "second"),
                            Proofs.eap("carol@left", Proofs.user("alice", "mine"))),
                        List.of(Proofs.key("host.right", "second")))),
        Lab.rightNet()
            .authentication(
                a ->
                    a.withRounds(
                        List.of(Proofs.key("host.right", "second")),
                        List.of(
                            Proofs.key("host.left", "second"),
                            Proofs.eap(null, Proofs.users(USERS))))));
    lab.up();
    lab.assertOnePair("net");
  }

  private static Lab rounds(String ourSecond, boolean theyExpectTwo) {
    Lab lab = lab();
    lab.left.secrets.with("second", ourSecond);
    lab.right.secrets.with("second", "another key");
    lab.load(
        Lab.leftNet()
            .authentication(
                a -> a.withRounds(List.of(Proofs.key("host.left", "second")), List.of())),
        Lab.rightNet()
            .authentication(
                a ->
                    theyExpectTwo
                        ? a.withRounds(List.of(), List.of(Proofs.key("host.left", "second")))
                        : a));
    return lab;
  }

  @Test
  void aSecondRoundThatFailsLeavesNothing() {
    Lab lab = rounds("not the key", true);
    assertThat(lab.left.initiate("to-right", "net").outcome().reason())
        .startsWith("authentication failed");
    lab.time.run(Duration.ofSeconds(1));
    lab.assertNothingLeft();
    assertThat(lab.left.engine.snapshot()).isEmpty();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.events(EngineEvent.IkeUp.class)).isEmpty();
    assertThat(lab.right.count("ike-authentication-failures")).isOne();
  }

  @Test
  void refusesMoreRoundsThanItExpects() {
    Lab lab = rounds("another key", false);
    assertThat(lab.left.initiate("to-right", "net").outcome().done()).isFalse();
    lab.time.run(Duration.ofSeconds(1));
    lab.assertNothingLeft();
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason())
        .contains("more rounds of authentication than we expect");
  }

  @Test
  void keepsNothingOfAPeerThatStopsInTheMiddle() {
    Lab lab = lab("alice", "mine", List.of(Type.MSCHAPV2), List.of(Type.MSCHAPV2));
    lab.left.engine.initiate("to-right", "net", Duration.ofSeconds(30));
    // IKE_SA_INIT, and the first IKE_AUTH with its answer; nothing of the peer after it.
    lab.time.until(Duration.ofSeconds(1), () -> lab.net.sent().size() >= 4);
    lab.left.reborn();
    lab.time.run(Duration.ofSeconds(60));
    assertThat(lab.right.engine.snapshot()).isEmpty();
    assertThat(lab.right.count("ike-half-open-expired")).isOne();
    assertThat(lab.right.plane.leases()).isEmpty();
  }

  @Test
  void saysThatOnlyAnInitiatorCanUseEap() {
    Lab lab = lab("alice", "mine", List.of(Type.MSCHAPV2), List.of(Type.MSCHAPV2));
    assertThat(lab.right.initiate("to-left", "net").outcome().reason())
        .contains("wants EAP of the peer, which only who initiates can do");
  }
}
