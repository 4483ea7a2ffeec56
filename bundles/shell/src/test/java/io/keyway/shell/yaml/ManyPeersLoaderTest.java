package io.keyway.shell.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.IdentityPattern;
import io.keyway.api.ike.PpkSettings;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.shell.FakeIntentStore;
import io.keyway.shell.FakeSecretStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries that serve many peers, and post-quantum pre-shared keys. */
class ManyPeersLoaderTest {

  private static final String KEY = "lGRhe+l34uOJO1rPaYx/kdHq90FYb7AG";

  private final FakeIntentStore intent = new FakeIntentStore();
  private final FakeSecretStore secrets = new FakeSecretStore();

  private Loader.Report load(String text) throws BadFile {
    return new Loader(intent, secrets).load(text, false, Duration.ofSeconds(5));
  }

  private List<Problem> problemsOf(String text) {
    BadFile bad = catchThrowableOfType(BadFile.class, () -> load(text));
    assertThat(bad).as("the file must be refused").isNotNull();
    return bad.problems();
  }

  private static String cnr() throws IOException {
    try (var in = LoaderTest.class.getResourceAsStream("cnr.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void readsPostQuantumPreSharedKeysAndKeysOfManyPeers() throws Exception {
    String words =
        """
        secret: site:*
                ppk:
                  - { id: ppk-1@example.org, secret: ppk-1 }
                  - { id: "*.cells.example.org", secret: "ppk:*" }
                ppk-required: true""";
    Loader.Report report =
        load(
            cnr()
                .replace("pre-shared-key: " + KEY, words)
                .replace("remote-id: 172.37.1.8", "remote-id: '*.cells.example.org'"));

    assertThat(report.loaded()).isTrue();
    Authentication how = intent.submitted(IkePolicy.class).get(0).authentication().orElseThrow();
    assertThat(how.secret()).isEqualTo("site:*");
    assertThat(how.remoteId()).isEmpty();
    assertThat(how.remotePattern()).contains(IdentityPattern.parse("*.cells.example.org"));
    assertThat(how.ppk().required()).isTrue();
    assertThat(how.ppk().keys())
        .containsExactly(
            new PpkSettings.Ppk("ppk-1@example.org", "ppk-1"),
            new PpkSettings.Ppk("*.cells.example.org", "ppk:*"));
    assertThat(String.join("\n", report.lines()))
        .contains("ipsec:secret ppk-1")
        .doesNotContain("ipsec:secret ppk:*")
        .doesNotContain("ipsec:secret site:*");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ppk-required: true | none is named",
        "ppk: [{ id: a }] | 'secret' is missing",
        "ppk: [{ secret: a }] | 'id' is missing",
        "ppk: [{ id: 'a b', secret: a }] | printable ASCII",
        "ppk: [{ id: '*.a.*', secret: a }] | one * at most",
        "ppk: [{ id: a, secret: '*a' }] | not a name",
        "ppk: [{ id: a, secret: b }, { id: a, secret: c }] | twice",
      })
  void ppksThatCannotBeAreRefused(String line, String complaint) throws Exception {
    List<Problem> problems =
        problemsOf(cnr().replace("pre-shared-key: " + KEY, "secret: s\n        " + line));

    assertThat(problems).extracting(Problem::message).anyMatch(m -> m.contains(complaint));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "remote-id: 172.37.1.8 | remote-id: '*example.org' | would meet strangers",
        "local-id: 172.37.1.7 | local-id: '*.example.org' | stands for many",
      })
  void patternsThatCannotBeAreRefused(String good, String bad, String complaint) throws Exception {
    assertThat(problemsOf(cnr().replace(good, bad)))
        .extracting(Problem::message)
        .anyMatch(m -> m.contains(complaint));
  }

  @Test
  void readsEapTls() throws Exception {
    String words =
        """
        eap-method: [tls]
                certificate: gw
                ca-certificate: [root]""";
    load(
        cnr()
            .replace("method: pre-shared-key", "method: eap")
            .replace("pre-shared-key: " + KEY, words));

    Authentication how = intent.submitted(IkePolicy.class).get(0).authentication().orElseThrow();
    assertThat(how.method()).isEqualTo(Authentication.Method.EAP);
    assertThat(how.eap().usesTls()).isTrue();
    assertThat(how.certificates().certificate()).isEqualTo("gw");
    assertThat(how.certificates().authorities()).containsExactly("root");
  }
}
