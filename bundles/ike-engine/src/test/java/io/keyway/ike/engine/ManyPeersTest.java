package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.SadEvent;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import java.util.List;
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
  void afterARestartEachSiteReplacesWhatItsOwnEarlierLifeLeftAndNothingElse() {
    Lab lab = lab("*.example.org");
    for (int i = 1; i <= 3; i++) {
      assertThat(lab.left.initiate("site-" + i, "net").outcome()).isEqualTo(Outcome.ok());
    }
    lab.time.run(Duration.ofSeconds(1));
    lab.right = lab.right.reborn();
    for (int i = 1; i <= 3; i++) {
      lab.right.secrets.with("site:cell-" + i + ".example.org", "the key of site " + i);
    }
    lab.right.load(template("*.example.org").build());
    assertThat(leftOf(lab)).containsExactly(1, 2, 3);

    for (int i = 1; i <= 3; i++) {
      // The site notices, and comes again.
      lab.left.get(
          lab.left.engine.terminate(new Selection.Connection("site-" + i), Duration.ofMillis(100)));
      assertThat(lab.left.initiate("site-" + i, "net").outcome()).isEqualTo(Outcome.ok());
      lab.time.run(Duration.ofSeconds(10));
      assertThat(leftOf(lab)).as("after site %s", i).hasSize(3 - i).doesNotContain(i);
      assertThat(lab.right.plane.sas(Direction.OUTBOUND)).hasSize(3);
    }
  }

  @Test
  void aLifetimeOfOneSitesLeftoverEndsThatOneOnly() {
    Lab lab = lab("*.example.org");
    for (int i = 1; i <= 3; i++) {
      lab.left.initiate("site-" + i, "net");
    }
    lab.right = lab.right.reborn();
    lab.right.load(template("*.example.org").build());
    var one =
        lab.right.plane.sas(Direction.OUTBOUND).stream()
            .filter(i -> i.sa().child().peer().equals("cell-2.example.org"))
            .findFirst()
            .orElseThrow();
    lab.right.plane.tell(
        new SadEvent.Expired(one.sa().child(), one.sa().id(), true, "an hour is over"));
    lab.time.run(Duration.ofSeconds(10));
    assertThat(leftOf(lab)).containsExactly(1, 3);
    // Who goes for good goes with all peers' children.
    lab.right.get(
        lab.right.engine.terminate(new Selection.Child("to-left", "net"), Duration.ofSeconds(5)));
    assertThat(lab.right.plane.sas()).isEmpty();
  }

  /** Numbers of the sites that SAs of an earlier life stand for. */
  private static List<Integer> leftOf(Lab lab) {
    return lab.right.plane.sas(Direction.OUTBOUND).stream()
        .filter(lab.right.plane::isEarlier)
        .map(i -> i.sa().child().peer().replaceAll("\\D", ""))
        .map(Integer::valueOf)
        .sorted()
        .toList();
  }

  private static Config inRanges(String... ranges) {
    return template("*.example.org").ranges(ranges);
  }

  @Test
  void peersComeFromTheRangesOnly() {
    Lab lab = lab("*.example.org");
    assertThat(lab.right.load(inRanges("198.51.100.0/24", "192.0.2.4-192.0.2.9").build()).done())
        .isTrue();
    assertThat(lab.left.initiate("site-1", "net").outcome().reason()).contains("NO_PROPOSAL");
    assertThat(lab.right.engine.snapshot()).isEmpty();

    assertThat(lab.left.load(site(2).at("192.0.2.9", "192.0.2.2").build()).done()).isTrue();
    assertThat(lab.left.initiate("site-2", "net").outcome()).isEqualTo(Outcome.ok());
    assertThat(lab.left.load(site(3).at("198.51.100.255", "192.0.2.2").build()).done()).isTrue();
    assertThat(lab.left.initiate("site-3", "net").outcome()).isEqualTo(Outcome.ok());

    // Who is in a range that goes, goes.
    assertThat(lab.right.load(inRanges("192.0.2.0/24").build()).done()).isTrue();
    lab.time.run(Duration.ofSeconds(5));
    assertThat(lab.right.engine.snapshot())
        .extracting(IkeSaStatus::remoteId)
        .containsExactly("cell-2.example.org");
    assertThat(lab.left.initiate("site-1", "net").outcome()).isEqualTo(Outcome.ok());
  }

  @Test
  void rangesThatCannotBeAreRefusedByName() {
    Lab lab = new Lab();
    assertThat(lab.right.load(inRanges("2001:db8::/32").build()).reason())
        .contains("remote-range 2001:db8:0:0:0:0:0:0/32 is of another family");
    String[] many = new String[60];
    java.util.Arrays.setAll(many, i -> "10." + i + ".0.1-10." + i + ".255.254");
    assertThat(lab.right.load(inRanges(many).build()).reason())
        .contains("make 1800 prefixes")
        .contains("1024");
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
