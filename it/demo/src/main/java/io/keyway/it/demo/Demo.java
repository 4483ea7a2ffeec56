package io.keyway.it.demo;

import com.google.gson.JsonObject;
import io.keyway.emulator.v1.DeliveredPacket;
import io.keyway.emulator.v1.Verdict;
import io.keyway.it.demo.vrouter.VrouterDemo;
import io.keyway.it.kit.Datagrams;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.EmulatorClient;
import io.keyway.it.kit.Ports;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.Site;
import io.keyway.it.kit.TwoSites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One tunnel from RESTCONF to encrypted packets: starts a distribution of its own with two emulated
 * devices, configures both sites, negotiates, sends packets both ways, and shows every step. Fails
 * (exit 1) when anything is not as it should be.
 */
public final class Demo {

  private static final String IPSEC = "/rests/data/keyway-ipsec:ipsec";

  /** Exit status where this machine cannot run it. */
  private static final int CANNOT = 3;

  private final Options options;
  private final Screen screen = new Screen(System.out);
  private final Site a = new Site("a", "127.10.0.1", "10.1.0.10", Ports.tcp(), Ports.tcp());
  private final Site b = new Site("b", "127.10.0.2", "10.2.0.10", Ports.tcp(), Ports.tcp());

  private final int ikePort = Ports.udp(a.gateway(), b.gateway());

  private Demo(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) {
    Options options;
    try {
      options = Options.parse(List.of(arguments));
    } catch (Options.Bad e) {
      System.err.println("keyway demo: " + e.getMessage());
      System.err.print(Options.USAGE);
      System.exit(2);
      return;
    }
    if (options.vrouter()) {
      System.exit(vrouter(options));
    }
    try {
      new Demo(options).run();
      System.exit(0);
    } catch (Failed e) {
      System.err.println("\nThe demo failed: " + e.getMessage());
    } catch (IOException | InterruptedException | RuntimeException e) {
      System.err.println("\nThe demo failed: " + e);
    }
    System.exit(1);
  }

  private static int vrouter(Options options) {
    Optional<String> obstacle = VrouterDemo.obstacle();
    if (obstacle.isPresent()) {
      System.err.println("keyway demo: --plane vrouter cannot run here: " + obstacle.get());
      return CANNOT;
    }
    VrouterDemo demo = new VrouterDemo(options);
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch down = new CountDownLatch(1);
    Thread hook = new Thread(() -> end(demo, ended, down));
    Runtime.getRuntime().addShutdownHook(hook);
    int status = 1;
    try {
      demo.run();
      status = 0;
    } catch (Failed e) {
      told(ended, e.getMessage());
    } catch (IOException | InterruptedException | RuntimeException e) {
      told(ended, e.toString());
    }
    demo.close();
    down.countDown();
    return status;
  }

  /** What a signal ended fails everywhere, and has nothing to complain about. */
  private static void told(AtomicBoolean ended, String failure) {
    System.err.println(ended.get() ? "\nThe demo was ended." : "\nThe demo failed: " + failure);
  }

  /** A signal: what is there goes, and what was just being made is waited for, which goes, too. */
  private static void end(VrouterDemo demo, AtomicBoolean ended, CountDownLatch down) {
    ended.set(true);
    demo.close();
    try {
      down.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() throws IOException, InterruptedException, Failed {
    Path work = Files.createDirectories(options.archive().toAbsolutePath().resolveSibling("demo"));
    List<String> taken = Distribution.takeDownRemains(work);
    if (!taken.isEmpty()) {
      screen.line("a run before was killed; took down what it left: %s", String.join(", ", taken));
    }
    try (Distribution distribution = Distribution.unpack(options.archive(), work);
        EmulatorClient deviceA = new EmulatorClient(a.controlPort());
        EmulatorClient deviceB = new EmulatorClient(b.controlPort())) {
      Thread hook = new Thread(() -> closeQuietly(distribution));
      Runtime.getRuntime().addShutdownHook(hook);
      prepare(distribution);
      screen.step("Starting the controller with two emulated IPUs, ipu-a and ipu-b, on loopback");
      distribution.start();
      Restconf restconf = distribution.awaitRestconf(Duration.ofSeconds(300));
      screen.line("RESTCONF answers on https://127.0.0.1:%d%s", distribution.httpsPort(), IPSEC);
      screen.line("shell: ssh -p %d admin@127.0.0.1", distribution.sshPort());
      deviceA.await(Duration.ofSeconds(30));
      deviceB.await(Duration.ofSeconds(30));
      if (options.capture().isPresent()) {
        deviceA.startCapture(options.capture().get());
      }
      configure(restconf);
      awaitHeld(restconf);
      held(deviceA);
      initiate(restconf);
      showSas(restconf);
      showDevice(restconf, a, deviceA);
      showDevice(restconf, b, deviceB);
      long lost = send(a, deviceA, b, deviceB) + send(b, deviceB, a, deviceA);
      counters(restconf, deviceA, deviceB, lost);
      if (options.capture().isPresent()) {
        capture(deviceA);
      }
      if (options.stay()) {
        screen.step("Staying. Press Enter to stop");
        System.in.read();
      }
      screen.step("Done: everything sent arrived, nothing went out in clear");
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }

  private static void closeQuietly(Distribution distribution) {
    try {
      distribution.close();
    } catch (IOException e) {
      System.err.println("could not remove " + distribution.home() + ": " + e);
    }
  }

  private void prepare(Distribution distribution) throws IOException {
    distribution.boot("keyway-emulator");
    for (Site site : List.of(a, b)) {
      site.device(distribution, "demo");
    }
    if (options.debug()) {
      Path logging = distribution.etc().resolve("org.ops4j.pax.logging.cfg");
      Files.writeString(
          logging,
          Files.readString(logging)
              .replaceAll(
                  "(?m)^log4j2.rootLogger.level\\s*=.*$", "log4j2.rootLogger.level = DEBUG"));
      distribution.keep();
      screen.line("working directory: %s", distribution.home());
    }
  }

  private void configure(Restconf restconf) throws IOException, InterruptedException, Failed {
    screen.step("Writing the secret, two devices, two gateways and the tunnel by RESTCONF");
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    JsonObject put = new JsonObject();
    put.addProperty("name", TwoSites.SECRET);
    put.addProperty("kind", "pre-shared-key");
    put.addProperty("octets", Base64.getEncoder().encodeToString(secret));
    JsonObject stored = restconf.rpc("put-secret", put);
    screen.line("POST put-secret %s: %s", TwoSites.SECRET, Screen.text(stored, "result"));
    Restconf.Reply reply = restconf.put(IPSEC, TwoSites.of(a, b, ikePort));
    screen.line("PUT %s: HTTP %d", IPSEC, reply.status());
    if (!reply.ok()) {
      throw new Failed("the configuration was refused: " + reply.text());
    }
  }

  private void awaitHeld(Restconf restconf) throws IOException, InterruptedException, Failed {
    screen.step("Waiting until both devices hold the tunnel's traffic");
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      List<JsonObject> tunnels = Screen.entries(state(restconf, "tunnels"), "tunnel");
      boolean held =
          tunnels.size() == 2
              && tunnels.stream().allMatch(t -> Screen.text(t, "held").equals("true"));
      if (held) {
        tunnels.forEach(
            t ->
                screen.line(
                    "%s on %s: %s, held. %s",
                    Screen.text(t, "name"),
                    Screen.text(t, "data-plane"),
                    Screen.text(t, "status"),
                    Screen.text(t, "reason")));
        return;
      }
      if (System.nanoTime() > end) {
        throw new Failed("the tunnels are not held: " + tunnels);
      }
      Thread.sleep(100);
    }
  }

  private void held(EmulatorClient device) throws Failed {
    screen.step("Sending one packet before there is a tunnel");
    Verdict verdict = device.inject(Datagrams.numbered(a, b, options.payload(), 1)).get(0);
    screen.line("ipu-a: %s", verdict.getKind());
    if (verdict.getKind() != Verdict.Kind.HELD) {
      throw new Failed("a packet that should be held was " + verdict);
    }
  }

  private void initiate(Restconf restconf) throws IOException, InterruptedException, Failed {
    screen.step("Initiating: IKE_SA_INIT, IKE_AUTH, rows and SAs on both devices");
    JsonObject input = new JsonObject();
    input.addProperty("tunnel", a.tunnel());
    JsonObject output = restconf.rpc("initiate", input);
    screen.line("POST initiate %s: %s", a.tunnel(), Screen.text(output, "result"));
    if (!Screen.text(output, "result").equals("ok")) {
      throw new Failed("initiate: " + output);
    }
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!Screen.entries(state(restconf, "tunnels"), "tunnel").stream()
        .allMatch(t -> Screen.text(t, "status").equals("up"))) {
      if (System.nanoTime() > end) {
        throw new Failed("not both ends came up: " + state(restconf, "tunnels"));
      }
      Thread.sleep(50);
    }
  }

  private void showSas(Restconf restconf) throws IOException, InterruptedException {
    screen.step("IKE SAs and child SAs, both ends");
    Screen.entries(state(restconf, "ike-sas"), "ike-sa").forEach(screen::ikeSa);
    Screen.entries(state(restconf, "child-sas"), "child-sa").forEach(screen::childSa);
  }

  private void showDevice(Restconf restconf, Site site, EmulatorClient device)
      throws IOException, InterruptedException, Failed {
    screen.step("What is on " + site.plane() + ", read back");
    screen.line("SPD rows (P4Runtime):");
    device.rows().forEach(screen::row);
    screen.line("SAD entries (gNMI):");
    device.sas().forEach(screen::sa);
    Restconf.Reply mounted =
        restconf.get(
            IPSEC
                + "/data-planes/data-plane="
                + site.plane()
                + "/yang-ext:mount/openconfig-ipsec-offload:ipsec-offload");
    if (!mounted.ok()) {
      throw new Failed("mount point of " + site.plane() + ": HTTP " + mounted.status());
    }
    JsonObject offload = mounted.json().getAsJsonObject("openconfig-ipsec-offload:ipsec-offload");
    int entries =
        offload.has("sad") ? Screen.entries(offload.getAsJsonObject("sad"), "sad-entry").size() : 0;
    screen.line("SAD entries on its RESTCONF mount point: %d", entries);
    if (entries != 2 || device.sas().size() != 2) {
      throw new Failed("two SAs were expected on " + site.plane());
    }
  }

  /** Sends numbered packets one way; gives how many did not arrive decrypted and unchanged. */
  private long send(Site from, EmulatorClient source, Site to, EmulatorClient sink)
      throws InterruptedException, Failed {
    screen.step(
        "Sending %d packets from %s to %s".formatted(options.packets(), from.host(), to.host()));
    List<byte[]> packets = Datagrams.numbered(from, to, options.payload(), options.packets());
    sink.delivered();
    source.frames();
    List<Verdict> verdicts = source.inject(packets);
    long wrong = verdicts.stream().filter(v -> v.getKind() != Verdict.Kind.PROTECTED).count();
    if (wrong > 0) {
      throw new Failed(wrong + " packets were not protected: " + verdicts);
    }
    Set<String> expected = new LinkedHashSet<>();
    packets.forEach(packet -> expected.add(Datagrams.text(packet)));
    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!expected.isEmpty() && System.nanoTime() < end) {
      for (DeliveredPacket packet : sink.delivered()) {
        if (packet.getKind() == DeliveredPacket.Kind.DECRYPTED) {
          expected.remove(Datagrams.text(packet.getPacket().toByteArray()));
        }
      }
      Thread.sleep(20);
    }
    List<byte[]> frames = source.frames();
    screen.line("into %s, clear:  %s", from.plane(), Datagrams.text(packets.get(0)));
    screen.line("on the wire, ESP:   %s ...", Hex.of(frames.get(0), 14 + 20, 32));
    screen.line("out of %s, clear: %s", to.plane(), Datagrams.text(packets.get(0)));
    screen.line("%d sent, %d lost", packets.size(), expected.size());
    return expected.size();
  }

  private void counters(
      Restconf restconf, EmulatorClient deviceA, EmulatorClient deviceB, long lost)
      throws IOException, InterruptedException, Failed {
    screen.step("Counters, as the controller read them from the devices");
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    List<JsonObject> tunnels = List.of();
    while (System.nanoTime() < end && !counted(tunnels)) {
      tunnels = Screen.entries(state(restconf, "tunnels"), "tunnel");
      Thread.sleep(100);
    }
    for (JsonObject tunnel : tunnels) {
      screen.line("%s outbound: %s", Screen.text(tunnel, "name"), tunnel.get("outbound"));
    }
    if (!counted(tunnels)) {
      throw new Failed("the counters do not say " + options.packets() + " packets each way");
    }
    for (EmulatorClient device : List.of(deviceA, deviceB)) {
      Map<String, Long> counters = device.counters();
      screen.line(
          "device: %s protected, %s decrypted, %s held, %s in clear",
          counters.get("protected-packets"),
          counters.get("decrypted-packets"),
          counters.get("held-packets"),
          counters.get("clear-out-packets"));
      if (counters.get("clear-out-packets") != 0) {
        throw new Failed("packets went out in clear: " + counters);
      }
    }
    screen.line("%d lost", lost);
    if (lost > 0) {
      throw new Failed(lost + " packets were lost");
    }
  }

  private boolean counted(List<JsonObject> tunnels) {
    return tunnels.size() == 2
        && tunnels.stream()
            .map(tunnel -> tunnel.getAsJsonObject("outbound"))
            .allMatch(c -> c != null && Screen.text(c, "packets").equals("" + options.packets()));
  }

  private void capture(EmulatorClient device) throws Failed {
    screen.step("Closing the capture");
    long frames = device.stopCapture();
    Path directory = options.capture().orElseThrow();
    screen.line("%d frames in %s", frames, directory.resolve("wire.pcap"));
    screen.line("keys for tshark in %s", directory.resolve("esp_sa"));
    screen.line(
        "WIRESHARK_CONFIG_DIR=%s tshark -r %s -o esp.enable_encryption_decode:TRUE \\",
        directory, directory.resolve("wire.pcap"));
    screen.line("    -o esp.enable_authentication_check:TRUE -d udp.port==%d,isakmp -V", ikePort);
    if (frames == 0) {
      throw new Failed("nothing was captured");
    }
  }

  private static JsonObject state(Restconf restconf, String part)
      throws IOException, InterruptedException {
    Restconf.Reply reply = restconf.get(IPSEC + "/state/" + part + "?content=nonconfig");
    return reply.ok() ? reply.json().getAsJsonObject("keyway-ipsec:" + part) : new JsonObject();
  }
}
