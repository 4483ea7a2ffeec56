package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Matrix.Way;
import io.keyway.it.interop.Peers.Side;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Post-quantum pre-shared keys (RFC 8784) with charon, which derives the same keys. */
@Interop
class PpkIT {
  private static final String CHAPTER = "Post-quantum pre-shared keys";
  private static final String ID = "ppk-1@example.org";
  private static final String OTHER_ID = "ppk-2@example.org";
  private static final String KEY = "this key is longer than any quantum computer's patience 42";

  private static SwanctlConf ppk(SwanctlConf conf, String id, boolean required) {
    return conf.connection("ppk_id", id)
        .connection("ppk_required", required ? "yes" : "no")
        .ppk(id, KEY);
  }

  private static UnaryOperator<SwanctlConf> with(String id, boolean required) {
    return c -> ppk(c, id, required);
  }

  static Stream<Arguments> rows() {
    return Stream.of(false, true)
        .flatMap(r -> Stream.of(Side.values()).map(s -> Arguments.of(r, s)));
  }

  @ParameterizedTest(name = "required {0} {1}")
  @MethodSource("rows")
  void aPpkIsMixedIntoTheKeysAndStaysThroughRekeys(boolean required, Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, with(ID, required), with(ID, required));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.charon().log()).contains("using PPK for PPK_ID '" + ID + "'");
    assertThat(peers.keyway().counter("ike-ppk-used")).isEqualTo(1);
    Matrix.passed(
        CHAPTER, "PPK, " + (required ? "required" : "optional") + ", PSK", initiator, Way.V4);
    if (required) {
      // The first child of a rekeyed IKE SA has keys of SK_d, and so of the PPK.
      peers.rekeyIke(Side.KEYWAY);
      peers.rekeyChild(Side.CHARON);
      peers.agreed(4);
      peers.rekeyIke(Side.CHARON);
      peers.rekeyChild(Side.KEYWAY);
      peers.awaitOnly(peers.agreed(6));
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void withCertificates(Side initiator, Lab lab) {
    Authority root = Authority.root(lab, "root");
    root.certificate("left", "ecdsa-256", "--san", "left.example");
    root.certificate("right", "ecdsa-256", "--san", "right.example");
    root.give(lab.left(), "left");
    root.give(lab.right(), "right");
    Authority.trust(lab.left(), root);
    Authority.trust(lab.right(), root);
    // Optional: two signatures are sent, the second for who has no PPK.
    Peers peers =
        Peers.start(
            lab,
            c ->
                ppk(c, ID, false)
                    .localId("left.example")
                    .remoteId("right.example")
                    .local("auth", "pubkey")
                    .local("certs", "left")
                    .remote("auth", "pubkey"),
            c ->
                ppk(c, ID, false)
                    .localId("right.example")
                    .remoteId("left.example")
                    .local("auth", "pubkey")
                    .local("certs", "right.pem")
                    .remote("auth", "pubkey"));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.keyway().counter("ike-ppk-used")).isEqualTo(1);
    Matrix.passed(CHAPTER, "PPK, optional, certificates", initiator, Way.V4);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aKeyThatOnlyOneSideHasIsLeftOut(Side initiator, Lab lab) {
    boolean ours = initiator == Side.KEYWAY;
    // The responder has another one, so NO_PPK_AUTH counts.
    // charon insists on its ppk_id where there is one, though ppk_required is no; a responder needs
    // none to use the keys that it has.
    Peers peers =
        Peers.start(
            lab,
            with(ours ? OTHER_ID : ID, false),
            c -> ours ? c.ppk(ID, KEY) : ppk(c, OTHER_ID, false));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.keyway().counter("ike-ppk-used")).isZero();
    assertThat(peers.keyway().counter("ike-ppk-not-used")).isEqualTo(1);
    Matrix.passed(CHAPTER, "PPK unknown to the responder, optional", initiator, Way.V4);
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void whoRequiresOneRefusesWhoHasNone(Side initiator, Lab lab) {
    Peers peers = Peers.start(lab, with(ID, true), c -> c);

    if (initiator == Side.KEYWAY) {
      Keyway.Answer answer = peers.keyway().initiate();
      assertThat(answer.ok()).isFalse();
      assertThat(answer.reason()).contains("uses no post-quantum pre-shared key").contains(ID);
    } else {
      assertThat(peers.charon().initiate().ok()).isFalse();
      assertThat(peers.charon().log()).contains("AUTH_FAILED");
      assertThat(peers.keyway().awaitEvent("AuthenticationFailed").get("reason").getAsString())
          .contains("names no PPK, which is required");
    }
    peers.awaitNothingInstalled();
  }

  @Test
  void whatCharonRequiresAndWeLackIsRefusedWithItsReason(Lab lab) {
    Peers peers = Peers.start(lab, with(OTHER_ID, false), with(ID, true));

    Keyway.Answer answer = peers.keyway().initiate();

    assertThat(answer.ok()).isFalse();
    assertThat(answer.reason()).contains("AUTHENTICATION_FAILED");
    peers.awaitNothingInstalled();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void anotherKeyOfTheSameIdIsRefused(Side initiator, Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> c.connection("ppk_id", ID).ppk(ID, "one key of thirty-two octets or some more"),
            with(ID, false));

    boolean up =
        initiator == Side.KEYWAY ? peers.keyway().initiate().ok() : peers.charon().initiate().ok();

    assertThat(up).isFalse();
    peers.awaitNothingInstalled();
  }
}
