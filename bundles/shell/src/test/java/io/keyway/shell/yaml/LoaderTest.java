package io.keyway.shell.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.ike.Identity;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StaticPolicy;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.shell.FakeIntentStore;
import io.keyway.shell.FakeSecretStore;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoaderTest {

  private static final String KEY = "lGRhe+l34uOJO1rPaYx/kdHq90FYb7AG";
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private final FakeIntentStore intent = new FakeIntentStore();
  private final FakeSecretStore secrets = new FakeSecretStore();
  private final Loader loader = new Loader(intent, secrets);

  private Loader.Report load(String text) throws BadFile {
    return loader.load(text, false, LIMIT);
  }

  private List<Problem> problemsOf(String text) {
    BadFile bad = catchThrowableOfType(BadFile.class, () -> load(text));
    assertThat(bad).as("the file must be refused").isNotNull();
    assertThat(intent.submitted).as("nothing may be half loaded").isEmpty();
    assertThat(secrets.texts()).as("nothing may be half loaded").isEmpty();
    return bad.problems();
  }

  private static String cnr() throws IOException {
    try (var in = LoaderTest.class.getResourceAsStream("cnr.yaml")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theCnrExampleLoadsAsItStands() throws Exception {
    Loader.Report report = load(cnr());

    assertThat(report.loaded()).isTrue();
    assertThat(intent.allOrNothing).isTrue();
    IkePolicy policy = intent.submitted(IkePolicy.class).get(0);
    assertThat(policy.name()).isEqualTo("ike-policy-1");
    assertThat(policy.proposals()).hasSize(1);
    assertThat(policy.proposals().get(0).name()).isEqualTo("1");
    assertThat(policy.proposals().get(0).keywords()).isEqualTo("aes256gcm16-prfsha384-ecp384");
    assertThat(policy.rekeySeconds()).isEqualTo(14400);
    assertThat(policy.mobike()).isFalse();
    assertThat(policy.natTraversal()).isFalse();
    assertThat(policy.authentication().orElseThrow().localId())
        .contains(Identity.parse("172.37.1.7"));
    assertThat(policy.authentication().orElseThrow().remoteId())
        .contains(Identity.parse("172.37.1.8"));
    Gateway gateway = intent.submitted(Gateway.class).get(0);
    assertThat(gateway.ikePolicy()).isEqualTo("ike-policy-1");
    assertThat(gateway.localAddress()).isEqualTo(InetAddress.getByName("172.37.1.7"));
    assertThat(gateway.remoteAddress()).contains(InetAddress.getByName("172.37.1.8"));
    assertThat(gateway.localPort()).isEqualTo(500);
    Tunnel tunnel = intent.submitted(Tunnel.class).get(0);
    assertThat(tunnel.gateway()).isEqualTo("ike-gw-1");
    assertThat(tunnel.enable()).isTrue();
  }

  @Test
  void theInlineKeyMovesToTheSecretStoreAndOnlyItsNameIsConfigured() throws Exception {
    Loader.Report report = load(cnr());

    String name = intent.submitted(IkePolicy.class).get(0).authentication().orElseThrow().secret();
    assertThat(secrets.texts()).containsExactly(Map.entry(name, KEY));
    assertThat(intent.submitted.toString()).doesNotContain(KEY);
    assertThat(String.join("\n", report.lines())).contains(name).doesNotContain(KEY);
  }

  @Test
  void aChildPolicyThatNobodyHasIsMadeWithPrintedDefaultsWhenTheListIsMissing() throws Exception {
    Loader.Report report = load(cnr());

    ChildPolicy made = intent.submitted(ChildPolicy.class).get(0);
    assertThat(made.name()).isEqualTo("child-policy-1");
    assertThat(made.mode()).isEqualTo(IpsecMode.TUNNEL);
    assertThat(made.proposals().get(0).keywords()).isEqualTo("aes256gcm16-ecp384-noesn");
    assertThat(made.lifetime().soft().seconds()).isEqualTo(3600);
    assertThat(made.lifetime().hard().seconds()).isEqualTo(3960);
    assertThat(String.join("\n", report.lines()))
        .contains("child-policy-1", "aes256-gcm", "ecp384", "rekey-time 3600", "life-time 3960");
  }

  @Test
  void aConfiguredChildPolicyIsLeftAlone() throws Exception {
    load(cnr());
    ChildPolicy there = intent.submitted(ChildPolicy.class).get(0);
    intent.submitted.clear();
    intent.snapshot =
        new IntentSnapshot(
            1,
            Map.of(),
            Map.of(there.name(), there),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of(),
            Map.of());

    load(cnr());

    assertThat(intent.submitted(ChildPolicy.class)).isEmpty();
    assertThat(intent.submitted(Tunnel.class)).hasSize(1);
  }

  @Test
  void withAnEmptyListOfChildPoliciesADanglingOneIsAnError() throws Exception {
    List<Problem> problems =
        problemsOf(
            cnr()
                + "child-policies:\n  - name: other\n    proposals:\n"
                + "      - encryption: aes128-gcm\n");

    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).path()).isEqualTo("/tunnels/ipsec-tunnel-1/child-policy");
    assertThat(problems.get(0).line()).isEqualTo(27);
    assertThat(problems.get(0).message()).contains("child-policy-1", "other");
  }

  @Test
  void gatewaysAndTunnelsMayAlsoStandUnderIpsec() throws Exception {
    int beside = cnr().indexOf("gateways:");
    String under =
        cnr().substring(0, beside) + "  " + cnr().substring(beside).replace("\n", "\n  ");

    load(under);

    assertThat(intent.submitted(Gateway.class)).hasSize(1);
    assertThat(intent.submitted(Tunnel.class)).hasSize(1);
  }

  @Test
  void entriesAreSubmittedInTheOrderOfTheirReferences() throws Exception {
    load(cnr());

    assertThat(intent.submitted)
        .extracting(IntentObject::list)
        .containsExactly(
            "ike-policies/ike-policy",
            "child-policies/child-policy",
            "gateways/gateway",
            "tunnels/tunnel");
  }

  @ParameterizedTest
  @CsvSource({
    "ike-policy: ike-policy-1, ike-policy: ike-policy-9, /gateways/ike-gw-1/ike-policy, ike-policy-1",
    "gateway: ike-gw-1, gateway: ike-gw-2, /tunnels/ipsec-tunnel-1/gateway, ike-gw-1",
  })
  void aDanglingNameIsAnErrorWithItsPath(String good, String bad, String path, String hint)
      throws Exception {
    List<Problem> problems = problemsOf(cnr().replace(good, bad));

    assertThat(problems).extracting(Problem::path).contains(path);
    assertThat(problems.get(0).message()).contains("neither in this file nor configured", hint);
    assertThat(problems.get(0).line()).isPositive();
  }

  @Test
  void aDanglingDataPlaneIsAnError() throws Exception {
    List<Problem> problems =
        problemsOf(
            cnr().replace("    connection-type", "    data-plane: ipu-7\n    connection-type"));

    assertThat(problems.get(0).path()).isEqualTo("/gateways/ike-gw-1/data-plane");
    assertThat(problems.get(0).message()).contains("ipu-7", "none is known");
  }

  @Test
  void malformedYamlIsReportedWithLineAndColumn() {
    List<Problem> problems = problemsOf("ipsec:\n  ike-policies: [a, b\ngateways: x\n");

    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).line()).isEqualTo(3);
    assertThat(problems.get(0).column()).isPositive();
    assertThat(problems.get(0).toString()).contains("line 3, column", "not YAML");
  }

  @Test
  void aComplaintNeverQuotesTheKey() throws Exception {
    String broken = cnr().replace("pre-shared-key: " + KEY, "pre-shared-key: \"" + KEY + "\n  x");

    BadFile bad = catchThrowableOfType(BadFile.class, () -> load(broken));

    assertThat(bad.getMessage()).doesNotContain(KEY.substring(0, 12));
  }

  @Test
  void aBadHexKeyIsRefusedWithoutQuotingIt() throws Exception {
    List<Problem> problems = problemsOf(cnr().replace(KEY, "0xzz11secret"));

    assertThat(problems.get(0).path())
        .isEqualTo("/ipsec/ike-policies/ike-policy-1/authentication/pre-shared-key");
    assertThat(problems.get(0).message()).contains("hex").doesNotContain("zz11secret");
  }

  @Test
  void anUnknownKeyNamesItsPathAndTheNearestKnownOnes() throws Exception {
    List<Problem> problems = problemsOf(cnr().replace("dh-group: ecp384", "dhgroup: ecp384"));

    Problem unknown =
        problems.stream()
            .filter(p -> p.message().contains("unknown key"))
            .findFirst()
            .orElseThrow();
    assertThat(unknown.path()).isEqualTo("/ipsec/ike-policies/ike-policy-1/proposals/1/dhgroup");
    assertThat(unknown.message()).contains("unknown key 'dhgroup'", "did you mean dh-group");
    assertThat(unknown.line()).isEqualTo(9);
    assertThat(unknown.column()).isEqualTo(11);
  }

  @Test
  void anUnknownKeyAtTopLevelIsAnErrorToo() throws Exception {
    List<Problem> problems = problemsOf(cnr() + "gatways:\n  - name: x\n");

    assertThat(problems.get(0).path()).isEqualTo("/gatways");
    assertThat(problems.get(0).message()).contains("did you mean gateways");
  }

  @Test
  void everythingWrongIsToldAtOnce() throws Exception {
    List<Problem> problems =
        problemsOf(
            cnr()
                .replace("encryption: aes256-gcm", "encryption: aes257-gcm")
                .replace("local-address: 172.37.1.7", "local-address: 172.37.1.700")
                .replace("enable: true", "enable: yes"));

    assertThat(problems)
        .extracting(Problem::path)
        .contains(
            "/ipsec/ike-policies/ike-policy-1/proposals/1/encryption",
            "/gateways/ike-gw-1/local-address",
            "/tunnels/ipsec-tunnel-1/enable");
    assertThat(problems.get(0).message()).contains("did you mean aes256-gcm");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n# nothing\n",
        "just text",
        "- a\n- b\n",
        "ipsec:\n",
        "ipsec: 7\n",
        "tunnels: x\n",
        "tunnels:\n  - x\n",
        "a: b\n---\nc: d\n",
        "ipsec: &a [*a]\n",
        "x: &x [1]\ny: *x\n",
        "tunnels: !!javax.script.ScriptEngineManager [x]\n",
        "\u0000",
      })
  void oddFilesAreRefusedAndSayWhy(String text) {
    assertThat(problemsOf(text)).isNotEmpty().allMatch(p -> !p.message().isBlank());
  }

  @Test
  void aDeepFileIsRefused() {
    assertThat(problemsOf("a: " + "[".repeat(5000) + "]".repeat(5000))).isNotEmpty();
  }

  @Test
  void manyAliasesAreRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
    for (int i = 1; i < 60; i++) {
      bomb.append("a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n");
    }
    assertThat(problemsOf(bomb.toString())).isNotEmpty();
  }

  @Test
  void aKeyThatStandsTwiceIsRefused() throws Exception {
    List<Problem> problems = problemsOf(cnr() + "    enable: false\n");

    assertThat(problems.get(0).message()).contains("twice");
  }

  @Test
  void aNameThatStandsTwiceIsRefused() throws Exception {
    List<Problem> problems =
        problemsOf(
            cnr()
                + "  - name: ipsec-tunnel-1\n    gateway: ike-gw-1\n    child-policy: child-policy-1\n"
                + "    enable: false\n");

    assertThat(problems.get(0).message()).contains("'ipsec-tunnel-1' stands here twice");
  }

  @Test
  void aRefusalByTheStoreLeavesNoSecretBehind() throws Exception {
    intent.answer =
        o ->
            o instanceof Gateway ? Outcome.refused("no such plane") : Outcome.unavailable("undone");

    Loader.Report report = load(cnr());

    assertThat(report.loaded()).isFalse();
    assertThat(secrets.texts()).isEmpty();
    assertThat(String.join("\n", report.lines()))
        .contains("/gateways/gateway=ike-gw-1: REFUSED: no such plane", "nothing was loaded");
  }

  @Test
  void aRefusalByTheStorePutsAnOldSecretBack() throws Exception {
    String name = "ike-policy.ike-policy-1";
    secrets.put(
        name, Kind.PRE_SHARED_KEY, SecretBytes.copyOf("old".getBytes(StandardCharsets.UTF_8)));
    intent.answer = o -> Outcome.refused("no");

    load(cnr());

    assertThat(secrets.texts()).containsExactly(Map.entry(name, "old"));
  }

  @Test
  void aStoreThatFailsIsReportedAsUnknown() throws Exception {
    intent.instead = CompletableFuture.failedFuture(new IllegalStateException("broken pipe"));

    Loader.Report report = load(cnr());

    assertThat(report.loaded()).isFalse();
    assertThat(String.join("\n", report.lines())).contains("not known", "broken pipe");
  }

  @Test
  void aSecretStoreThatRefusesStopsTheLoad() throws Exception {
    secrets.putAnswer = Outcome.unavailable("disk full");

    Loader.Report report = load(cnr());

    assertThat(report.loaded()).isFalse();
    assertThat(intent.submitted).isEmpty();
    assertThat(String.join("\n", report.lines())).contains("disk full", "nothing was loaded");
  }

  @Test
  void aDryRunChangesNothing() throws Exception {
    Loader.Report report = loader.load(cnr(), true, LIMIT);

    assertThat(report.loaded()).isTrue();
    assertThat(intent.submitted).isEmpty();
    assertThat(secrets.texts()).isEmpty();
  }

  @Test
  void aSecretByNameThatIsNotThereYetIsAWarning() throws Exception {
    Loader.Report report = load(cnr().replace("pre-shared-key: " + KEY, "secret: cell-sites"));

    assertThat(report.loaded()).isTrue();
    assertThat(String.join("\n", report.lines())).contains("warning", "ipsec:secret cell-sites");
    assertThat(secrets.texts()).isEmpty();
  }

  @Test
  void keyAndNameOfAKeyExcludeEachOther() throws Exception {
    List<Problem> problems =
        problemsOf(cnr().replace("pre-shared-key: " + KEY, "secret: a\n        pre-shared-key: b"));

    assertThat(problems.get(0).message()).contains("exclude each other");
  }

  @Test
  void theWholeModelCanBeWritten() throws Exception {
    load(
        """
        ipsec:
          data-planes:
            - name: ipu-1
              allow-manual-sa: true
              infrap4d:
                p4runtime-address: 127.0.0.1:9559
                tls: { ca-file: ca.pem, certificate-file: c.pem, private-key-file: k.pem }
                quirks: { spi-byte-order: as-is }
          ike-policies:
            - name: p
              proposals:
                - { name: strong, encryption: aes256-cbc, integrity: sha512, prf: sha512, dh-group: ecp521 }
                - encryption: aes128-gcm
                  prf: sha256
                  dh-group: x25519
                  additional-key-exchange: [ mlkem768, x448 ]
              rekey-time: 0
              dpd-delay: 5
          child-policies:
            - name: c
              mode: transport
              proposals:
                - { encryption: aes128-cbc, integrity: sha256, esn: true }
                - { encryption: "null", integrity: sha512, dh-group: x448, additional-key-exchange: [ mlkem512 ] }
              local-ts: [ dynamic ]
              remote-ts:
                - 10.2.0.5/32[tcp/443]
                - { name: r, first-address: 10.2.0.7, last-address: 10.2.0.9, protocol: udp, first-port: 53 }
              protocols: [ icmp, 6, udp ]
              rekey-time: 100
              rekey-bytes: 1000000
              start-action: none
          gateways:
            - name: g
              ike-policy: p
              local-address: 2001:db8::1
              data-plane: ipu-1
              local-port: 1500
              additional-local-address: [ 198.51.100.1, "2001:db8::2" ]
              local-interface: [ wan1 ]
              authentication: { secret: s, remote-id: "@#0102" }
          tunnels:
            - name: t
              gateway: g
              child-policy: c
              enable: false
              when-disabled: bypass
              remote-ts: [ "10.9.0.0/16" ]
          policies:
            - { name: ospf, direction: outbound, action: bypass, local-ts: dynamic, remote-ts: "224.0.0.5/32[ospf]" }
        """);

    PlaneConfig plane = intent.submitted(PlaneConfig.class).get(0);
    assertThat(plane.type()).isEqualTo("infrap4d");
    assertThat(plane.allowManualSa()).isTrue();
    assertThat(plane.settings())
        .containsEntry("tls/ca-file", "ca.pem")
        .containsEntry("quirks/spi-byte-order", "as-is");
    IkePolicy policy = intent.submitted(IkePolicy.class).get(0);
    assertThat(policy.proposals()).extracting(p -> p.name()).containsExactly("strong", "2");
    assertThat(policy.proposals().get(1).keywords())
        .isEqualTo("aes128gcm16-prfsha256-x25519-ke1_mlkem768-ke2_x448");
    assertThat(policy.mobike()).as("the model's default").isTrue();
    ChildPolicy child = intent.submitted(ChildPolicy.class).get(0);
    assertThat(child.proposals().get(0).encryption()).isEqualTo(EncryptionAlgorithm.AES_CBC_128);
    assertThat(child.proposals().get(0).integrity())
        .isEqualTo(IntegrityAlgorithm.HMAC_SHA2_256_128);
    assertThat(child.proposals().get(0).esn()).isTrue();
    assertThat(child.proposals().get(0).keyExchange()).isEmpty();
    assertThat(child.proposals().get(1).keywords())
        .isEqualTo("null-sha512-x448-ke1_mlkem512-noesn");
    assertThat(child.protocols()).containsExactly(1, 6, 17);
    assertThat(child.remoteTs())
        .extracting(Object::toString)
        .containsExactly("10.2.0.5/32[6/443]", "10.2.0.7..10.2.0.9[17/53]");
    assertThat(child.lifetime().hard().seconds()).isEqualTo(110);
    assertThat(child.lifetime().hard().bytes()).isEqualTo(1_100_000);
    Gateway gateway = intent.submitted(Gateway.class).get(0);
    assertThat(gateway.remoteAddress()).isEmpty();
    assertThat(gateway.additionalLocalAddresses())
        .containsExactly(
            InetAddress.getByName("198.51.100.1"), InetAddress.getByName("2001:db8::2"));
    assertThat(gateway.localInterfaces()).containsExactly("wan1");
    assertThat(gateway.authentication().orElseThrow().secret()).isEqualTo("s");
    assertThat(intent.submitted(Tunnel.class).get(0).remoteTs().get(0).toString())
        .isEqualTo("10.9.0.0/16");
    assertThat(intent.submitted(StaticPolicy.class).get(0).remoteTs().protocol()).isEqualTo(89);
    assertThat(KeyExchangeMethod.ECP_521).isEqualTo(policy.proposals().get(0).keyExchange());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rekey-time: 14400 | rekey-time: -1 | not a whole number",
        "rekey-time: 14400 | rekey-time: 3 | too short",
        "rekey-time: 14400 | rekey-time: 4h | not a whole number",
        "ike-version: v2 | ike-version: v1 | not possible",
        "integrity: none | integrity: sha256 | set integrity to none",
        "dh-group: ecp384 | additional-key-exchange: [mlkem7] | no key exchange method",
        "method: pre-shared-key | method: eap | does not go with these methods",
        "method: pre-shared-key | local-round: [{id: x}] | 'method' is missing",
        "name: ike-gw-1 | name: 'bad name' | not a name",
        "connection-type: unicast | connection-type: multicast | not possible",
        "remote-address: 172.37.1.8 | remote-address: gw.example.org | not an IPv4 or IPv6 address",
        "remote-address: 172.37.1.8 | remote-address: 2001:db8::8 | different families",
        "enable: true | remote-ts: [10.1.0.5/24] | host bits",
        "enable: true | remote-ts: [10.1.0.5/33] | prefix length",
        "enable: true | remote-ts: ['10.1.0.5[tcp/70000]'] | port",
        "enable: true | remote-ts: ['10.1.0.5[nosuch]'] | protocol",
        "enable: true | remote-ts: 10.1.0.5 | a list is expected",
      })
  void valuesThatTheModelForbidsAreRefused(String good, String bad, String complaint)
      throws Exception {
    List<Problem> problems = problemsOf(cnr().replace(good, bad));

    assertThat(problems).extracting(Problem::message).anyMatch(m -> m.contains(complaint));
  }

  @Test
  void aGatewayWithoutAnyAuthenticationIsRefused() throws Exception {
    String without = cnr().replaceAll("(?s) {6}authentication:.*?\ngateways", "gateways");

    List<Problem> problems = problemsOf(without);

    assertThat(problems.get(0).path()).isEqualTo("/gateways/ike-gw-1");
    assertThat(problems.get(0).message()).contains("authentication");
  }

  @Test
  void tenThousandTunnelsLoad() throws Exception {
    StringBuilder text = new StringBuilder(cnr());
    for (int i = 2; i <= 10_000; i++) {
      text.append("  - {name: t" + i + ", gateway: ike-gw-1, child-policy: child-policy-1}\n");
    }

    load(text.toString());

    assertThat(intent.submitted(Tunnel.class)).hasSize(10_000);
  }

  @Test
  void reportsNeverShowAKeyInToString() {
    Plan plan = new Plan(List.of(), Map.of("n", "top secret"), List.of());

    assertThat(plan.toString()).doesNotContain("top secret");
    assertThatThrownBy(() -> SecretText.parse("0xtop"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("top");
  }

  @ParameterizedTest
  @CsvSource({"0x00ff41,00ff41", "0sAP9B,00ff41", "0xyz,", "plain,706c61696e"})
  void keysAreWrittenAsStrongSwanHasThem(String text, String hex) {
    if (hex == null) {
      assertThat(SecretText.problem(text)).isPresent();
      return;
    }
    try (SecretBytes parsed = SecretText.parse(text)) {
      String octets = parsed.read(java.util.HexFormat.of()::formatHex);
      assertThat(octets).isEqualTo(hex);
    }
  }
}
