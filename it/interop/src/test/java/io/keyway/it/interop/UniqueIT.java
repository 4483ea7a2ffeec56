package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many IKE SAs one identity may have: {@code unique}, on our side and on charon's. */
@Interop
class UniqueIT {
  private static final String OTHER_ADDRESS = "172.37.1.18";
  private static final String OTHER_CHILD = "other";

  /** charon as two devices of one identity; neither says that it knows of no other. */
  private static SwanctlConf twoDevices(SwanctlConf conf, Lab lab) {
    String ours = lab.right().address();
    String theirs = lab.left().address();
    return conf.connection("unique", "never")
        .section(
            """
            connections {
              device-2 {
                version = 2
                local_addrs = %s
                remote_addrs = %s
                proposals = aes256gcm16-prfsha384-ecp384
                mobike = no
                unique = never
                local {
                  auth = psk
                  id = %s
                }
                remote {
                  auth = psk
                  id = %s
                }
                children {
                  %s {
                    local_ts = %s
                    remote_ts = %s
                    esp_proposals = aes256gcm16-ecp384
                  }
                }
              }
            }
            """
                .formatted(
                    OTHER_ADDRESS,
                    theirs,
                    ours,
                    theirs,
                    OTHER_CHILD,
                    lab.right().inner(),
                    lab.left().inner()));
  }

  @Test
  void theFirstIsKeptOrTheLastReplacesIt(Lab lab) {
    lab.right().ns().address(Lab.DEVICE, OTHER_ADDRESS + "/24");
    Peers peers =
        Peers.start(lab, c -> c.anyPeer().connection("unique", "keep"), c -> twoDevices(c, lab));
    Keyway keyway = peers.keyway();
    Charon charon = peers.charon();
    final List<SaKeys> first = peers.up(Side.CHARON);

    assertThat(charon.initiate(OTHER_CHILD).ok()).isFalse();
    assertThat(charon.log()).contains("received AUTHENTICATION_FAILED notify");
    assertThat(keyway.authenticationFailures())
        .singleElement()
        .satisfies(
            reason ->
                assertThat(reason)
                    .contains("has an IKE SA from")
                    .contains(lab.right().address())
                    .contains("unique is keep"));
    peers.awaitOnly(first);

    keyway.load(SwanctlConf.cnr(lab.left(), lab.right()).anyPeer().connection("unique", "replace"));
    charon.initiate(OTHER_CHILD).orFail();
    Await.until("one IKE SA is left", () -> keyway.count() == 1);
    assertThat(keyway.sas()).contains(OTHER_ADDRESS);
    assertThat(charon.log()).contains("received DELETE for IKE_SA kw[");
    Await.until("its pair is left", () -> keyway.stub().installed().size() == 2);
    assertThat(keyway.stub().installed()).doesNotContainAnyElementsOf(first);
  }

  /** We authenticate anew beside the IKE SA that we have. */
  @ParameterizedTest
  @ValueSource(strings = {"replace", "keep", "no", "never"})
  @EnabledIfSystemProperty(named = "keyway.long", matches = "true", disabledReason = "--long")
  void charonsPolicyDoesNotBreakOurReauthentication(String unique, Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> c.connection("reauth_time", "3s"),
            Map.of(),
            c -> c.connection("unique", unique),
            Map.of());
    final List<SaKeys> first = peers.up(Side.KEYWAY);
    final String spis = peers.keyway().ikeSpis();

    Await.until(
        "it was authenticated anew", () -> peers.keyway().counter("ike-reauthenticated") > 0);
    Await.until("one IKE SA is left", () -> peers.keyway().established() == 1);
    assertThat(peers.keyway().ikeSpis()).isNotEqualTo(spis);
    Await.until("charon has one pair", () -> peers.charon().stub().installed().size() == 2);
    assertThat(peers.charon().stub().installed()).doesNotContainAnyElementsOf(first);
  }
}
