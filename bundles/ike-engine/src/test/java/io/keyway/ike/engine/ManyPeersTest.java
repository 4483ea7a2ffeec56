package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.Direction;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One entry that many peers authenticate against. */
class ManyPeersTest {

  private static Config template(String pattern) {
    return Config.right()
        .anyPeer()
        .ids("hq.example.org", pattern)
        .secret("site:*")
        .child("net", "10.2.0.0/16", "10.1.0.0/16");
  }

  private static Config site(int number) {
    return Config.left()
        .named("site-" + number)
        .ids("cell-" + number + ".example.org", "hq.example.org")
        .secret("key-" + number)
        .child("net", "10.1." + number + ".0/24", "10.2.0.0/16");
  }

  private static Lab lab(String pattern) {
    Lab lab = new Lab();
    assertThat(lab.right.load(template(pattern).build()).done()).isTrue();
    for (int i = 1; i <= 3; i++) {
      lab.left.secrets.with("key-" + i, "the key of site " + i);
      lab.right.secrets.with("site:cell-" + i + ".example.org", "the key of site " + i);
      assertThat(lab.left.load(site(i).build()).done()).isTrue();
    }
    return lab;
  }

  @Test
  void eachHasItsOwnIkeSaChildAndKey() {
    Lab lab = lab("*.example.org");
    for (int i = 1; i <= 3; i++) {
      assertThat(lab.left.initiate("site-" + i, "net").outcome()).isEqualTo(Outcome.ok());
    }
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.right.engine.snapshot())
        .hasSize(3)
        .allMatch(sa -> sa.connection().equals("to-left") && sa.children().size() == 1)
        .extracting(IkeSaStatus::remoteId)
        .containsExactlyInAnyOrder(
            "cell-1.example.org", "cell-2.example.org", "cell-3.example.org");
    assertThat(lab.right.plane.sas(Direction.INBOUND)).hasSize(3);
    assertThat(lab.right.plane.sas(Direction.OUTBOUND)).hasSize(3);
  }

  @Test
  void whoIsNotMetIsRefused() {
    Lab lab = lab("*.cells.example.org");
    assertThat(lab.left.initiate("site-1", "net").outcome().reason())
        .contains("AUTHENTICATION_FAILED");
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason())
        .contains("no connection expects a peer 'cell-1.example.org'");
  }

  @Test
  void oneSiteCannotPassForAnother() {
    Lab lab = lab("*.example.org");
    // It has its own key, and calls itself by its neighbour's name.
    assertThat(
            lab.left
                .load(site(1).named("liar").ids("cell-2.example.org", "hq.example.org").build())
                .done())
        .isTrue();
    assertThat(lab.left.initiate("liar", "net").outcome().reason())
        .contains("AUTHENTICATION_FAILED");
    assertThat(lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason())
        .contains("check secret 'site:cell-2.example.org'");
  }

  @Test
  void aSiteThatStartedAnewReplacesOnlyItsOwn() {
    Lab lab = lab("*.example.org");
    lab.left.initiate("site-1", "net");
    lab.left.initiate("site-2", "net");
    lab.time.run(Duration.ofSeconds(1));
    lab.left = lab.left.reborn(true);
    lab.left.secrets.with("key-1", "the key of site 1");
    assertThat(lab.left.load(site(1).build()).done()).isTrue();
    assertThat(lab.left.initiate("site-1", "net").outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofMinutes(1));
    assertThat(lab.right.engine.snapshot())
        .as("INITIAL_CONTACT concerns the peer that sent it")
        .extracting(IkeSaStatus::remoteId)
        .containsExactlyInAnyOrder("cell-1.example.org", "cell-2.example.org");
  }

  @Test
  void anInitiatorTakesWhoeverThePatternMeets() {
    Lab lab = new Lab();
    lab.load(
        Lab.leftNet().ids("a.example.org", "*.example.org"),
        Lab.rightNet().ids("b.example.org", "a.example.org"));
    lab.up();
    assertThat(lab.left.onlySa().remoteId()).isEqualTo("b.example.org");

    Lab other = new Lab();
    other.load(
        Lab.leftNet().ids("a.example.org", "*.example.net"),
        Lab.rightNet().ids("b.example.org", "a.example.org"));
    assertThat(other.left.initiate("to-right", "net").outcome().reason())
        .contains("calls itself 'b.example.org', we expect '*.example.net'");
  }
}
