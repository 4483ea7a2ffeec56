package io.keyway.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.emulator.infrap4d.Emulator;
import io.keyway.emulator.infrap4d.EmulatorConfig;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.SaView;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.emulator.infrap4d.program.MatchTable;
import io.keyway.emulator.infrap4d.wire.Wire;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.Site;
import io.keyway.it.kit.TwoSites;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The controller is killed while its devices, which live in this process, go on; and is started
 * again, as after a loss of power.
 */
@Timeout(900)
class KillIT {
  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";
  private static final Duration START_LIMIT = Duration.ofSeconds(240);
  private static final Duration RENEWAL_LIMIT = Duration.ofSeconds(120);
  private static final String GATEWAY_A = "127.13.0.1";
  private static final String GATEWAY_B = "127.13.0.2";

  private Emulator deviceA;
  private Emulator deviceB;
  private Site a;
  private Site b;
  private Distribution distribution;
  private Restconf restconf;

  @BeforeEach
  void start() throws Exception {
    Wire wire = new Wire("kill", InstantSource.system());
    deviceA = device("a", GATEWAY_A, wire);
    deviceB = device("b", GATEWAY_B, wire);
    a = new Site("a", GATEWAY_A, "10.13.1.10", port(deviceA), 0);
    b = new Site("b", GATEWAY_B, "10.13.2.10", port(deviceB), 0);
    distribution = Archive.unpack();
    distribution.start();
    restconf = distribution.awaitRestconf(START_LIMIT);
  }

  @AfterEach
  void end() throws Exception {
    distribution.close();
    deviceA.close();
    deviceB.close();
  }

  private static Emulator device(String name, String gateway, Wire wire) throws Exception {
    EmulatorConfig config =
        EmulatorConfig.onLoopback(name, wire.name()).withAddresses(gateway + "/32");
    Emulator device = new Emulator(config, wire, new SecureRandom(), InstantSource.system());
    device.start();
    return device;
  }

  private static int port(Emulator device) {
    return device.addresses().get(0).getPort();
  }

  @Test
  void tunnelsGoOnWhileItIsDownAndAreRenewedWhenItIsBack() throws Exception {
    bringUp();
    Path journal = distribution.home().resolve("data/keyway/state/state.journal");
    assertThat(mode(journal)).isEqualTo("rw-------");
    assertThat(mode(distribution.etc().resolve("keyway/state.key"))).isEqualTo("rw-------");
    try (SteadyStream there = new SteadyStream(a, deviceA, b, deviceB);
        SteadyStream back = new SteadyStream(b, deviceB, a, deviceA);
        NeverEmpty onA = new NeverEmpty(deviceA);
        NeverEmpty onB = new NeverEmpty(deviceB)) {
      List<Renewal> renewals = new ArrayList<>();
      for (boolean killed : List.of(true, false)) {
        Set<Long> before = spis(deviceA);
        if (killed) {
          distribution.kill();
        } else {
          distribution.stop();
        }
        int down = there.sent();
        Await.until(() -> there.sent() > down + 200);
        assertThat(spis(deviceA)).isEqualTo(before);
        distribution.start();
        Renewal renewal = new Renewal(there.sent(), back.sent());
        restconf = distribution.awaitRestconf(START_LIMIT);
        Await.until(RENEWAL_LIMIT, () -> renewed(deviceA, before) && spis(deviceB).size() == 2);
        Await.until(RENEWAL_LIMIT, () -> tunnelsAre("up"));
        renewals.add(renewal.until(there.sent(), back.sent()));
        int up = there.sent();
        Await.until(() -> there.sent() > up + 100);
      }
      assertThat(there.kinds().keySet()).containsExactly(Verdict.Kind.PROTECTED);
      assertThat(back.kinds().keySet()).containsExactly(Verdict.Kind.PROTECTED);
      assertThat(onA.found()).isEmpty();
      assertThat(onB.found()).isEmpty();
      // Both ends lost their memory at once: a flight of packets, when the keys are changed, at
      // most.
      assertThat(there.lost()).allMatch(n -> renewals.stream().anyMatch(r -> r.there(n)));
      assertThat(back.lost()).allMatch(n -> renewals.stream().anyMatch(r -> r.back(n)));
    }
    for (Emulator device : List.of(deviceA, deviceB)) {
      assertThat(device.device().counters().get(Counter.OUTBOUND_KEY_REINSTALLS)).isZero();
      assertThat(device.device().counters().get(Counter.INBOUND_KEY_REINSTALLS)).isZero();
      assertThat(device.device().counters().get(Counter.CLEAR_OUT_PACKETS)).isZero();
    }
    Restconf.Reply reply = restconf.delete(IPSEC + "/tunnels");
    assertThat(reply.ok()).as(reply.text()).isTrue();
    Await.until(() -> isEmpty(deviceA) && isEmpty(deviceB));
  }

  /** From a start to the new keys, in numbers of packets. */
  private record Renewal(int there, int back, int thereEnd, int backEnd) {
    Renewal(int there, int back) {
      this(there, back, 0, 0);
    }

    Renewal until(int thereNow, int backNow) {
      return new Renewal(there, back, thereNow, backNow);
    }

    boolean there(int number) {
      return number >= there && number <= thereEnd;
    }

    boolean back(int number) {
      return number >= back && number <= backEnd;
    }
  }

  private void bringUp() throws Exception {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    JsonObject put = new JsonObject();
    put.addProperty("name", TwoSites.SECRET);
    put.addProperty("kind", "pre-shared-key");
    put.addProperty("octets", Base64.getEncoder().encodeToString(secret));
    restconf.rpc("put-secret", put);
    JsonObject sites = TwoSites.of(a, b, Ports.udp(GATEWAY_A, GATEWAY_B));
    sites
        .getAsJsonObject("keyway-ipsec:ipsec")
        .getAsJsonObject("child-policies")
        .getAsJsonArray("child-policy")
        .get(0)
        .getAsJsonObject()
        .addProperty("start-action", "start");
    Restconf.Reply reply = restconf.put(IPSEC, sites);
    assertThat(reply.ok()).as(reply.text()).isTrue();
    Await.until(RENEWAL_LIMIT, () -> tunnelsAre("up"));
    // Both ends ask at once, and one of the two answers goes again.
    Await.until(RENEWAL_LIMIT, () -> spis(deviceA).size() == 2 && spis(deviceB).size() == 2);
  }

  private boolean tunnelsAre(String status) throws Exception {
    Restconf.Reply reply = restconf.get(IPSEC + "/state/tunnels?content=nonconfig");
    if (!reply.ok() || !reply.json().has("keyway-ipsec:tunnels")) {
      return false;
    }
    List<JsonElement> all =
        reply.json().getAsJsonObject("keyway-ipsec:tunnels").getAsJsonArray("tunnel").asList();
    return all.size() == 2
        && all.stream()
            .allMatch(t -> t.getAsJsonObject().get("status").getAsString().equals(status));
  }

  private static boolean renewed(Emulator device, Set<Long> before) {
    Set<Long> now = spis(device);
    return now.size() == 2 && now.stream().noneMatch(before::contains);
  }

  private static Set<Long> spis(Emulator device) {
    return device.device().sas().stream()
        .map(SaView::spi)
        .map(Integer::toUnsignedLong)
        .collect(Collectors.toSet());
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static int rows(Emulator device, String table) {
    Integer rows = device.device().table(table, (MatchTable t) -> t.rows().size());
    return rows == null ? 0 : rows;
  }

  private static boolean isEmpty(Emulator device) {
    return device.device().sas().isEmpty()
        && List.of(
                LinuxNetworking.RX_SA_CLASSIFICATION,
                LinuxNetworking.SPD,
                LinuxNetworking.TX_SA_CLASSIFICATION,
                LinuxNetworking.TUNNEL_ENCAP_MOD,
                LinuxNetworking.TUNNEL,
                LinuxNetworking.TUNNEL_TERM)
            .stream()
            .allMatch(table -> rows(device, table) == 0);
  }

  /** Looks at a device all the time: its SPD and its SAD must not be empty for a moment. */
  private static final class NeverEmpty implements AutoCloseable {
    private final Map<Integer, String> found = new java.util.concurrent.ConcurrentSkipListMap<>();
    private final Thread thread;
    private volatile boolean running = true;

    NeverEmpty(Emulator device) {
      thread =
          new Thread(
              () -> {
                for (int look = 0; running; look++) {
                  int sas = device.device().sas().size();
                  int spd = rows(device, LinuxNetworking.SPD);
                  int tx = rows(device, LinuxNetworking.TX_SA_CLASSIFICATION);
                  if (sas < 2 || spd < 1 || tx < 1) {
                    found.put(look, sas + " SAs, " + spd + " and " + tx + " rows");
                  }
                  try {
                    Thread.sleep(10);
                  } catch (InterruptedException e) {
                    return;
                  }
                }
              });
      thread.setDaemon(true);
      thread.start();
    }

    Map<Integer, String> found() {
      return found;
    }

    @Override
    public void close() {
      running = false;
    }
  }
}
