package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.emulator.v1.ClearFaultsRequest;
import io.keyway.emulator.v1.Operation;
import io.keyway.emulator.v1.PushPipelineRequest;
import io.keyway.emulator.v1.RowInfo;
import io.keyway.emulator.v1.SetFaultRequest;
import io.keyway.emulator.v1.SetReachableRequest;
import io.keyway.emulator.v1.Verdict;
import io.keyway.it.kit.Datagrams;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.EmulatorClient;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.Site;
import io.keyway.it.kit.TwoSites;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Everything that an operator, a peer or a device can get wrong. Each time: the cause is named,
 * nothing half-installed stays, a good tunnel beside it carries traffic on, and what the bad one
 * should protect is held.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {

  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";

  private final Site a = new Site("a", "127.12.0.1", "10.12.1.10", Ports.tcp(), Ports.tcp());
  private final Site b = new Site("b", "127.12.0.2", "10.12.2.10", Ports.tcp(), Ports.tcp());
  // Without the crypto function every SPI is 0; without a pipeline there is no table to write to.
  private final Site noCrypto = new Site("c", "127.12.0.3", "10.12.3.10", Ports.tcp(), Ports.tcp());
  private final Site noPipeline =
      new Site("d", "127.12.0.4", "10.12.4.10", Ports.tcp(), Ports.tcp());
  // The bad tunnel's ends share the devices with the good one, but not its hosts.
  private final Site badA = new Site("a", "127.12.0.1", "10.12.1.20", 0, 0);
  private final Site badB = new Site("b", "127.12.0.2", "10.12.2.20", 0, 0);

  private final int badPort = Ports.udp("127.12.0.1", "127.12.0.2", "127.12.0.3", "127.12.0.4");
  private Distribution distribution;
  private Container container;
  private Restconf restconf;
  private EmulatorClient deviceA;
  private EmulatorClient deviceB;
  private Set<String> good;

  @BeforeAll
  void bringAGoodTunnelUp() throws Exception {
    distribution = Archive.unpack();
    distribution.boot("keyway-emulator");
    a.device(distribution, "bad");
    b.device(distribution, "bad");
    device(noCrypto, "crypto-function", "false");
    device(noPipeline, "pipeline", "false");
    container = Container.start(distribution);
    restconf = container.restconf();
    deviceA = new EmulatorClient(a.controlPort()).await(Duration.ofSeconds(30));
    deviceB = new EmulatorClient(b.controlPort()).await(Duration.ofSeconds(30));
    secret(TwoSites.SECRET, "the same on both sides");
    secret("mine", "what we think");
    secret("theirs", "what they think");
    int port = badPort + 1;
    Restconf.Reply reply = restconf.put(IPSEC, TwoSites.of(a, b, port));
    assertThat(reply.ok()).as(reply.text()).isTrue();
    Await.until(() -> status("site-a", "held").equals("true"));
    Await.until(() -> initiate("site-a").get("result").getAsString().equals("ok"));
    Await.until(() -> status("site-a", "status").equals("up"));
    Await.until(() -> status("site-b", "status").equals("up"));
    good = devices();
    goodTunnelCarries();
  }

  @AfterEach
  void nothingStays() throws Exception {
    for (String name : List.of("bad-a", "bad-b", "bad-c", "bad-d")) {
      restconf.delete(IPSEC + "/tunnels/tunnel=" + name);
    }
    for (String name : List.of("bad-a", "bad-b", "bad-c", "bad-d")) {
      restconf.delete(IPSEC + "/gateways/gateway=" + name);
    }
    for (String name : List.of("cbc", "any", "other")) {
      restconf.delete(IPSEC + "/child-policies/child-policy=" + name);
    }
    Await.until(() -> devices().equals(good));
    goodTunnelCarries();
    assertThat(deviceA.counters()).containsEntry("clear-out-packets", 0L);
    assertThat(deviceB.counters()).containsEntry("clear-out-packets", 0L);
    assertThat(deviceA.counters()).containsEntry("outbound-key-reinstalls", 0L);
  }

  @AfterAll
  void stop() throws Exception {
    deviceA.close();
    deviceB.close();
    container.close();
  }

  @Test
  void wrongPreSharedKey() throws Exception {
    badPair("mine", "theirs", "udp-only");
    JsonObject output = initiate("bad-a");
    assertThat(output.get("result").getAsString()).isNotIn("ok", "same");
    assertThat(output.get("reason").getAsString()).contains("AUTHENTICATION_FAILED");
    assertThat(output.toString()).doesNotContain("what we think").doesNotContain("what they think");
    Await.until(() -> status("bad-a", "reason").contains("AUTHENTICATION_FAILED"));
    assertHeld(deviceA, badA, badB);
    assertHeld(deviceB, badB, badA);
    assertOnlyDropRows(deviceA, badB.host());
    assertThat(deviceA.sas()).hasSize(2);
  }

  @Test
  void peerThatOffersOtherAlgorithms() throws Exception {
    entry(
        "child-policies/child-policy",
        childPolicy("other", "\"protocols\": [\"udp\"]", "aes128-gcm", "none"));
    entry("gateways/gateway", gateway("bad-a", "ipu-a", badA, badB, TwoSites.SECRET));
    entry("gateways/gateway", gateway("bad-b", "ipu-b", badB, badA, TwoSites.SECRET));
    entry("tunnels/tunnel", tunnel("bad-a", "bad-a", "udp-only", badA, badB.host() + "/32"));
    entry("tunnels/tunnel", tunnel("bad-b", "bad-b", "other", badB, badA.host() + "/32"));
    Await.until(() -> status("bad-a", "held").equals("true"));
    JsonObject output = initiate("bad-a");
    assertThat(output.get("reason").getAsString()).contains("NO_PROPOSAL_CHOSEN");
    assertHeld(deviceA, badA, badB);
  }

  @Test
  void proposalThatThePlaneCannotCarry() throws Exception {
    entry(
        "child-policies/child-policy",
        childPolicy("cbc", "\"protocols\": [\"udp\"]", "aes256-cbc", "sha256"));
    entry("gateways/gateway", gateway("bad-a", "ipu-a", badA, badB, TwoSites.SECRET));
    Restconf.Reply reply =
        put("tunnels/tunnel", tunnel("bad-a", "bad-a", "cbc", badA, badB.host() + "/32"));
    assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
    assertThat(reply.text()).contains("cannot carry").contains("aes256-sha256");
    assertThat(restconf.get(IPSEC + "/tunnels/tunnel=bad-a?content=config").ok()).isFalse();
  }

  @Test
  void policyThatBecomesImpossibleIsRefusedAndTheTunnelStaysHeld() throws Exception {
    entry(
        "child-policies/child-policy",
        childPolicy("other", "\"protocols\": [\"udp\"]", "aes256-gcm", "none"));
    entry("gateways/gateway", gateway("bad-a", "ipu-a", badA, badB, TwoSites.SECRET));
    entry("tunnels/tunnel", tunnel("bad-a", "bad-a", "other", badA, badB.host() + "/32"));
    Await.until(() -> status("bad-a", "held").equals("true"));
    Restconf.Reply reply =
        put(
            "child-policies/child-policy",
            childPolicy("other", "\"protocols\": [\"udp\"]", "aes256-cbc", "sha256"));
    assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
    assertThat(reply.text()).contains("bad-a").contains("cannot carry");
    assertHeld(deviceA, badA, badB);
  }

  @Test
  void subnet() throws Exception {
    entry("gateways/gateway", gateway("bad-a", "ipu-a", badA, badB, TwoSites.SECRET));
    Restconf.Reply reply =
        put("tunnels/tunnel", tunnel("bad-a", "bad-a", "udp-only", badA, "10.12.2.0/24"));
    assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
    assertThat(reply.text()).contains("10.12.2.0/24").contains("exact hosts");
  }

  @Test
  void anyProtocol() throws Exception {
    entry(
        "child-policies/child-policy",
        childPolicy("any", "\"mode\": \"tunnel\"", "aes256-gcm", "none"));
    entry("gateways/gateway", gateway("bad-a", "ipu-a", badA, badB, TwoSites.SECRET));
    Restconf.Reply reply =
        put("tunnels/tunnel", tunnel("bad-a", "bad-a", "any", badA, badB.host() + "/32"));
    assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
    assertThat(reply.text()).contains("one exact protocol").contains("protocols");
  }

  @Test
  void unknownGatewayAtEveryLevel() throws Exception {
    String before = config();
    entry("gateways/gateway", gateway("bad-a", "ipu-a", badA, badB, TwoSites.SECRET));
    entry("tunnels/tunnel", tunnel("bad-a", "bad-a", "udp-only", badA, badB.host() + "/32"));
    String with = config();
    JsonObject leaf =
        JsonParser.parseString("{\"keyway-ipsec:gateway\": \"nobody\"}").getAsJsonObject();
    refusesNobody(restconf.put(IPSEC + "/tunnels/tunnel=bad-a/gateway", leaf));
    JsonElement bad = tunnel("bad-a", "nobody", "udp-only", badA, badB.host() + "/32");
    refusesNobody(put("tunnels/tunnel", bad));
    JsonObject list = wrap("keyway-ipsec:tunnels", listOf("tunnel", bad));
    refusesNobody(restconf.put(IPSEC + "/tunnels", list));
    JsonObject top = wrap("keyway-ipsec:ipsec", wrap("tunnels", listOf("tunnel", bad)));
    refusesNobody(restconf.put(IPSEC, top));
    assertThat(config()).as("nothing was changed").isEqualTo(with);
    restconf.delete(IPSEC + "/tunnels/tunnel=bad-a");
    restconf.delete(IPSEC + "/gateways/gateway=bad-a");
    assertThat(config()).isEqualTo(before);
  }

  @Test
  void malformedYamlAndUnknownKeys() throws Exception {
    String before = config();
    Path file = Files.createTempFile(distribution.home(), "bad", ".yaml");
    Files.writeString(file, "ipsec:\n  gateways:\n    - name: x\n   ike-policy: [\n");
    Shell.Output malformed = container.shell().run("ipsec:load " + file);
    assertThat(malformed.text()).containsPattern("line [0-9]+");
    Files.writeString(
        file,
        "ipsec:\n  gateways:\n    - name: x\n      ike-policy: cnr\n      local-adress: 10.0.0.1\n");
    Shell.Output unknown = container.shell().run("ipsec:load " + file);
    assertThat(unknown.text()).contains("local-adress").contains("local-address");
    assertThat(config()).isEqualTo(before);
  }

  @Test
  void infrap4dThatIsNotReachable() throws Exception {
    badPair(TwoSites.SECRET, TwoSites.SECRET, "udp-only");
    deviceA.stub().setReachable(SetReachableRequest.newBuilder().setReachable(false).build());
    try {
      Await.until(() -> plane("ipu-a", "connection").equals("down"));
      Await.until(() -> plane("ipu-a", "reason").contains("127.0.0.1:" + a.devicePort()));
      Await.until(() -> status("bad-a", "status").equals("waiting"));
      JsonObject output = initiate("bad-a");
      assertThat(output.get("result").getAsString()).isEqualTo("unavailable");
      assertThat(output.get("reason").getAsString()).contains("ipu-a");
      assertHeld(deviceA, badA, badB);
      goodTunnelCarries();
    } finally {
      deviceA.stub().setReachable(SetReachableRequest.newBuilder().setReachable(true).build());
    }
    Await.until(() -> plane("ipu-a", "connection").equals("ready"));
    Await.until(() -> initiate("bad-a").get("result").getAsString().equals("ok"));
  }

  @Test
  void infrap4dWithoutAPipeline() throws Exception {
    entry("data-planes/data-plane", plane(noPipeline));
    entry("gateways/gateway", gateway("bad-d", "ipu-d", noPipeline, b, TwoSites.SECRET));
    entry("tunnels/tunnel", tunnel("bad-d", "bad-d", "udp-only", noPipeline, b.host() + "/32"));
    Await.until(() -> plane("ipu-d", "connection").equals("no-pipeline"));
    Await.until(() -> plane("ipu-d", "reason").contains("pipeline"));
    Await.until(() -> status("bad-d", "status").equals("waiting"));
    Await.until(() -> status("bad-d", "reason").contains("pipeline"));
    assertThat(initiate("bad-d").get("result").getAsString()).isEqualTo("unavailable");
    try (EmulatorClient device = new EmulatorClient(noPipeline.controlPort())) {
      assertThat(device.rows()).isEmpty();
      device.stub().pushPipeline(PushPipelineRequest.getDefaultInstance());
      Await.until(() -> status("bad-d", "held").equals("true"));
      assertHeld(device, noPipeline, b);
      restconf.delete(IPSEC + "/tunnels/tunnel=bad-d");
      Await.until(() -> device.rows().isEmpty());
    }
    restconf.delete(IPSEC + "/gateways/gateway=bad-d");
    assertThat(restconf.delete(IPSEC + "/data-planes/data-plane=ipu-d").ok()).isTrue();
  }

  @Test
  void infrap4dThatAnswersSpiZero() throws Exception {
    entry("data-planes/data-plane", plane(noCrypto));
    entry("gateways/gateway", gateway("bad-c", "ipu-c", noCrypto, b, TwoSites.SECRET));
    entry("gateways/gateway", gateway("bad-b", "ipu-b", b, noCrypto, TwoSites.SECRET));
    entry("tunnels/tunnel", tunnel("bad-c", "bad-c", "udp-only", noCrypto, b.host() + "/32"));
    entry("tunnels/tunnel", tunnel("bad-b", "bad-b", "udp-only", b, noCrypto.host() + "/32"));
    Await.until(() -> status("bad-c", "held").equals("true"));
    JsonObject output = initiate("bad-c");
    assertThat(output.get("result").getAsString()).isNotIn("ok", "same");
    assertThat(output.get("reason").getAsString()).contains("SPI").contains("0");
    try (EmulatorClient device = new EmulatorClient(noCrypto.controlPort())) {
      assertHeld(device, noCrypto, b);
      assertThat(device.sas()).isEmpty();
    }
    restconf.delete(IPSEC + "/tunnels/tunnel=bad-c");
    restconf.delete(IPSEC + "/gateways/gateway=bad-c");
    assertThat(restconf.delete(IPSEC + "/data-planes/data-plane=ipu-c").ok()).isTrue();
  }

  @Test
  void installWhoseAnswerIsLost() throws Exception {
    badPair(TwoSites.SECRET, TwoSites.SECRET, "udp-only");
    deviceA
        .stub()
        .setFault(
            SetFaultRequest.newBuilder()
                .setOperation(Operation.SAD_INSERT)
                .setEffect(SetFaultRequest.Effect.LOSE_ANSWER)
                .setSaDirection(SetFaultRequest.SaDirection.OUTBOUND)
                .setCount(1)
                .build());
    try {
      JsonObject output = initiate("bad-a");
      if (!output.get("result").getAsString().equals("ok")) {
        assertThat(output.get("reason").getAsString()).containsIgnoringCase("answer");
        assertHeld(deviceA, badA, badB);
      }
    } finally {
      deviceA.stub().clearFaults(ClearFaultsRequest.getDefaultInstance());
    }
    Await.until(() -> initiate("bad-a").get("result").getAsString().matches("ok|same"));
    Await.until(
        () ->
            deviceA.inject(Datagrams.numbered(badA, badB, "later", 1)).get(0).getKind()
                == Verdict.Kind.PROTECTED);
    assertThat(deviceA.counters()).containsEntry("outbound-key-reinstalls", 0L);
    Await.until(() -> deviceA.sas().size() == 4 && deviceB.sas().size() == 4);
  }

  // ---- what is written ---------------------------------------------------------------------

  private void badPair(String secretA, String secretB, String policy) throws Exception {
    entry("gateways/gateway", gateway("bad-a", "ipu-a", badA, badB, secretA));
    entry("gateways/gateway", gateway("bad-b", "ipu-b", badB, badA, secretB));
    entry("tunnels/tunnel", tunnel("bad-a", "bad-a", policy, badA, badB.host() + "/32"));
    entry("tunnels/tunnel", tunnel("bad-b", "bad-b", policy, badB, badA.host() + "/32"));
    Await.until(() -> status("bad-a", "held").equals("true"));
    Await.until(() -> status("bad-b", "held").equals("true"));
  }

  private void device(Site site, String key, String value) throws Exception {
    distribution.configure(
        "io.keyway.emulator.infrap4d-" + site.plane(),
        Map.of(
            "name",
            site.plane(),
            "site",
            site.letter(),
            "wire",
            "bad",
            "listen",
            "127.0.0.1:" + site.devicePort(),
            "control",
            "127.0.0.1:" + site.controlPort(),
            "gateway",
            site.gateway(),
            key,
            value));
  }

  private static JsonElement plane(Site site) {
    return JsonParser.parseString(
        """
        {"name": "%s", "infrap4d": {"p4runtime-address": "127.0.0.1:%d", "tls": {"enabled": false}}}
        """
            .formatted(site.plane(), site.devicePort()));
  }

  private JsonElement gateway(String name, String plane, Site here, Site there, String secret) {
    return JsonParser.parseString(
        """
        {"name": "%s", "ike-policy": "cnr", "data-plane": "%s", "local-address": "%s",
         "remote-address": "%s", "local-port": %d, "remote-port": %d,
         "authentication": {"local-id": "%s", "remote-id": "%s", "secret": "%s"}}
        """
            .formatted(
                name,
                plane,
                here.gateway(),
                there.gateway(),
                badPort,
                badPort,
                here.identity(),
                there.identity(),
                secret));
  }

  private static JsonElement tunnel(
      String name, String gateway, String policy, Site here, String remote) {
    return JsonParser.parseString(
        """
        {"name": "%s", "gateway": "%s", "child-policy": "%s",
         "local-ts": [{"name": "1", "prefix": "%s/32"}],
         "remote-ts": [{"name": "1", "prefix": "%s"}]}
        """
            .formatted(name, gateway, policy, here.host(), remote));
  }

  private static JsonElement childPolicy(
      String name, String extra, String encryption, String integrity) {
    return JsonParser.parseString(
        """
        {"name": "%s", %s, "start-action": "none", "proposals": {"proposal": [
          {"name": "1", "encryption": "%s", "integrity": "%s"}]}}
        """
            .formatted(name, extra, encryption, integrity));
  }

  private void entry(String list, JsonElement value) throws Exception {
    Restconf.Reply reply = put(list, value);
    assertThat(reply.ok()).as(list + " " + value + ": " + reply.text()).isTrue();
  }

  private Restconf.Reply put(String list, JsonElement value) throws Exception {
    String name = value.getAsJsonObject().get("name").getAsString();
    String last = list.substring(list.indexOf('/') + 1);
    return restconf.put(IPSEC + "/" + list + "=" + name, listOf("keyway-ipsec:" + last, value));
  }

  private static JsonObject listOf(String name, JsonElement value) {
    com.google.gson.JsonArray array = new com.google.gson.JsonArray();
    array.add(value);
    return wrap(name, array);
  }

  private static JsonObject wrap(String name, JsonElement value) {
    JsonObject object = new JsonObject();
    object.add(name, value);
    return object;
  }

  private void secret(String name, String text) throws Exception {
    JsonObject input = new JsonObject();
    input.addProperty("name", name);
    input.addProperty("kind", "pre-shared-key");
    input.addProperty("text", text);
    assertThat(restconf.rpc("put-secret", input).get("result").getAsString()).isEqualTo("ok");
  }

  private JsonObject initiate(String tunnel) throws Exception {
    JsonObject input = new JsonObject();
    input.addProperty("tunnel", tunnel);
    input.addProperty("timeout", 20);
    return restconf.rpc("initiate", input);
  }

  // ---- what is seen ------------------------------------------------------------------------

  private String config() throws Exception {
    return restconf.get(IPSEC + "?content=config").json().toString();
  }

  private static void refusesNobody(Restconf.Reply reply) {
    assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
    assertThat(reply.text()).contains("nobody").contains("gateway");
  }

  private String status(String tunnel, String leaf) throws Exception {
    return leaf(IPSEC + "/state/tunnels/tunnel=" + tunnel, "keyway-ipsec:tunnel", leaf);
  }

  private String plane(String name, String leaf) throws Exception {
    return leaf(IPSEC + "/state/data-planes/data-plane=" + name, "keyway-ipsec:data-plane", leaf);
  }

  private String leaf(String path, String list, String leaf) throws Exception {
    Restconf.Reply reply = restconf.get(path + "?content=nonconfig");
    if (!reply.ok() || !reply.json().has(list)) {
      return "";
    }
    JsonElement value = reply.json().getAsJsonArray(list).get(0).getAsJsonObject().get(leaf);
    return value == null ? "" : value.getAsString();
  }

  private void goodTunnelCarries() throws Exception {
    for (EmulatorClient device : List.of(deviceA, deviceB)) {
      Site from = device == deviceA ? a : b;
      Site to = device == deviceA ? b : a;
      assertThat(device.inject(Datagrams.numbered(from, to, "good", 3)))
          .extracting(Verdict::getKind)
          .containsOnly(Verdict.Kind.PROTECTED);
    }
  }

  private static void assertHeld(EmulatorClient device, Site from, Site to) {
    assertThat(device.inject(Datagrams.numbered(from, to, "must not leave", 3)))
        .extracting(Verdict::getKind)
        .containsOnly(Verdict.Kind.HELD);
  }

  private static void assertOnlyDropRows(EmulatorClient device, String host) {
    assertThat(device.rows())
        .filteredOn(row -> row.getMatchList().stream().anyMatch(f -> f.getValue().equals(host)))
        .isNotEmpty()
        .allMatch(row -> row.getAction().endsWith("drop"));
  }

  /** Rows and SAs of both devices, without what counts up. */
  private Set<String> devices() {
    Set<String> all = new TreeSet<>();
    for (EmulatorClient device : List.of(deviceA, deviceB)) {
      String name = device == deviceA ? "a " : "b ";
      device.rows().stream()
          .map(row -> RowInfo.newBuilder(row).clearPackets().clearBytes().build())
          .forEach(row -> all.add(name + row));
      device.sas().forEach(sa -> all.add(name + sa.getInbound() + sa.getSpi()));
    }
    return all;
  }
}
