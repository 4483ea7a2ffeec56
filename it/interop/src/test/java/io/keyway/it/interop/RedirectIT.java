package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.kit.lab.Await;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Redirection (RFC 5685) with charon, which as a gateway redirects established IKE SAs only. */
@Interop
class RedirectIT {

  private static final String ELSEWHERE = "172.37.1.9";

  @Test
  void keywayGoesWhereCharonSendsIt(Lab lab) {
    lab.right().ns().ip("address", "add", ELSEWHERE + "/24", "dev", Lab.DEVICE);
    Peers peers =
        Peers.start(
            lab,
            c -> c,
            c -> c.connection("local_addrs", lab.right().address() + ", " + ELSEWHERE));
    peers.up(Side.KEYWAY);

    peers
        .charon()
        .swanctl("--redirect", "--ike", SwanctlConf.CONNECTION, "--gateway", ELSEWHERE)
        .orFail();

    Await.until(
        "Keyway has an IKE SA with the other address only",
        () -> peers.keyway().established() == 1 && peers.keyway().sas().contains(ELSEWHERE));
    List<SaKeys> theirs = peers.charon().stub().awaitPair(4);
    assertThat(SaKeys.sorted(peers.keyway().stub().awaitPair(4))).isEqualTo(theirs);
    assertThat(peers.charon().log()).contains("N(REDIR_SUP)").contains("N(REDIR_FROM)");
    assertThat(peers.keyway().counter("ike-redirects-followed")).isEqualTo(1);
    Await.until("the old SAs are gone", () -> peers.keyway().stub().installed().size() == 2);
  }

  @Test
  void charonGoesWhereKeywaySendsItOnAnEstablishedIkeSa(Lab lab) {
    Peers peers = Peers.start(lab);
    peers.up(Side.CHARON);

    peers.keyway().redirect(ELSEWHERE).orFail();

    peers.charon().awaitLog("N(REDIR_FROM)");
    assertThat(peers.charon().log()).contains(ELSEWHERE);
  }

  @Test
  @EnabledIfSystemProperty(named = "keyway.long", matches = "true", disabledReason = "--long")
  void charonGoesWhereKeywaySendsItWhenItComes(Lab lab) {
    Peers peers = Peers.start(lab, c -> c.connection("redirect_to", ELSEWHERE), c -> c);

    peers.charon().swanctl("--initiate", "--child", SwanctlConf.CHILD, "--timeout", "3");

    peers.charon().awaitLog("N(REDIR_FROM)");
    assertThat(peers.charon().log()).contains("N(REDIR)").contains(ELSEWHERE);
    assertThat(peers.keyway().counter("ike-redirects-sent")).isEqualTo(1);
    assertThat(peers.keyway().established()).isZero();
  }
}
