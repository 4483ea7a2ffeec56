package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.emulator.v1.DeliveredPacket;
import io.keyway.emulator.v1.RowInfo;
import io.keyway.emulator.v1.SaInfo;
import io.keyway.emulator.v1.Verdict;
import io.keyway.it.container.probe.EventsActivator;
import io.keyway.it.kit.Datagrams;
import io.keyway.it.kit.EmulatorClient;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.Site;
import io.keyway.it.kit.TwoSites;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bundles that carry a tunnel are stopped, updated and started while it is up. */
@ExtendWith(SharedContainer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HotSwapIT {
  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final Site A = Container.A;
  private static final Site B = Container.B;

  private Container container;
  private Bundles bundles;
  private EmulatorClient deviceA;
  private EmulatorClient deviceB;
  private final byte[] secret = new byte[32];
  private Path events;
  private int packets;

  @BeforeAll
  void bringTheTunnelUp(Container shared) throws Exception {
    container = shared;
    bundles = new Bundles(container.shell());
    deviceA = new EmulatorClient(A.controlPort()).await(Duration.ofSeconds(30));
    deviceB = new EmulatorClient(B.controlPort()).await(Duration.ofSeconds(30));
    Path home = container.distribution().home();
    events = home.resolve("data/tmp/events");
    Path probe =
        ProbeJar.make(
            home.resolve("data/tmp"), "keyway.it.events", "1.0.0", EventsActivator.class, events);
    Files.move(probe, home.resolve("deploy/keyway-it-events.jar"));
    Await.until(() -> Files.exists(events));
    new SecureRandom().nextBytes(secret);
    JsonObject put = new JsonObject();
    put.addProperty("name", TwoSites.SECRET);
    put.addProperty("kind", "pre-shared-key");
    put.addProperty("octets", Base64.getEncoder().encodeToString(secret));
    container.restconf().rpc("put-secret", put);
    Restconf.Reply reply =
        container.restconf().put(IPSEC, TwoSites.of(A, B, Ports.udp(A.gateway(), B.gateway())));
    assertThat(reply.ok()).as(reply.text()).isTrue();
    Await.until(() -> tunnels().allMatch("held", "true"));
    establish();
  }

  @AfterAll
  void removeEverything() throws Exception {
    try {
      Restconf.Reply reply = container.restconf().delete(IPSEC + "/tunnels");
      assertThat(reply.ok()).as(reply.text()).isTrue();
      Await.until(() -> deviceA.sas().isEmpty() && deviceB.sas().isEmpty());
      Await.until(() -> rows(deviceA).isEmpty() && rows(deviceB).isEmpty());
      reply = container.restconf().delete(IPSEC);
      assertThat(reply.ok()).as(reply.text()).isTrue();
    } finally {
      Files.deleteIfExists(container.distribution().home().resolve("deploy/keyway-it-events.jar"));
      deviceA.close();
      deviceB.close();
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ike-engine,     waiting for an IKE engine",
    "sad,            waiting for service sad",
    "spd,            waiting for service spd",
    "plane-infrap4d, waiting for data plane"
  })
  void goesAndComesWhileTheTunnelIsUp(String bundle, String whatOthersSay) throws Exception {
    Path jar = Archive.bundle(bundle);
    String name = Bundles.symbolicName(jar);
    Set<String> rows = state();
    assertThat(rows).isNotEmpty();
    passTraffic();
    Files.writeString(events, "");

    bundles.stop(name);
    assertThat(state()).isEqualTo(rows);
    passTraffic();
    Await.until(() -> saysSomewhere(whatOthersSay));

    bundles.update(name, jar);
    assertThat(state()).isEqualTo(rows);
    passTraffic();

    bundles.start(name);
    Await.until(() -> bundles.get(name).state().equals("Active"));
    Thread.sleep(2000); // time to do damage, if any is to be done
    assertThat(state()).isEqualTo(rows);
    passTraffic();

    bundles.update(name, jar);
    Await.until(() -> bundles.get(name).state().equals("Active"));
    Thread.sleep(2000);
    assertThat(state()).isEqualTo(rows);
    passTraffic();
    assertThat(touchedBundles()).containsExactly(name);

    establish();
    passTraffic();
    terminate();
    establish();
    assertThat(rows(deviceA)).hasSameSizeAs(rowsOf(rows, "a"));
    assertThat(rows(deviceB)).hasSameSizeAs(rowsOf(rows, "b"));
    passTraffic();
    assertThat(deviceA.counters()).containsEntry("clear-out-packets", 0L);
    assertThat(deviceB.counters()).containsEntry("clear-out-packets", 0L);
    assertThat(deviceA.counters()).containsEntry("outbound-key-reinstalls", 0L);
    assertThat(deviceB.counters()).containsEntry("outbound-key-reinstalls", 0L);
  }

  @Test
  void theLogFollowsItsSwitchesAndTheTraceItsOwn() throws Exception {
    long begun = Files.size(container.log());
    assertThat(container.shell().run("log:set DEBUG io.keyway.ike.log.enc").status()).isZero();
    assertThat(container.shell().run("ipsec:trace --all --minutes 2").text())
        .contains("all connections traced until");
    assertThat(operate("rekey")).isEqualTo("ok");
    Await.until(
        () -> {
          String log = logSince(begun);
          return log.matches("(?s).*\\| enc +\\|.*generating CREATE_CHILD_SA request .*REKEY_SA.*")
              && log.matches("(?s).*\\| trace +\\|.*sent CREATE_CHILD_SA request .*REKEY_SA.*");
        });
    assertThat(container.shell().run("ipsec:trace --all --off").text())
        .contains("no messages are traced");
    assertThat(container.shell().run("log:set DEFAULT io.keyway.ike.log.enc").status()).isZero();
    long quiet = Files.size(container.log());
    terminate();
    establish();
    assertThat(logSince(quiet)).containsPattern("\\| chd +\\|").doesNotContain("| trace ");
    assertThat(logSince(quiet)).doesNotContain("generating IKE_AUTH");
    assertThat(logSince(begun)).doesNotContain(HexFormat.of().formatHex(secret));
  }

  private String logSince(long offset) throws IOException {
    byte[] all = Files.readAllBytes(container.log());
    return new String(all, (int) offset, all.length - (int) offset, StandardCharsets.UTF_8);
  }

  /** Brings the tunnel up; it may be up, or be told to go first by {@link #terminate()}. */
  private void establish() throws Exception {
    String result = operate("initiate");
    assertThat(result).matches("ok|same");
    Await.until(() -> tunnels().allMatch("status", "up"));
    Await.until(() -> deviceA.sas().size() == 2 && deviceB.sas().size() == 2);
  }

  private void terminate() throws Exception {
    assertThat(operate("terminate")).isEqualTo("ok");
    Await.until(() -> deviceA.sas().isEmpty() && deviceB.sas().isEmpty());
  }

  private String operate(String rpc) throws Exception {
    JsonObject input = new JsonObject();
    input.addProperty("tunnel", A.tunnel());
    JsonObject output = new JsonObject();
    for (int tries = 0; tries < 10; tries++) {
      output = container.restconf().rpc(rpc, input);
      if (output.get("result").getAsString().matches("ok|same")) {
        return output.get("result").getAsString();
      }
      Thread.sleep(1000);
    }
    throw new AssertionError(rpc + ": " + output);
  }

  /**
   * Ten numbered packets each way; every one must arrive decrypted, in the same state of the world.
   */
  private void passTraffic() throws Exception {
    oneWay(A, deviceA, B, deviceB);
    oneWay(B, deviceB, A, deviceA);
  }

  private void oneWay(Site from, EmulatorClient source, Site to, EmulatorClient sink)
      throws Exception {
    String text = "swap " + packets++;
    List<byte[]> sent = Datagrams.numbered(from, to, text, 10);
    sink.delivered();
    assertThat(source.inject(sent))
        .extracting(Verdict::getKind)
        .containsOnly(Verdict.Kind.PROTECTED);
    Set<String> missing = new TreeSet<>();
    sent.forEach(packet -> missing.add(Datagrams.text(packet)));
    Await.until(
        () -> {
          for (DeliveredPacket packet : sink.delivered()) {
            if (packet.getKind() == DeliveredPacket.Kind.DECRYPTED) {
              missing.remove(Datagrams.text(packet.getPacket().toByteArray()));
            }
          }
          return missing.isEmpty();
        });
  }

  /** What is on both devices, without what counts up. */
  private Set<String> state() {
    Set<String> state = new TreeSet<>();
    for (String site : List.of("a", "b")) {
      EmulatorClient device = site.equals("a") ? deviceA : deviceB;
      rows(device).forEach(row -> state.add(site + " row " + row));
      for (SaInfo sa : device.sas()) {
        state.add(
            site
                + " sa "
                + (sa.getInbound() ? "in " : "out ")
                + sa.getSpi()
                + " "
                + sa.getOffloadId());
      }
    }
    return state;
  }

  private static Set<String> rowsOf(Set<String> state, String site) {
    return state.stream().filter(s -> s.startsWith(site + " row ")).collect(Collectors.toSet());
  }

  private static Set<String> rows(EmulatorClient device) {
    return device.rows().stream()
        .map(row -> RowInfo.newBuilder(row).clearPackets().clearBytes().build().toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> touchedBundles() throws IOException {
    return Files.readAllLines(events).stream()
        .filter(line -> !line.equals("listening"))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean saysSomewhere(String text) throws Exception {
    return container.restconf().get(IPSEC + "/state?content=nonconfig").text().contains(text);
  }

  private Tunnels tunnels() throws Exception {
    Restconf.Reply reply = container.restconf().get(IPSEC + "/state/tunnels?content=nonconfig");
    return new Tunnels(reply.ok() ? reply.json() : new JsonObject());
  }

  /** The tunnels as RESTCONF shows them. */
  private record Tunnels(JsonObject reply) {
    boolean allMatch(String leaf, String value) {
      if (!reply.has("keyway-ipsec:tunnels")) {
        return false;
      }
      List<JsonElement> all =
          reply.getAsJsonObject("keyway-ipsec:tunnels").getAsJsonArray("tunnel").asList();
      return all.size() == 2
          && all.stream()
              .map(JsonElement::getAsJsonObject)
              .allMatch(t -> t.has(leaf) && t.get(leaf).getAsString().equals(value));
    }
  }
}
