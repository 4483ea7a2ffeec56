package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.ike.IkeEngine;
import io.keyway.ike.engine.lab.Certificates;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.lab.Proofs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Post-quantum pre-shared keys (RFC 8784) between two engines of ours. */
class PpkTest {
  private static final String ID = "ppk-1@example.org";

  private static Lab lab(Config left, Config right) {
    Lab lab = new Lab();
    for (Gateway gateway : new Gateway[] {lab.left, lab.right}) {
      gateway.secrets.with("quantum", "a post-quantum pre-shared key of 32 octets and more");
    }
    lab.load(left, right);
    return lab;
  }

  private static void assertUsed(Lab lab, String id) {
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().ppkId()).isEqualTo(id);
    assertThat(lab.right.onlySa().ppkId()).isEqualTo(id);
  }

  private static String refusal(Lab lab) {
    ChildResult result = lab.left.initiate("to-right", "net");
    lab.time.run(Duration.ofSeconds(1));
    assertThat(result.outcome().kind()).isNotEqualTo(Outcome.Kind.OK);
    lab.assertNothingLeft();
    assertThat(lab.right.engine.snapshot()).noneMatch(sa -> sa.state().equals("ESTABLISHED"));
    assertThat(lab.left.engine.snapshot()).noneMatch(sa -> sa.state().equals("ESTABLISHED"));
    return result.outcome().reason();
  }

  private static String toldByRight(Lab lab) {
    return lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason();
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void isUsedWhenBothHaveIt(boolean leftRequires, boolean rightRequires) {
    Lab lab =
        lab(
            Lab.leftNet().ppk(leftRequires, ID, "quantum"),
            Lab.rightNet().ppk(rightRequires, ID, "quantum"));
    lab.up();
    assertUsed(lab, ID);
    assertThat(lab.left.count("ike-ppk-used")).isEqualTo(1);
    assertThat(lab.right.count("ike-ppk-used")).isEqualTo(1);
    assertThat(lab.net.sent()).as("no message more than without").hasSize(4);
  }

  @Test
  void isInheritedByWhatIsRekeyed() {
    Lab lab =
        lab(
            Lab.leftNet().ppk(true, ID, "quantum").ikeRekey(Duration.ofMinutes(5)),
            Lab.rightNet().ppk(true, ID, "quantum"));
    lab.up();
    long before = lab.left.onlySa().initiatorSpi();
    lab.time.run(Duration.ofMinutes(7));
    assertThat(lab.left.onlySa().initiatorSpi()).isNotEqualTo(before);
    assertUsed(lab, ID);
    ChildResult child =
        lab.left.get(
            lab.left.engine.rekey(
                new IkeEngine.Selection.Child("to-right", "net"), Duration.ofSeconds(10)));
    assertThat(child.outcome()).isEqualTo(Outcome.ok());
    lab.time.run(Duration.ofSeconds(10));
    assertUsed(lab, ID);
  }

  @Test
  void isLeftOutWhenThePeerHasNone() {
    Lab lab = lab(Lab.leftNet().ppk(false, ID, "quantum"), Lab.rightNet());
    lab.up();
    assertUsed(lab, "");
  }

  @Test
  void isLeftOutForAnInitiatorThatHasNone() {
    Lab lab = lab(Lab.leftNet(), Lab.rightNet().ppk(false, ID, "quantum"));
    lab.up();
    assertUsed(lab, "");
  }

  @Test
  void anInitiatorThatRequiresItEndsAfterTheFirstAnswer() {
    Lab lab = lab(Lab.leftNet().ppk(true, ID, "quantum"), Lab.rightNet());
    assertThat(refusal(lab)).contains("uses no post-quantum pre-shared key").contains(ID);
    assertThat(lab.net.sent()).as("IKE_SA_INIT alone").hasSize(2);
  }

  @Test
  void aResponderThatRequiresItRefusesWhoNamesNone() {
    Lab lab = lab(Lab.leftNet(), Lab.rightNet().ppk(true, ID, "quantum"));
    assertThat(refusal(lab)).contains("AUTHENTICATION_FAILED");
    assertThat(toldByRight(lab)).contains("names no PPK, which is required");
    assertThat(lab.right.count("failure-authentication-failed")).isEqualTo(1);
  }

  @Test
  void bothGoOnWithoutAKeyThatTheResponderDoesNotKnow() {
    Lab lab =
        lab(
            Lab.leftNet().ppk(false, "ppk-2@example.org", "quantum"),
            Lab.rightNet().ppk(false, ID, "quantum"));
    lab.up();
    assertUsed(lab, "");
    assertThat(lab.left.count("ike-ppk-not-used")).isEqualTo(1);
    assertThat(lab.right.count("ike-ppk-not-used")).isEqualTo(1);
  }

  @Test
  void anUnknownKeyIsRefusedWhereEitherRequiresOne() {
    Lab initiator =
        lab(
            Lab.leftNet().ppk(true, "ppk-2@example.org", "quantum"),
            Lab.rightNet().ppk(false, ID, "quantum"));
    assertThat(refusal(initiator)).contains("AUTHENTICATION_FAILED");
    assertThat(toldByRight(initiator)).contains("ppk-2@example.org").contains("peer requires it");

    Lab responder =
        lab(
            Lab.leftNet().ppk(false, "ppk-2@example.org", "quantum"),
            Lab.rightNet().ppk(true, ID, "quantum"));
    assertThat(refusal(responder)).contains("AUTHENTICATION_FAILED");
    assertThat(toldByRight(responder)).contains("required here");
  }

  @Test
  void anotherKeyOfTheSameIdIsRefused() {
    Lab lab = lab(Lab.leftNet().ppk(false, ID, "quantum"), Lab.rightNet().ppk(false, ID, "other"));
    lab.right.secrets.with("other", "not what the left side has");
    assertThat(refusal(lab)).contains("AUTHENTICATION_FAILED");
  }

  @Test
  void aKeyThatIsNotInOurStoreCountsAsNone() {
    Lab optional =
        lab(Lab.leftNet().ppk(false, ID, "lost"), Lab.rightNet().ppk(false, ID, "quantum"));
    optional.up();
    assertUsed(optional, "");

    Lab required =
        lab(Lab.leftNet().ppk(true, ID, "lost"), Lab.rightNet().ppk(false, ID, "quantum"));
    assertThat(refusal(required)).contains("no PPK named 'lost'");

    Lab theirs =
        lab(Lab.leftNet().ppk(false, ID, "quantum"), Lab.rightNet().ppk(false, ID, "lost"));
    theirs.up();
    assertUsed(theirs, "");
  }

  @Test
  void aResponderChoosesAmongManyByTheirIds() {
    Lab lab =
        lab(
            Lab.leftNet().ppk(true, "cell-17.cells.example.org", "quantum"),
            Lab.rightNet().ppk(true, ID, "quantum", "*.cells.example.org", "ppk:*"));
    lab.right.secrets.with(
        "ppk:cell-17.cells.example.org", "a post-quantum pre-shared key of 32 octets and more");
    lab.up();
    assertUsed(lab, "cell-17.cells.example.org");
  }

  @Test
  void patternsAloneAreNotEnoughToRequireOneAsInitiator() {
    Lab lab = lab(Lab.leftNet().ppk(true, "*", "ppk:*"), Lab.rightNet().ppk(true, ID, "quantum"));
    assertThat(refusal(lab)).contains("all that are configured here are patterns");
  }

  private static Lab eapLab(EapSettings.Type type, boolean required, String theirId) {
    Lab lab =
        lab(
            Lab.leftNet()
                .authentication(Proofs.eapPeer(Proofs.user("alice", "mine", type)))
                .ppk(required, ID, "quantum"),
            Lab.rightNet()
                .authentication(Proofs.eapServer(Proofs.users(Map.of("alice", "pw-alice"), type)))
                .ppk(required, theirId, "quantum"));
    lab.left.secrets.with("mine", "correct horse");
    lab.right.secrets.with("pw-alice", "correct horse");
    return lab;
  }

  @ParameterizedTest
  @CsvSource({"MSCHAPV2,true", "MSCHAPV2,false", "MD5,true", "MD5,false"})
  void withEapItIsMixedInAtTheLastAuth(EapSettings.Type type, boolean required) {
    assertUsed(eapLab(type, required, ID).up(), ID);
  }

  @ParameterizedTest
  @CsvSource({"MSCHAPV2", "MD5"})
  void withEapBothGoOnWithoutAKeyThatTheResponderDoesNotKnow(EapSettings.Type type) {
    Lab lab = eapLab(type, false, "ppk-2@example.org").up();
    assertUsed(lab, "");
    assertThat(lab.left.count("ike-ppk-not-used")).isEqualTo(1);
    assertThat(refusal(eapLab(type, true, "ppk-2@example.org"))).contains("AUTHENTICATION_FAILED");
  }

  @Test
  void inSeveralRoundsItIsMixedInAtTheFirst() {
    Lab lab =
        lab(
            Lab.leftNet()
                .authentication(a -> a.withRounds(List.of(Proofs.key("l2", "two")), List.of()))
                .ppk(false, ID, "quantum"),
            Lab.rightNet()
                .authentication(a -> a.withRounds(List.of(), List.of(Proofs.key("l2", "two"))))
                .ppk(true, ID, "quantum"));
    lab.left.secrets.with("two", "the key of the second round");
    lab.right.secrets.with("two", "the key of the second round");
    lab.up();
    assertUsed(lab, ID);
    assertThat(lab.left.count("ike-ppk-used")).isEqualTo(1);
  }

  /** Certificates on both sides, so that what is mixed in goes into signatures. */
  private static Lab certificateLab(Config left, Config right) {
    Lab lab =
        lab(
            left.ids("left.example.org", "right.example.org").authentication(Proofs.certificates()),
            right
                .ids("right.example.org", "left.example.org")
                .authentication(Proofs.certificates()));
    Certificates root = new Certificates("root");
    root.trustedBy(lab.left).trustedBy(lab.right);
    root.give(lab.left, "left.example.org").give(lab.right, "right.example.org");
    return lab;
  }

  @ParameterizedTest
  @CsvSource({"false,false", "true,false", "false,true", "true,true"})
  void withCertificatesItGoesIntoBothSignatures(boolean leftRequires, boolean rightRequires) {
    Lab lab =
        certificateLab(
            Lab.leftNet().ppk(leftRequires, ID, "quantum"),
            Lab.rightNet().ppk(rightRequires, ID, "quantum"));
    lab.up();
    assertUsed(lab, ID);
    assertThat(lab.left.count("ike-ppk-used")).isEqualTo(1);
    assertThat(lab.right.count("ike-ppk-used")).isEqualTo(1);
  }

  @Test
  void withCertificatesTheSecondSignatureCountsWhereTheKeyIsOptionalAndUnknown() {
    Lab lab =
        certificateLab(
            Lab.leftNet().ppk(false, "ppk-2@example.org", "quantum"),
            Lab.rightNet().ppk(false, ID, "quantum"));
    lab.up();
    assertUsed(lab, "");
    assertThat(lab.left.count("ike-ppk-not-used")).isEqualTo(1);
    assertThat(lab.right.count("ike-ppk-not-used")).isEqualTo(1);

    Lab none = certificateLab(Lab.leftNet(), Lab.rightNet().ppk(false, ID, "quantum"));
    none.up();
    assertUsed(none, "");
  }

  @ParameterizedTest
  @CsvSource({"true,false", "false,true", "true,true"})
  void withCertificatesAnUnknownKeyIsRefusedWhereOneIsRequired(
      boolean leftRequires, boolean rightRequires) {
    Lab lab =
        certificateLab(
            Lab.leftNet().ppk(leftRequires, "ppk-2@example.org", "quantum"),
            Lab.rightNet().ppk(rightRequires, ID, "quantum"));
    assertThat(refusal(lab)).contains("AUTHENTICATION_FAILED");
    assertThat(toldByRight(lab)).contains("ppk-2@example.org");
    assertThat(lab.right.count("ike-internal-errors")).isZero();
  }

  @Test
  void withCertificatesAnotherKeyOfTheSameIdIsRefused() {
    for (boolean required : new boolean[] {false, true}) {
      Lab lab =
          certificateLab(
              Lab.leftNet().ppk(required, ID, "quantum"),
              Lab.rightNet().ppk(required, ID, "other"));
      lab.right.secrets.with("other", "not what the left side has");
      assertThat(refusal(lab)).contains("AUTHENTICATION_FAILED");
      assertThat(lab.right.count("ike-internal-errors")).isZero();
    }
  }

  @Test
  void oneNameStandsForThePreSharedKeysOfManyPeers() {
    Lab lab =
        lab(
            Lab.leftNet().ids("cell-17.example.org", "hq.example.org"),
            Lab.rightNet().ids("hq.example.org", "cell-17.example.org").secret("site:*"));
    lab.right.secrets.with("site:cell-17.example.org", "a shared secret");
    lab.up();
    assertUsed(lab, "");
  }

  @Test
  void aPeerWithoutAKeyOfItsOwnIsRefused() {
    Lab lab =
        lab(
            Lab.leftNet().ids("cell-18.example.org", "hq.example.org"),
            Lab.rightNet().ids("hq.example.org", "cell-18.example.org").secret("site:*"));
    assertThat(refusal(lab)).contains("AUTHENTICATION_FAILED");
    assertThat(toldByRight(lab)).contains("no pre-shared key named 'site:cell-18.example.org'");
  }
}
