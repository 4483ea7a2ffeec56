package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Matrix.Way;
import io.keyway.it.interop.Peers.Side;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of post-quantum pre-shared keys (RFC 8784) that one side lacks or refuses; {@link
 * PpkFeatures} has those that both have.
 */
@Interop
class PpkIT {
  private static final String ID = PpkFeatures.ID;
  private static final String OTHER_ID = "ppk-2@example.org";

  private static UnaryOperator<SwanctlConf> with(String id, boolean required) {
    return PpkFeatures.with(id, required);
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
            c -> ours ? c.ppk(ID, PpkFeatures.KEY) : with(OTHER_ID, false).apply(c));

    peers.awaitOnly(peers.up(initiator));

    assertThat(peers.keyway().counter("ike-ppk-used")).isZero();
    assertThat(peers.keyway().counter("ike-ppk-not-used")).isEqualTo(1);
    Matrix.passed(PpkFeatures.CHAPTER, "PPK unknown to the responder, optional", initiator, Way.V4);
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
  void anotherKeyOfTheSameIdIsRefused(Side initiator, Lab lab) throws Exception {
    Peers peers =
        Peers.start(
            lab,
            c -> c.connection("ppk_id", ID).ppk(ID, "one key of thirty-two octets or some more"),
            with(ID, false));

    boolean up =
        initiator == Side.KEYWAY ? peers.keyway().initiate().ok() : peers.charon().initiate().ok();

    assertThat(up).isFalse();
    peers.awaitNothingInstalled();
    KnownSecrets secrets = KnownSecrets.of(lab);
    assertThat(secrets.count(PpkFeatures.KEY))
        .as("configured, and dumped by charon")
        .isGreaterThan(1);
    assertThat(secrets.control(lab)).anyMatch(find -> find.contains("PPK"));
  }
}
