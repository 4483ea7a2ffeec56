package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Leases over reconnects, and refusals, with charon; {@link SessionFeatures} has the plain cases.
 */
@Interop
class AddressesIT {

  private static List<String> hosts(List<SaKeys> pair, String end) {
    return pair.stream()
        .filter(k -> k.src().equals(end))
        .flatMap(k -> k.sources().stream())
        .map(text -> text.split("[-]")[0])
        .toList();
  }

  @Test
  void aPeerFindsItsAddressAgain(Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            SessionFeatures::keywayGives,
            c -> SessionFeatures.asks(c, "0.0.0.0, ::", "10.1.0.0/24, fd00:1::/64"));

    List<SaKeys> pair = peers.up(Side.CHARON);

    assertThat(hosts(pair, lab.right().address()))
        .containsExactly("10.3.0.1", "fd00:3:0:0:0:0:0:1");
    assertThat(peers.keyway().leases()).contains("10.3.0.1", "online=true");
    peers.charon().terminateIke();
    Await.until("the leases are free", () -> !peers.keyway().leases().contains("online=true"));
    peers.charon().initiate().orFail();
    assertThat(hosts(peers.agreed(4), lab.right().address()))
        .containsExactly("10.3.0.1", "fd00:3:0:0:0:0:0:1");

    // Another address is asked for as one that nobody gives: the old one counts.
    SwanctlConf plain =
        SwanctlConf.cnr(lab.right(), lab.left())
            .child("local_ts", "10.3.0.0/28")
            .child("remote_ts", "10.1.0.0/24");
    peers.charon().terminateIke();
    peers.charon().load(plain);
    assertThat(peers.charon().initiate().ok()).isFalse();
    peers.charon().awaitLog("FAIL_CP_REQ");
  }

  @Test
  @EnabledIfSystemProperty(named = "keyway.long", matches = "true", disabledReason = "--long")
  void keywayKnowsItsNameServersAndSaysWhyItGotNoAddress(Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> SessionFeatures.asks(c, "0.0.0.0, ::", "10.2.0.0/24, fd00:2::/64"),
            SessionFeatures::charonGives);

    peers.up(Side.KEYWAY);
    assertThat(peers.keyway().sas()).contains("dns=[/10.2.0.53, /fd00:2:0:0:0:0:0:53]");
    peers.keyway().terminateIke();

    // charon's pools have no IPv6 address any more.
    peers
        .charon()
        .load(
            SwanctlConf.cnr(lab.right(), lab.left())
                .connection("pools", "four")
                .child("local_ts", "10.2.0.0/24, fd00:2::/64")
                .child("remote_ts", "dynamic")
                .section("pools {\n  four {\n    addrs = 10.3.0.0/28\n  }\n}"));
    peers
        .keyway()
        .load(
            SessionFeatures.asks(
                SwanctlConf.cnr(lab.left(), lab.right()), "::", "10.2.0.0/24, fd00:2::/64"));
    assertThat(peers.keyway().initiate().reason()).contains("INTERNAL_ADDRESS_FAILURE");
    Await.until("Keyway gives the IKE SA up", () -> peers.keyway().established() == 0);
  }

  @Test
  @EnabledIfSystemProperty(named = "keyway.long", matches = "true", disabledReason = "--long")
  void charonIsToldThatNoAddressIsLeft(Lab lab) {
    Peers peers =
        Peers.start(
            lab,
            c -> SessionFeatures.keywayGives(c).connection("pools", "10.3.0.0/28"),
            c -> SessionFeatures.asks(c, "::", "10.1.0.0/24, fd00:1::/64"));
    assertThat(peers.charon().initiate().ok()).isFalse();
    peers.charon().awaitLog("INT_ADDR_FAIL");
  }
}
