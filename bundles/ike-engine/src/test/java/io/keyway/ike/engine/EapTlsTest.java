package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.Authentication.Method;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.CertificateSettings.Revocation;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EngineEvent;
import io.keyway.ike.engine.lab.Certificates;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Lab;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** EAP-TLS (RFC 5216, RFC 9190) between two engines of ours. */
class EapTlsTest {
  private static final String LEFT = "left.example.org";
  private static final String RIGHT = "right.example.org";
  private final Certificates root = new Certificates("root");

  private static Authentication tls(
      Authentication a, Method ours, Method theirs, Revocation revocation, String identity) {
    return new Authentication(
            ours,
            theirs,
            a.localId(),
            a.remoteId(),
            a.secret(),
            new CertificateSettings(
                "own", "own-key", List.of("root"), revocation, List.of(), List.of()))
        .withEap(
            new EapSettings(
                List.of(EapSettings.Type.TLS), Optional.ofNullable(identity), "", Map.of(), false));
  }

  private Config left(Method theirs, Revocation revocation, String identity) {
    return Lab.leftNet()
        .ids(LEFT, RIGHT)
        .authentication(a -> tls(a, Method.EAP, theirs, revocation, identity));
  }

  private Config right(Method ours, Revocation revocation) {
    return Lab.rightNet()
        .ids(RIGHT, null)
        .anyPeer()
        .authentication(a -> tls(a, ours, Method.EAP, revocation, EapSettings.ASK));
  }

  private Lab lab(Config left, Config right) {
    Lab lab = new Lab();
    root.give(lab.left, LEFT).give(lab.right, RIGHT);
    root.trustedBy(lab.left).trustedBy(lab.right);
    lab.load(left, right);
    return lab;
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void bothSidesProveThemselvesByCertificates(Method responder) {
    Lab lab = lab(left(responder, Revocation.RELAXED, null), right(responder, Revocation.RELAXED));
    lab.up();
    lab.assertOnePair("net");
    assertThat(lab.left.onlySa().remoteId()).isEqualTo(RIGHT);
    assertThat(lab.right.onlySa().remoteId()).isEqualTo(LEFT);
    assertThat(lab.left.count("ike-eap-succeeded")).isOne();
    assertThat(lab.right.count("ike-eap-succeeded")).isOne();
  }

  private static String refusal(Lab lab) {
    ChildResult result = lab.left.initiate("to-right", "net");
    lab.time.run(Duration.ofSeconds(2));
    assertThat(result.outcome().kind()).isNotEqualTo(Outcome.Kind.OK);
    lab.assertNothingLeft();
    assertThat(lab.right.engine.snapshot()).isEmpty();
    return result.outcome().reason();
  }

  private static String toldByRight(Lab lab) {
    return lab.right.events(EngineEvent.AuthenticationFailed.class).get(0).reason();
  }

  @Test
  void aClientOfAnotherAuthorityIsRefused() {
    Lab lab =
        lab(left(Method.EAP, Revocation.RELAXED, null), right(Method.EAP, Revocation.RELAXED));
    new Certificates("other").give(lab.left, LEFT);
    assertThat(refusal(lab)).contains("EAP-TLS").contains("unknown_ca");
    assertThat(toldByRight(lab)).contains("no trusted authority").contains(LEFT);
  }

  @Test
  void aServerOfAnotherAuthorityIsRefused() {
    Lab lab =
        lab(left(Method.EAP, Revocation.RELAXED, null), right(Method.EAP, Revocation.RELAXED));
    new Certificates("other").give(lab.right, RIGHT);
    assertThat(refusal(lab)).contains("no trusted authority").contains(RIGHT);
    assertThat(toldByRight(lab)).contains("unknown_ca");
  }

  @Test
  void aServerWhoseCertificateNamesAnotherIsRefused() {
    Lab lab =
        lab(left(Method.EAP, Revocation.RELAXED, null), right(Method.EAP, Revocation.RELAXED));
    root.give(lab.right, "another.example.org");
    assertThat(refusal(lab)).contains("does not name '" + RIGHT + "'");
  }

  @Test
  void aUserWhoseCertificateNamesAnotherIsRefused() {
    Lab lab =
        lab(
            left(Method.EAP, Revocation.RELAXED, "admin@example.org"),
            right(Method.EAP, Revocation.RELAXED));
    assertThat(refusal(lab)).contains("certificate_unknown");
    assertThat(toldByRight(lab)).contains("does not name 'admin@example.org'");
  }

  @Test
  void whatIsNotKnownToBeGoodIsRefusedWhereItMustBe() {
    Lab client =
        lab(left(Method.EAP, Revocation.STRICT, null), right(Method.EAP, Revocation.RELAXED));
    assertThat(refusal(client)).contains("it is not known whether").contains("strict");

    Lab server =
        lab(left(Method.EAP, Revocation.RELAXED, null), right(Method.EAP, Revocation.STRICT));
    refusal(server);
    assertThat(toldByRight(server)).contains("it is not known whether").contains("strict");
  }

  @Test
  void withoutItsCertificateASideCannotBegin() {
    Lab lab =
        lab(left(Method.EAP, Revocation.RELAXED, null), right(Method.EAP, Revocation.RELAXED));
    lab.left.secrets.remove("own");
    assertThat(refusal(lab)).contains("there is no certificate 'own'");
  }
}
