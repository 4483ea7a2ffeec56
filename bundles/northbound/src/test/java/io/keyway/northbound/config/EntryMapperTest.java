package io.keyway.northbound.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.keyway.api.ike.IdentityPattern;
import io.keyway.api.ike.Uniqueness;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.IkePolicy;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentObject.WhenDisabled;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.northbound.Samples;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntryMapperTest {

  static List<IntentObject> entries() {
    return List.of(
        Samples.ikePolicy("p", Optional.of(Samples.psk("s"))),
        Samples.ikePolicy("p", Optional.of(Samples.certificates())),
        Samples.ikePolicy("p", Optional.of(Samples.ppk())),
        Samples.ikePolicy("p", Optional.of(Samples.eapTls())),
        Samples.ikePolicy(
            "p", Optional.of(Samples.ppk().with(IdentityPattern.parse("C=CH, O=Example, CN=*")))),
        Samples.ikePolicy("p", Optional.of(Samples.certificateHereKeyThere())),
        Samples.ikePolicy("p", Optional.of(Samples.eap())),
        Samples.ikePolicy("p", Optional.of(Samples.eapOnly())),
        Samples.ikePolicy("p", Optional.empty()),
        Samples.childPolicy("c"),
        Samples.gateway("g", "p", Optional.of("ipu-1")),
        Samples.gateway("g", "p", Optional.empty()),
        Samples.addressed("g", "p", "sites", "more"),
        Samples.pool("sites"),
        Samples.tunnel("t", "g", "c"),
        Samples.staticPolicy("s", Optional.of("ipu-1")),
        Samples.plane("ipu-1"),
        new PlaneConfig("ipu-2", "infrap4d", Samples.plane("ipu-1").settings(), true));
  }

  @ParameterizedTest
  @MethodSource("entries")
  void whatIsWrittenIsReadAgain(IntentObject value) throws InvalidEntryException {
    EntryRef entry = EntryRef.of(value);
    assertThat(EntryMapper.read(entry.kind(), EntryMapper.write(value))).isEqualTo(value);
  }

  @Test
  void howAnIkeSaBeginsAndWhereItMayBeSentAreKept() throws InvalidEntryException {
    IkePolicy plain = Samples.ikePolicy("p", Optional.empty());
    IkePolicy other =
        new IkePolicy(
            "p",
            plain.proposals(),
            1,
            2,
            3,
            true,
            true,
            true,
            Optional.empty(),
            true,
            io.keyway.api.ike.Childless.PREFER,
            false);
    assertThat(EntryMapper.read(EntryKind.IKE_POLICY, EntryMapper.write(other))).isEqualTo(other);
    assertThat(plain.followRedirect()).isTrue();
  }

  @Test
  void aRangeThatIsNoneIsNamed() {
    for (String text :
        List.of("10.3.0.300/24", "10.3.0.0/33", "10.3.0.9-10.3.0.1", "1-2", "::/x")) {
      Tree pool = new Tree().leaf("name", "p").leafList("range", List.of(text));
      assertThatExceptionOfType(InvalidEntryException.class)
          .as(text)
          .isThrownBy(() -> EntryMapper.read(EntryKind.POOL, pool))
          .matches(e -> e.node().equals("range"));
    }
  }

  @Test
  void whatDoesNotGoWithTheMethodsIsNamed() {
    Tree key = new Tree().leaf("method", "pre-shared-key").leaf("secret", "s");
    assertThat(refusal(new Tree().leaf("method", "certificate"))).contains("x509");
    assertThat(refusal(new Tree().leaf("method", "eap"))).contains("RFC 5998");
    assertThat(
            refusal(
                new Tree()
                    .leaf("method", "eap")
                    .leaf("remote-method", "pre-shared-key")
                    .leaf("secret", "s")))
        .contains("eap-secret is missing");
    assertThat(
            refusal(
                new Tree()
                    .leaf("method", "pre-shared-key")
                    .leaf("remote-method", "eap")
                    .leaf("secret", "s")))
        .contains("eap-user is missing");
    assertThat(
            refusal(
                new Tree()
                    .leaf("secret", "s")
                    .list(
                        "local-round",
                        List.of(new Tree().leaf("number", 2).leaf("method", "certificate")))))
        .contains("certificate is missing");
    assertThat(refusal(new Tree().leaf("secret", "s").leaf("eap-secret", "t")))
        .contains("nobody uses EAP");
    assertThat(refusal(key.leaf("certificate", "c"))).contains("method is not certificate");
    assertThat(
            refusal(
                new Tree()
                    .leaf("method", "certificate")
                    .leaf("certificate", "c")
                    .leaf("remote-method", "pre-shared-key")))
        .contains("put-secret");
    assertThat(
            refusal(
                new Tree()
                    .leaf("method", "certificate")
                    .leaf("certificate", "c")
                    .leaf("secret", "s")))
        .contains("neither side");
    assertThat(
            refusal(
                new Tree()
                    .leaf("secret", "s")
                    .leafList("ca-certificate", java.util.List.of("root"))))
        .contains("the peer does not use a certificate");
  }

  @Test
  void refusesToRequireAPpkThatIsNotNamed() {
    assertThat(refusal(new Tree().leaf("secret", "s").leaf("ppk-required", "true")))
        .contains("none is named")
        .contains("put-secret");
  }

  @Test
  void eapTlsNeedsOurCertificateAndNoPassword() {
    Tree tls = new Tree().leaf("method", "eap").leafList("eap-method", java.util.List.of("tls"));
    assertThat(refusal(tls.leaf("remote-method", "eap"))).contains("needs of both sides");
    assertThat(
            refusal(
                new Tree()
                    .leaf("method", "eap")
                    .leaf("remote-method", "pre-shared-key")
                    .leaf("secret", "s")
                    .leaf("certificate", "c")))
        .contains("certificate has no use here");
  }

  @Test
  void saysWhatIsWrongWithAPattern() {
    Tree key = new Tree().leaf("secret", "s");
    assertThat(refusal(key.leaf("remote-id", "*example.org"))).contains("would meet strangers");
    assertThat(refusal(key.leaf("remote-id", "10.1.0.1/16"))).contains("bits set behind");
    assertThat(refusal(key.leaf("remote-id", "%any").leaf("local-id", "*.example.org")))
        .contains("stands for many");
  }

  private static String refusal(Tree authentication) {
    Tree policy = ikePolicy().container("authentication", authentication);
    return org.assertj.core.api.Assertions.catchThrowableOfType(
            InvalidEntryException.class, () -> EntryMapper.read(EntryKind.IKE_POLICY, policy))
        .getMessage();
  }

  @Test
  void addressesThatIkeMayMoveToAreReadAndWrittenInOrder() throws InvalidEntryException {
    Tree tree =
        gateway()
            .leafList("additional-local-address", List.of("198.51.100.1", "2001:db8::1"))
            .leafList("local-interface", List.of("wan1", "wan0"));
    Gateway gateway = (Gateway) EntryMapper.read(EntryKind.GATEWAY, tree);
    assertThat(gateway.additionalLocalAddresses())
        .extracting(java.net.InetAddress::getHostAddress)
        .containsExactly("198.51.100.1", "2001:db8:0:0:0:0:0:1");
    assertThat(gateway.localInterfaces()).containsExactly("wan1", "wan0");
    assertThat(EntryMapper.read(EntryKind.GATEWAY, EntryMapper.write(gateway))).isEqualTo(gateway);
  }

  @Test
  void encapsulationCanBeForced() throws InvalidEntryException {
    IkePolicy policy =
        (IkePolicy)
            EntryMapper.read(EntryKind.IKE_POLICY, ikePolicy().leaf("force-encapsulation", "true"));
    assertThat(policy.forceEncapsulation()).isTrue();
    assertThat(EntryMapper.read(EntryKind.IKE_POLICY, EntryMapper.write(policy))).isEqualTo(policy);
  }

  @Test
  void crashDetectionCanBeSwitchedOff() throws InvalidEntryException {
    IkePolicy policy =
        (IkePolicy)
            EntryMapper.read(
                EntryKind.IKE_POLICY, ikePolicy().leaf("quick-crash-detection", "false"));
    assertThat(policy.recovery().crashDetection()).isFalse();
    assertThat(EntryMapper.read(EntryKind.IKE_POLICY, EntryMapper.write(policy))).isEqualTo(policy);
  }

  @Test
  void wherePeersMayComeFromIsKept() throws InvalidEntryException {
    List<String> ranges =
        List.of("10.0.0.0/8", "10.3.0.10-10.3.0.20", "192.0.2.7", "2001:db8:0:0:0:0:0:0/32");
    Tree tree = gateway().leafList("remote-range", ranges);
    Gateway gateway = (Gateway) EntryMapper.read(EntryKind.GATEWAY, tree);
    assertThat(gateway.remoteRanges()).hasSize(4);
    assertThat(EntryMapper.write(gateway).leafList("remote-range")).isEqualTo(ranges);
    assertThat(EntryMapper.read(EntryKind.GATEWAY, EntryMapper.write(gateway))).isEqualTo(gateway);
    assertThatExceptionOfType(InvalidEntryException.class)
        .isThrownBy(
            () ->
                EntryMapper.read(
                    EntryKind.GATEWAY, gateway().leafList("remote-range", List.of("10.0.0.0/33"))))
        .matches(e -> e.node().equals("remote-range"));
  }

  @Test
  void sessionResumptionIsOffUnlessItIsSwitchedOn() throws InvalidEntryException {
    IkePolicy off = (IkePolicy) EntryMapper.read(EntryKind.IKE_POLICY, ikePolicy());
    assertThat(off.recovery().resumption().enabled()).isFalse();
    assertThat(off.recovery().resumption().ticketLifetime()).hasSeconds(14400);
    IkePolicy on =
        (IkePolicy)
            EntryMapper.read(
                EntryKind.IKE_POLICY,
                ikePolicy().leaf("session-resumption", "true").leaf("ticket-lifetime", "600"));
    assertThat(on.recovery().resumption().enabled()).isTrue();
    assertThat(on.recovery().resumption().ticketLifetime()).hasSeconds(600);
    assertThat(EntryMapper.read(EntryKind.IKE_POLICY, EntryMapper.write(on))).isEqualTo(on);
  }

  @Test
  void howManyIkeSasAPeerMayHaveIsKept() throws InvalidEntryException {
    for (Uniqueness unique : Uniqueness.values()) {
      String word = unique.name().toLowerCase(java.util.Locale.ROOT);
      IkePolicy policy =
          (IkePolicy) EntryMapper.read(EntryKind.IKE_POLICY, ikePolicy().leaf("unique", word));
      assertThat(policy.unique()).isEqualTo(unique);
      assertThat(EntryMapper.read(EntryKind.IKE_POLICY, EntryMapper.write(policy)))
          .isEqualTo(policy);
    }
  }

  @Test
  void absentLeavesHaveTheModelsDefaults() throws InvalidEntryException {
    IkePolicy ike = (IkePolicy) EntryMapper.read(EntryKind.IKE_POLICY, ikePolicy());
    assertThat(ike.rekeySeconds()).isEqualTo(14400);
    assertThat(ike.reauthSeconds()).isZero();
    assertThat(ike.dpdSeconds()).isEqualTo(30);
    assertThat(ike.mobike()).isTrue();
    assertThat(ike.natTraversal()).isTrue();
    assertThat(ike.fragmentation()).isTrue();
    ChildPolicy child = (ChildPolicy) EntryMapper.read(EntryKind.CHILD_POLICY, childPolicy());
    assertThat(child.mode()).isEqualTo(IpsecMode.TUNNEL);
    assertThat(child.replayWindow()).isEqualTo(64);
    assertThat(child.startAction()).isEqualTo(StartAction.START);
    assertThat(child.proposals().get(0).esn()).isFalse();
    Gateway gateway = (Gateway) EntryMapper.read(EntryKind.GATEWAY, gateway());
    assertThat(gateway.localPort()).isEqualTo(500);
    assertThat(gateway.remotePort()).isEqualTo(500);
    assertThat(gateway.remoteAddress()).isEmpty();
    assertThat(gateway.additionalLocalAddresses()).isEmpty();
    assertThat(gateway.localInterfaces()).isEmpty();
    assertThat(ike.forceEncapsulation()).isFalse();
    assertThat(ike.recovery().crashDetection()).isTrue();
    assertThat(ike.unique()).isEqualTo(Uniqueness.NO);
    Tunnel tunnel =
        (Tunnel)
            EntryMapper.read(
                EntryKind.TUNNEL,
                new Tree().leaf("name", "t").leaf("gateway", "g").leaf("child-policy", "c"));
    assertThat(tunnel.enable()).isTrue();
    assertThat(tunnel.whenDisabled()).isEqualTo(WhenDisabled.HOLD);
  }

  @Test
  void anSaLivesATenthLongerThanUntilItsRekeyUnlessSaidOtherwise() throws InvalidEntryException {
    Tree tree = childPolicy().leaf("rekey-time", "100").leaf("rekey-bytes", "5");
    ChildPolicy child = (ChildPolicy) EntryMapper.read(EntryKind.CHILD_POLICY, tree);
    assertThat(child.lifetime())
        .isEqualTo(new Lifetime(new Lifetime.Limit(100, 5, 0), new Lifetime.Limit(110, 6, 0)));
  }

  @Test
  void protocolsAreReadByNameAndByNumber() throws InvalidEntryException {
    Tree tree = childPolicy().leafList("protocols", List.of("tcp", "17", "icmp"));
    ChildPolicy child = (ChildPolicy) EntryMapper.read(EntryKind.CHILD_POLICY, tree);
    assertThat(child.protocols()).containsExactly(6, 17, 1);
  }

  private static Tree hybrid(Tree proposal) {
    return new Tree()
        .leaf("name", "h")
        .container("proposals", new Tree().list("proposal", List.of(proposal)));
  }

  @Test
  void additionalKeyExchangesKeepTheirOrder() throws InvalidEntryException {
    Tree proposal =
        new Tree()
            .leaf("name", "1")
            .leaf("encryption", "chacha20-poly1305")
            .leaf("prf", "sha384")
            .leaf("dh-group", "x25519")
            .leafList("additional-key-exchange", List.of("mlkem768", "x448"));
    IkePolicy ike = (IkePolicy) EntryMapper.read(EntryKind.IKE_POLICY, hybrid(proposal));
    assertThat(ike.proposals().get(0).keywords())
        .isEqualTo("chacha20poly1305-prfsha384-x25519-ke1_mlkem768-ke2_x448");
    assertThat(EntryMapper.read(EntryKind.IKE_POLICY, EntryMapper.write(ike))).isEqualTo(ike);
    ChildPolicy child = (ChildPolicy) EntryMapper.read(EntryKind.CHILD_POLICY, hybrid(proposal));
    assertThat(child.proposals().get(0).keywords())
        .isEqualTo("chacha20poly1305-x25519-ke1_mlkem768-ke2_x448-noesn");
    assertThat(EntryMapper.read(EntryKind.CHILD_POLICY, EntryMapper.write(child))).isEqualTo(child);
  }

  @Test
  void whatOnlyChildrenMayUseIsRefusedForIke() {
    refuses(
        EntryKind.IKE_POLICY,
        hybrid(
            new Tree()
                .leaf("name", "1")
                .leaf("encryption", "aes256-gmac")
                .leaf("prf", "sha384")
                .leaf("dh-group", "x25519")),
        "proposals/proposal=1/integrity",
        "IKE messages must be encrypted");
  }

  @Test
  void whatMakesNoSenseIsToldWithPathAndCure() {
    refuses(
        EntryKind.IKE_POLICY,
        new Tree().leaf("name", "p"),
        "proposals",
        "there is no proposal; add at least one");
    refuses(
        EntryKind.IKE_POLICY,
        new Tree()
            .leaf("name", "p")
            .container(
                "proposals",
                new Tree()
                    .list(
                        "proposal",
                        List.of(
                            new Tree()
                                .leaf("name", "x")
                                .leaf("encryption", "aes256-gcm")
                                .leaf("integrity", "sha256")
                                .leaf("prf", "sha256")
                                .leaf("dh-group", "ecp256")))),
        "proposals/proposal=x/integrity",
        "proposal 'x': aes256-gcm protects integrity itself; set integrity to none");
    refuses(
        EntryKind.IKE_POLICY,
        ikePolicy().container("authentication", new Tree().leaf("method", "pre-shared-key")),
        "authentication/secret",
        "secret is missing");
    refuses(
        EntryKind.IKE_POLICY,
        ikePolicy().container("authentication", new Tree().leaf("method", "eap")),
        "authentication/remote-method",
        "no EAP method here proves who the responder is");
    refuses(
        EntryKind.CHILD_POLICY,
        childPolicy().leaf("rekey-time", 100).leaf("life-time", 100),
        "life-time",
        "life-time 100 must be larger than rekey-time 100");
    refuses(
        EntryKind.CHILD_POLICY,
        childPolicy().leafList("protocols", List.of("tcp", "6")),
        "protocols",
        "protocol 6 is there twice");
    refuses(
        EntryKind.CHILD_POLICY,
        childPolicy()
            .leafList("protocols", List.of("tcp"))
            .list("local-ts", List.of(new Tree().leaf("name", "1").leaf("protocol", "udp"))),
        "local-ts",
        "has a protocol of its own");
    refuses(
        EntryKind.CHILD_POLICY,
        childPolicy()
            .list(
                "remote-ts",
                List.of(
                    new Tree()
                        .leaf("name", "a")
                        .leaf("first-address", "10.0.0.9")
                        .leaf("last-address", "10.0.0.1"))),
        "remote-ts=a/last-address",
        "selector is upside down");
    refuses(
        EntryKind.GATEWAY,
        gateway().leaf("remote-address", "2001:db8::1"),
        "remote-address",
        "different families");
    refuses(
        EntryKind.DATA_PLANE,
        plane("192.0.2.1:9559", Map.of("tls/enabled", "false")),
        "infrap4d/tls/enabled",
        "keys would cross the network to 192.0.2.1:9559 in clear");
    refuses(
        EntryKind.DATA_PLANE,
        plane("192.0.2.1:9559", Map.of()),
        "infrap4d/tls/ca-file",
        "tls/ca-file is missing");
    refuses(
        EntryKind.DATA_PLANE,
        plane("192.0.2.1:99999", Map.of("tls/ca-file", "ca.pem")),
        "infrap4d/p4runtime-address",
        "port 99999");
  }

  private static void refuses(EntryKind kind, Tree tree, String node, String reason) {
    assertThatExceptionOfType(InvalidEntryException.class)
        .isThrownBy(() -> EntryMapper.read(kind, tree))
        .withMessageContaining(reason)
        .satisfies(e -> assertThat(e.node()).isEqualTo(node));
  }

  private static Tree ikePolicy() {
    return new Tree()
        .leaf("name", "p")
        .container(
            "proposals",
            new Tree()
                .list(
                    "proposal",
                    List.of(
                        new Tree()
                            .leaf("name", "1")
                            .leaf("encryption", "aes256-gcm")
                            .leaf("prf", "sha384")
                            .leaf("dh-group", "ecp384"))));
  }

  private static Tree childPolicy() {
    return new Tree()
        .leaf("name", "c")
        .container(
            "proposals",
            new Tree()
                .list(
                    "proposal",
                    List.of(new Tree().leaf("name", "1").leaf("encryption", "aes256-gcm"))));
  }

  private static Tree gateway() {
    return new Tree().leaf("name", "g").leaf("ike-policy", "p").leaf("local-address", "10.0.0.1");
  }

  private static Tree plane(String address, Map<String, String> more) {
    Tree settings = Tree.ofFlat(more).leaf("p4runtime-address", address);
    return new Tree().leaf("name", "ipu-1").container("infrap4d", settings);
  }
}
