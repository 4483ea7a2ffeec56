package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What operators see: the log by group, the trace behind its switch, the counters. */
class VisibilityTest {
  /** See simplelogger.properties. */
  private static final Path LOG = Path.of("target", "engine-under-test.log");

  private static final String FIELDS =
      "conn=to-right uid=[0-9a-f]+ spi-i=[0-9a-f]{16} spi-r=[0-9a-f]{16} role=initiator"
          + " peer=192.0.2.2:500: ";

  private int begun;

  @BeforeEach
  void mark() throws IOException {
    // The first logger begins the file anew.
    LoggerFactory.getLogger(VisibilityTest.class);
    begun = Files.exists(LOG) ? Files.readAllLines(LOG).size() : 0;
  }

  private List<String> log(String group) throws IOException {
    return Files.readAllLines(LOG).stream()
        .skip(begun)
        .filter(line -> line.contains("io.keyway.ike.log." + group + " - "))
        .toList();
  }

  @Test
  void whatASelectionNamesIsFoundAlone() {
    Lab lab = Lab.withNet().up();
    IkeSaStatus only = lab.left.engine.snapshot().get(0);
    String child = only.children().get(0).uid();
    for (Selection hit :
        List.of(
            new Selection.IkeUid(only.uid()),
            new Selection.ChildUid(child),
            new Selection.Child("to-right", "net"),
            new Selection.Connection("to-right"))) {
      assertThat(lab.left.engine.snapshot(hit)).as("%s", hit).containsExactly(only);
    }
    for (Selection miss :
        List.of(
            new Selection.IkeUid(child),
            new Selection.ChildUid(only.uid()),
            new Selection.Child("to-right", "other"),
            new Selection.Child("other", "net"),
            new Selection.Connection("to-left"))) {
      assertThat(lab.left.engine.snapshot(miss)).as("%s", miss).isEmpty();
    }
  }

  @Test
  void aLifeIsToldByGroupWithConnectionAndSpis() throws IOException {
    Lab lab = Lab.withNet().up();
    lab.left.get(
        lab.left.engine.rekey(new Selection.Child("to-right", "net"), Duration.ofSeconds(20)));
    lab.left.get(
        lab.left.engine.terminate(new Selection.Connection("to-right"), Duration.ofSeconds(20)));
    assertThat(log("ike"))
        .anyMatch(line -> line.matches(".*INFO.*" + FIELDS + "established with .*"))
        .anyMatch(line -> line.matches(".*INFO.*" + FIELDS + "deleted: .*"));
    assertThat(log("chd"))
        .anyMatch(line -> line.matches(".*" + FIELDS + "child net.* is up.*"))
        .anyMatch(line -> line.matches(".*" + FIELDS + "child net.* replaces net.*"))
        .anyMatch(line -> line.matches(".*" + FIELDS + "child net.* ended: .*"));
    assertThat(log("trace")).as("off unless it is turned on").isEmpty();
  }

  @Test
  void aWrongSecretIsAWarningOnBothSidesThatNamesItAndDoesNotTellIt() throws IOException {
    Lab lab = Lab.withNet();
    lab.right.secrets.with("psk", "quite another secret");
    lab.left.initiate("to-right", "net");
    assertThat(log("ike"))
        .anyMatch(line -> line.matches(".*WARN.*conn=to-right.*authentication failed: .*'psk'.*"))
        .anyMatch(line -> line.matches(".*WARN.*role=responder.*authentication refused: .*"))
        .noneMatch(line -> line.contains("quite another secret"))
        .noneMatch(line -> line.contains("a shared secret"));
    assertThat(lab.left.count("failure-authentication-failed")).isEqualTo(1);
    assertThat(lab.right.count("failure-authentication-failed")).isEqualTo(1);
    assertThat(lab.left.count("notify-authentication-failed-received")).isEqualTo(1);
    assertThat(lab.right.count("notify-authentication-failed-sent")).isEqualTo(1);
  }

  @Test
  void noProposalChosenNamesTheProposalsOfBothSides() throws IOException {
    Lab lab = new Lab();
    lab.load(Lab.leftNet().ike(Config.GCM_X25519), Lab.rightNet().ike(Config.GCM_ECP256));
    lab.left.initiate("to-right", "net");
    assertThat(log("cfg"))
        .anyMatch(
            line ->
                line.matches(
                    ".*no proposal chosen: the peer offers .*CURVE25519.*, "
                        + "configured are .*ecp.*"));
    assertThat(lab.right.count("failure-no-proposal-chosen")).isEqualTo(1);
    assertThat(lab.left.count("notify-no-proposal-chosen-received")).isEqualTo(1);
  }

  @Test
  void selectorsThatDoNotFitAreNamedFromBothSides() throws IOException {
    Lab lab = new Lab();
    lab.load(Lab.leftNet(), Config.right().child("net", "10.9.0.0/16", "10.8.0.0/16"));
    lab.left.initiate("to-right", "net");
    assertThat(log("chd"))
        .anyMatch(line -> line.matches(".*TS_UNACCEPTABLE.*10[.]2[.]0[.]0.*10[.]1[.]0[.]0.*"));
    assertThat(lab.right.count("failure-ts-unacceptable")).isEqualTo(1);
  }

  @Test
  void aSilentPeerIsToldByRetransmissionsAndTheirEnd() throws IOException {
    Lab lab = Lab.withNet();
    lab.net.dead();
    lab.left.initiate("to-right", "net");
    lab.time.run(Duration.ofMinutes(3));
    assertThat(log("ike"))
        .anyMatch(line -> line.matches(".*" + FIELDS + "retransmit 1 of request 0 .*IKE_SA_INIT.*"))
        .anyMatch(line -> line.matches(".*" + FIELDS + "retransmit 5 of request 0 .*"))
        .anyMatch(line -> line.matches(".*WARN.*" + FIELDS + "peer .* does not answer.*"));
    assertThat(lab.left.count("failure-silence")).isEqualTo(1);
  }

  @Test
  void theTraceRunsForAWhileAndShowsNoProof() throws IOException {
    Lab lab = Lab.withNet();
    assertThat(lab.left.engine.trace(Optional.of("to-right"), Duration.ofMinutes(5)).done())
        .isTrue();
    assertThat(lab.left.engine.traces())
        .containsOnlyKeys("to-right")
        .containsValue(Instant.now(lab.time).plus(Duration.ofMinutes(5)));
    lab.up();
    assertThat(log("trace"))
        .anyMatch(line -> line.matches(".*" + FIELDS + "sent IKE_AUTH request 1: SPIi .*"))
        .anyMatch(line -> line.matches(".*" + FIELDS + "received IKE_AUTH response 1: SPIi .*"))
        .anyMatch(line -> line.contains("10.1.0.0..10.1.255.255"))
        .anyMatch(line -> line.matches(".*AUTH: SHARED_KEY, [0-9]+ octets, not shown"));
    int lines = log("trace").size();
    lab.time.run(Duration.ofMinutes(6));
    lab.left.get(
        lab.left.engine.rekey(new Selection.Child("to-right", "net"), Duration.ofSeconds(20)));
    assertThat(log("trace").stream().skip(lines))
        .as("nothing once the time is over")
        .noneMatch(line -> line.contains("CREATE_CHILD_SA"));
    assertThat(lab.left.engine.traces()).isEmpty();
  }

  @Test
  void aTraceOfNobodyIsRefused() {
    Lab lab = Lab.withNet();
    Outcome outcome = lab.left.engine.trace(Optional.of("to-nowhere"), Duration.ofMinutes(1));
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.ABSENT);
    assertThat(outcome.reason()).contains("to-nowhere");
  }

  @Test
  void exchangesAreCountedOnceOnEachSide() {
    Lab lab = Lab.withNet().up();
    for (String exchange : List.of("ike-sa-init", "ike-auth")) {
      assertThat(lab.left.count("exchange-" + exchange + "-request-sent")).isEqualTo(1);
      assertThat(lab.right.count("exchange-" + exchange + "-request-received")).isEqualTo(1);
      assertThat(lab.right.count("exchange-" + exchange + "-response-sent")).isEqualTo(1);
      assertThat(lab.left.count("exchange-" + exchange + "-response-received")).isEqualTo(1);
    }
  }
}
