package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.keyway.emulator.v1.DeliveredPacket;
import io.keyway.emulator.v1.RestartRequest;
import io.keyway.emulator.v1.SaInfo;
import io.keyway.emulator.v1.Verdict;
import io.keyway.it.kit.Datagrams;
import io.keyway.it.kit.EmulatorClient;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.SecretSearch;
import io.keyway.it.kit.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** SAs written by hand: the switch, the role, each key once, and packets through the result. */
@ExtendWith(SharedContainer.class)
@TestMethodOrder(MethodOrderer.MethodName.class)
class ManualSaIT {
  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final String OFFLOAD = "/yang-ext:mount/openconfig-ipsec-offload:ipsec-offload";
  private static final String USER = "keeper";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Container container;
  private final Restconf admin;
  private final Site a = Container.A;
  private final Site b = Container.B;
  private final SecureRandom random = new SecureRandom();

  ManualSaIT(Container container) {
    this.container = container;
    this.admin = container.restconf();
  }

  private record Reserved(long index, long spi) {}

  @BeforeEach
  void planes() throws Exception {
    for (Site site : List.of(a, b)) {
      assertThat(admin.put(plane(site), planeBody(site, true)).ok()).isTrue();
      try (EmulatorClient device = new EmulatorClient(site.controlPort())) {
        device.await(LIMIT);
      }
    }
  }

  @AfterEach
  void tidy() throws Exception {
    admin.delete(IPSEC);
    // A grant outlives its user.
    admin.delete("/auth/v1/domains/sdn/users/" + USER + "@sdn/roles/manual-sa@sdn");
    admin.delete("/auth/v1/users/" + USER + "@sdn");
    admin.delete("/auth/v1/roles/manual-sa@sdn");
    for (Site site : List.of(a, b)) {
      try (EmulatorClient device = new EmulatorClient(site.controlPort())) {
        device.stub().restart(RestartRequest.newBuilder().setPipelineSet(true).build());
      }
    }
  }

  private static String plane(Site site) {
    return IPSEC + "/data-planes/data-plane=" + site.plane();
  }

  private static String entry(Site site, long index, boolean egress) {
    return plane(site) + OFFLOAD + "/sad/sad-entry=" + index + "," + egress;
  }

  private static JsonObject planeBody(Site site, boolean manual) {
    return json(
        """
        {"keyway-ipsec:data-plane": [{"name": "%s", "allow-manual-sa": %s,
          "infrap4d": {"p4runtime-address": "127.0.0.1:%d", "tls": {"enabled": false}}}]}
        """
            .formatted(site.plane(), manual, site.devicePort()));
  }

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  private String key() {
    byte[] octets = new byte[36];
    random.nextBytes(octets);
    return HexFormat.ofDelimiter(":").formatHex(octets);
  }

  private static JsonObject sa(long index, boolean egress, long spi, String key) {
    return json(
        """
        {"openconfig-ipsec-offload:sad-entry": [{"offload-id": %d, "direction": %s,
          "config": {"offload-id": %d, "direction": %s, "spi": %d, "mode": "tunnel",
            "esp-sa": {"encryption":
              {"encryption-algorithm": 20, "key": "%s", "key-len": 36}}}}]}
        """
            .formatted(index, egress, index, egress, spi, key));
  }

  /** Somebody with the role, made by OpenDaylight's own user management. */
  private Restconf keeper() throws Exception {
    String password = UUID.randomUUID().toString();
    expect(
        admin.post("/auth/v1/roles", json("{\"name\": \"manual-sa\", \"domainid\": \"sdn\"}")),
        201);
    expect(
        admin.post(
            "/auth/v1/users",
            json(
                """
                {"name": "%s", "password": "%s", "domainid": "sdn"}
                """
                    .formatted(USER, password))),
        201);
    expect(
        admin.post(
            "/auth/v1/domains/sdn/users/" + USER + "@sdn/roles",
            json("{\"roleid\": \"manual-sa@sdn\"}")),
        201);
    return admin.as(USER, password);
  }

  private static void expect(Restconf.Reply reply, int status) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
  }

  private Reserved reserve(Restconf user, Site site) throws Exception {
    JsonObject input = new JsonObject();
    input.addProperty("data-plane", site.plane());
    JsonObject[] got = new JsonObject[1];
    Await.until(
        LIMIT,
        () -> {
          try {
            got[0] = user.rpc("reserve-spi", input);
          } catch (IOException e) {
            // Not allowed yet: the switch has only just been set.
            return false;
          }
          return got[0].get("result").getAsString().equals("ok");
        });
    return new Reserved(got[0].get("offload-id").getAsLong(), got[0].get("spi").getAsLong());
  }

  @Test
  void nobodyWritesWithoutTheSwitchAndNobodyWithoutTheRole() throws Exception {
    JsonObject sa = sa(5, true, 4711, key());
    expect(admin.put(plane(a), planeBody(a, false)), 204);
    denied(sa, "manual SAs are not enabled");
    expect(admin.put(plane(a), planeBody(a, true)), 204);
    denied(sa, "you do not have the role manual-sa");
    expect(admin.put(entry(a, 5, true).replace("yang-ext:mount", "yang-ext%3Amount"), sa), 403);
    Restconf.Reply rpc =
        admin.post(
            "/rests/operations/keyway-ipsec:reserve-spi",
            json("{\"keyway-ipsec:input\": {\"data-plane\": \"%s\"}}".formatted(a.plane())));
    expect(rpc, 403);
    try (EmulatorClient device = new EmulatorClient(a.controlPort())) {
      assertThat(device.sas()).isEmpty();
    }
  }

  /** The configuration is in force a moment after it is written. */
  private void denied(JsonObject sa, String why) throws Exception {
    Await.until(
        LIMIT,
        () -> {
          Restconf.Reply reply = admin.put(entry(a, 5, true), sa);
          expect(reply, 403);
          return reply.text().contains(why);
        });
  }

  @Test
  void packetsGoThroughPairsThatWereWrittenByHandOnBothSides() throws Exception {
    Restconf keeper = keeper();
    Reserved atA = reserve(keeper, a);
    Reserved atB = reserve(keeper, b);
    String there = key();
    String back = key();
    expect(keeper.put(entry(a, atA.index(), false), sa(atA.index(), false, atA.spi(), back)), 201);
    expect(keeper.put(entry(a, atA.index(), true), sa(atA.index(), true, atB.spi(), there)), 201);
    expect(keeper.put(entry(b, atB.index(), false), sa(atB.index(), false, atB.spi(), there)), 201);
    expect(keeper.put(entry(b, atB.index(), true), sa(atB.index(), true, atA.spi(), back)), 201);
    try (EmulatorClient left = new EmulatorClient(a.controlPort());
        EmulatorClient right = new EmulatorClient(b.controlPort());
        TunnelRows rowsA = new TunnelRows(a.devicePort());
        TunnelRows rowsB = new TunnelRows(b.devicePort())) {
      assertThat(left.sas()).extracting(SaInfo::getInbound).containsExactlyInAnyOrder(true, false);
      assertThat(left.rows()).as("rows are the operator's").isEmpty();
      rowsA.tunnel(a, b, atA.index(), atA.spi());
      rowsB.tunnel(b, a, atB.index(), atB.spi());
      sends(left, a, b, right);
      sends(right, b, a, left);
    }
    Restconf.Reply read = admin.get(plane(a) + OFFLOAD + "/sad");
    assertThat(read.text())
        .contains("installation\":\"installed\"", "\"key\":\"\"")
        .doesNotContain(there, back);
    expect(admin.get(plane(a) + OFFLOAD + "/ipsec-spi/rx-spi"), 409);

    expect(admin.delete(entry(a, atA.index(), true)), 403);
    expect(keeper.delete(entry(a, atA.index(), true)), 204);
    expect(keeper.delete(entry(a, atA.index(), true)), 409);
    try (EmulatorClient left = new EmulatorClient(a.controlPort())) {
      assertThat(left.sas()).extracting(SaInfo::getInbound).containsExactly(true);
    }
    Restconf.Reply again =
        keeper.put(entry(a, atA.index(), true), sa(atA.index(), true, atB.spi(), there));
    expect(again, 400);
    assertThat(again.text()).contains("burnt");
    assertStoredNowhere(there, back);
  }

  /** Neither by us nor by OpenDaylight, whose datastore keeps journals and snapshots. */
  private void assertStoredNowhere(String... keys) throws IOException {
    byte[] planted = new byte[36];
    random.nextBytes(planted);
    SecretSearch search = new SecretSearch().add("planted", planted);
    for (String key : keys) {
      search.add("manual key", HexFormat.ofDelimiter(":").parseHex(key));
    }
    Path plant = container.distribution().home().resolve("data/planted-by-hand");
    Files.writeString(plant, HexFormat.ofDelimiter(":").formatHex(planted));
    try {
      assertThat(search.below(container.distribution().home(), ManualSaIT::isInstalled))
          .singleElement()
          .asString()
          .startsWith(plant + ": planted");
    } finally {
      Files.delete(plant);
    }
  }

  private static boolean isInstalled(Path file) {
    return file.toString().contains("/system/") || file.toString().contains("/cache/");
  }

  private static void sends(EmulatorClient from, Site source, Site target, EmulatorClient to)
      throws Exception {
    to.delivered();
    List<byte[]> packets = Datagrams.numbered(source, target, "by hand", 20);
    assertThat(from.inject(packets))
        .extracting(Verdict::getKind)
        .containsOnly(Verdict.Kind.PROTECTED);
    List<DeliveredPacket> arrived = new ArrayList<>();
    Await.until(
        LIMIT,
        () -> {
          arrived.addAll(to.delivered());
          return arrived.size() >= packets.size();
        });
    assertThat(arrived)
        .extracting(DeliveredPacket::getKind)
        .containsOnly(DeliveredPacket.Kind.DECRYPTED);
    assertThat(arrived)
        .extracting(p -> HexFormat.of().formatHex(p.getPacket().toByteArray()))
        .containsExactlyElementsOf(packets.stream().map(HexFormat.of()::formatHex).toList());
  }

  @Test
  void whatCannotWorkIsRefusedWithoutRepeatingTheKey() throws Exception {
    Restconf keeper = keeper();
    Reserved at = reserve(keeper, a);
    String key = key();
    JsonElement good = sa(at.index(), false, at.spi(), key);
    String text = good.toString();
    String path = entry(a, at.index(), false);
    refused(keeper, path, text.replace("algorithm\":20", "algorithm\":12"), 400, "12 (AES-CBC)");
    refused(
        keeper,
        path,
        text.replace("\"spi\"", "\"sa-lifetime-hard\":{\"time\":60},\"spi\""),
        400,
        "sa-lifetime-hard/time");
    refused(keeper, entry(a, at.index(), true), text, 400, "");
    refused(keeper, path, text.replace(key, key.replace(":", "-")), 400, "pairs of hex digits");
    refused(keeper, entry(a, 77, false), sa(77, false, 4711, key).toString(), 409, "reserve-spi");
    refused(
        keeper,
        plane(a) + OFFLOAD + "/sad",
        "{\"openconfig-ipsec-offload:sad\": {\"sad-entry\": ["
            + JsonParser.parseString(text)
                .getAsJsonObject()
                .getAsJsonArray("openconfig-ipsec-offload:sad-entry")
                .get(0)
            + "]}}",
        501,
        "one sad-entry");
    expect(keeper.put(path, good), 201);
    refused(keeper, path, text, 409, "already");
    refused(
        keeper,
        entry(a, at.index(), true),
        sa(at.index(), true, 4711, key).toString(),
        400,
        "the other direction");
    assertThat(Files.readString(container.log())).doesNotContain(key, key.replace(":", "-"));
  }

  private static void refused(Restconf user, String path, String body, int status, String why)
      throws Exception {
    Restconf.Reply reply = user.put(path, JsonParser.parseString(body));
    expect(reply, status);
    assertThat(reply.text()).contains(why).doesNotContainPattern("([0-9a-f]{2}[:-]){8}");
  }

  @Test
  void afterARestartOfTheDeviceTheEntryAsksForANewKey() throws Exception {
    Restconf keeper = keeper();
    Reserved first = reserve(keeper, a);
    String key = key();
    String old = entry(a, first.index(), true);
    expect(keeper.put(old, sa(first.index(), true, 4711, key)), 201);
    try (EmulatorClient device = new EmulatorClient(a.controlPort())) {
      device.stub().restart(RestartRequest.newBuilder().setPipelineSet(true).build());
      Await.until(LIMIT, () -> admin.get(old).text().contains("needs-new-key"));
      Reserved second = reserve(keeper, a);
      String path = entry(a, second.index(), true);
      Restconf.Reply again = keeper.put(path, sa(second.index(), true, 4711, key));
      expect(again, 400);
      assertThat(again.text()).contains("burnt");
      expect(keeper.put(path, sa(second.index(), true, 4711, key())), 201);
      expect(keeper.delete(old), 204);
      assertThat(admin.get(old).status()).isEqualTo(409);
      assertThat(device.sas()).hasSize(1);
      assertThat(device.counters().get("outbound-key-reinstalls")).isZero();
    }
  }
}
