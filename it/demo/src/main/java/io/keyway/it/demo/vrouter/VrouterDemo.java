package io.keyway.it.demo.vrouter;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.keyway.it.demo.Failed;
import io.keyway.it.demo.Options;
import io.keyway.it.demo.Screen;
import io.keyway.it.kit.Distribution;
import io.keyway.it.kit.Restconf;
import io.keyway.it.kit.vrouter.AgentProcess;
import io.keyway.it.kit.vrouter.RouterLab.Side;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * {@code ./keyway demo --plane vrouter}: two controllers, each driving a DPDK router by a UNIX
 * socket, and two hosts that send to each other all the time while keys, bundles and a router are
 * replaced. Fails when a packet that should arrive does not, or one is on the wire in clear.
 */
public final class VrouterDemo implements Closeable {

  private static final int PER_SECOND = 200;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Options options;
  private final Screen screen = new Screen(System.out);
  private final Deque<Closeable> opened = new ArrayDeque<>();
  private Routers routers;
  private Controller left;
  private Controller right;
  private Streams streams;
  private boolean closed;

  public VrouterDemo(Options options) {
    this.options = options;
  }

  /** Why it cannot run on this machine, with the cure; or empty. */
  public static java.util.Optional<String> obstacle() {
    return Routers.obstacle();
  }

  /** Shows everything, to the end or to the first thing that is not as it should be. */
  public void run() throws IOException, InterruptedException, Failed {
    startRouters();
    Wire wire = capture();
    startControllers();
    configure();
    hold();
    negotiate();
    rekey();
    swap();
    crash();
    engine();
    judge(wire);
    if (options.stay()) {
      screen.step("Staying. Press Enter to stop");
      System.in.read();
    }
    screen.step("Done: everything that could arrive arrived, nothing went out in clear");
  }

  private void startRouters() throws IOException, Failed {
    screen.step("Starting two DPDK routers with a host behind each, in network namespaces");
    routers = owns(Routers.start());
    for (Side side : routers.sides()) {
      screen.line(
          "%-5s  host %s %s %s  router %s %s  agent: process %d, %s",
          side.name(),
          side.host().name(),
          side.hostAddress(),
          side.hostAddress6(),
          side.gateway().name(),
          side.outer(),
          routers.agentOf(side).pid(),
          routers.lab().socket(side));
      if (!routers.answers(side)) {
        throw new Failed("the " + side.name() + " router does not answer its host");
      }
    }
    streams = owns(new Streams(routers, options.payload()));
  }

  private Wire capture() throws IOException, InterruptedException {
    Path directory = options.capture().orElse(routers.lab().directory());
    Files.createDirectories(directory);
    return owns(
        Wire.capture(
            routers.lab().transit(), routers.lab().left().name(), directory.resolve("wire.pcap")));
  }

  private void startControllers() throws IOException, InterruptedException {
    screen.step("Starting two controllers, one for each router");
    Path work = Files.createDirectories(options.archive().toAbsolutePath().resolveSibling("demo"));
    Routers.told(Distribution.takeDownRemains(work));
    left = controller(routers.lab().left(), work);
    right = controller(routers.lab().right(), work);
    for (Controller controller : List.of(left, right)) {
      controller.answers(controller.distribution().awaitRestconf(Duration.ofSeconds(300)));
      screen.line(
          "%-5s  RESTCONF on https://127.0.0.1:%d%s, shell: ssh -p %d admin@127.0.0.1",
          controller.side().name(),
          controller.distribution().httpsPort(),
          Controller.IPSEC,
          controller.distribution().sshPort());
    }
  }

  private Controller controller(Side side, Path work) throws IOException, InterruptedException {
    Distribution distribution = owns(Distribution.unpack(options.archive(), work));
    distribution.shortLived();
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
    distribution.start();
    return new Controller(side, distribution);
  }

  private void configure() throws IOException, InterruptedException, Failed {
    screen.step("Configuring: the left router by RESTCONF, the right one by a file and the shell");
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    LabIntent intent = new LabIntent(routers.lab());
    JsonObject stored = left.restconf().rpc("put-secret", LabIntent.secret(secret));
    screen.line("left   POST put-secret: %s", Screen.text(stored, "result"));
    Restconf.Reply reply =
        left.restconf().put(Controller.IPSEC, intent.json(List.of(routers.lab().left())));
    screen.line("left   PUT %s: HTTP %d", Controller.IPSEC, reply.status());
    if (!reply.ok()) {
      throw new Failed("the configuration was refused: " + reply.text());
    }
    Path file = routers.lab().directory().resolve("right.yaml");
    Files.writeString(file, intent.yaml(List.of(routers.lab().right()), secret));
    screen.line("right  ipsec:load: %s", firstLine(right.console().run("ipsec:load " + file)));
    for (Controller controller : List.of(left, right)) {
      await(
          "the " + controller.side().name() + " tunnels are held",
          () ->
              controller.plane("connection").equals("ready")
                  && controller.tunnelsAre("held", "true"));
      screen.line(
          "%-5s  %s is ready, generation %s; both tunnels are held",
          controller.side().name(),
          LabIntent.plane(controller.side()),
          controller.plane("generation"));
    }
  }

  private void hold() throws IOException, InterruptedException, Failed {
    screen.step("Both hosts send before there is a tunnel");
    streams.begin(PER_SECOND);
    Thread.sleep(200);
    Streams.Outcome outcome = streams.end();
    screen.line("%s", outcome);
    if (outcome.arrived() != 0) {
      throw new Failed("packets arrived that should be held: " + outcome);
    }
    for (Side side : routers.sides()) {
      long sent = outcome.sentBy(side);
      await(
          "the " + side.name() + " router counted what it held",
          () -> routers.metrics(side).dropped("hold") >= sent);
      long held = routers.metrics(side).dropped("hold");
      screen.line("%-5s  held: %d of %d", side.name(), held, sent);
      if (held != sent) {
        throw new Failed("held is not what was sent: " + held + " of " + sent);
      }
    }
  }

  private void negotiate() throws IOException, InterruptedException, Failed {
    screen.step("Initiating: IKE from the left controller by way of its router");
    for (String family : LabIntent.FAMILIES) {
      left.operate("initiate", "tunnel", LabIntent.tunnel(left.side(), family));
    }
    awaitUp();
    left.list("ike-sas", "ike-sa").forEach(screen::ikeSa);
    for (Controller controller : List.of(left, right)) {
      controller.list("child-sas", "child-sa").forEach(screen::childSa);
    }
  }

  private void awaitUp() throws IOException, InterruptedException, Failed {
    for (Controller controller : List.of(left, right)) {
      await(
          "the " + controller.side().name() + " tunnels are up",
          () -> controller.tunnelsAre("status", "up"));
    }
  }

  private void rekey() throws IOException, InterruptedException, Failed {
    screen.step(
        "Both hosts send %d a second by IPv4 and as many by IPv6, while keys change"
            .formatted(PER_SECOND));
    Set<String> before = spis();
    streams.begin(PER_SECOND);
    for (String family : LabIntent.FAMILIES) {
      left.operate("rekey", "tunnel", LabIntent.tunnel(left.side(), family));
      right.operate("rekey", "tunnel", LabIntent.tunnel(right.side(), family));
    }
    screen.line("each child was rekeyed from either end");
    String ike = Screen.text(left.list("ike-sas", "ike-sa").get(0), "uid");
    left.operate("rekey", "ike-sa", ike);
    screen.line("the IKE SA was rekeyed");
    Thread.sleep(1000);
    noneLost(streams.end());
    await("every SPI was replaced", () -> replaced(before));
    counters();
  }

  /** Outbound SPIs of both ends. */
  private Set<String> spis() throws IOException, InterruptedException {
    Set<String> spis = new TreeSet<>();
    for (Controller controller : List.of(left, right)) {
      for (JsonObject child : controller.list("child-sas", "child-sa")) {
        spis.add(controller.side().name() + " " + Screen.text(child, "spi-out"));
      }
    }
    return spis;
  }

  /**
   * Whether each tunnel has one child at either end, and none of before. Engines name a child that
   * has been rekeyed until both have said that it is deleted.
   */
  private boolean replaced(Set<String> before) throws IOException, InterruptedException {
    Set<String> now = spis();
    return now.size() == 2 * LabIntent.FAMILIES.size() && common(before, now) == 0;
  }

  /** What the controllers counted over all rekeys must be what the hosts sent. */
  private void counters() throws IOException, InterruptedException, Failed {
    for (Controller controller : List.of(left, right)) {
      long sent = streams.protectedBy(controller.side());
      await(
          "the " + controller.side().name() + " counters say " + sent + " packets by each family",
          () -> {
            List<JsonObject> tunnels = controller.tunnels();
            return tunnels.size() == 2
                && tunnels.stream().allMatch(t -> outbound(t).equals(Long.toString(sent)));
          });
      screen.line(
          "%-5s  outbound: %s",
          controller.side().name(),
          controller.tunnels().stream()
              .map(t -> Screen.text(t, "name") + " " + outbound(t) + " packets")
              .sorted()
              .collect(Collectors.joining(", ")));
    }
  }

  private static String outbound(JsonObject tunnel) {
    JsonElement counters = tunnel.get("outbound");
    return counters == null ? "-" : Screen.text(counters.getAsJsonObject(), "packets");
  }

  private void swap() throws IOException, InterruptedException, Failed {
    screen.step("Replacing bundles of the left controller while the hosts send");
    Set<String> before = spis();
    streams.begin(PER_SECOND);
    for (String bundle : List.of("keyway-sad", "keyway-spd", "keyway-plane-vrouter")) {
      left.console().update(bundle);
      await(
          "the tunnels are up with a new " + bundle,
          () -> left.plane("connection").equals("ready") && left.tunnelsAre("status", "up"));
      screen.line("%s was replaced", bundle);
    }
    noneLost(streams.end());
    Set<String> after = spis();
    screen.line("%d of %d SPIs are the same", common(before, after), before.size());
    if (!after.equals(before)) {
      throw new Failed("the SAs are not the same: " + before + ", then " + after);
    }
    String tunnel = LabIntent.tunnel(left.side(), "v4");
    left.operate("rekey", "tunnel", tunnel);
    screen.line("%s can be rekeyed", tunnel);
  }

  private static int common(Set<String> one, Set<String> other) {
    Set<String> both = new TreeSet<>(one);
    both.retainAll(other);
    return both.size();
  }

  private void crash() throws IOException, InterruptedException, Failed {
    screen.step("Killing the agent of the left router while the hosts send, and starting it again");
    AgentProcess agent = routers.agentOf(left.side());
    Set<String> before = spis();
    String generation = left.plane("generation");
    long unknown = routers.metrics(right.side()).dropped("unknown_spi");
    streams.begin(PER_SECOND);
    Thread.sleep(300);
    long killed = System.nanoTime();
    agent.kill();
    await("the controller notices", () -> !left.plane("connection").equals("ready"));
    screen.line("noticed after %.2f s", since(killed));
    agent.start();
    screen.line("the new agent forwards after %.2f s", since(killed));
    await(
        "the tunnels are up again",
        () -> !left.plane("generation").equals(generation) && left.tunnelsAre("status", "up"));
    awaitUp();
    screen.line("the tunnels have new keys after %.2f s", since(killed));
    Streams.Outcome broken = streams.end();
    screen.line("%s", broken);
    screen.line("%s", broken.gaps(PER_SECOND));
    attribute(broken.lost(), unknown);
    if (!broken.oneGapEach()) {
      throw new Failed("packets were lost at more than one time: " + broken.gaps(PER_SECOND));
    }
    keysOfBefore(before);
    await("no child of before the crash is left", () -> replaced(before));
    keysOfBefore(before);
    screen.line("none of the keys of before is in use");
    streams.begin(PER_SECOND);
    Thread.sleep(500);
    noneLost(streams.end());
  }

  /** A key that was in use is never installed a second time: its sequence begins anew. */
  private void keysOfBefore(Set<String> spis) throws IOException, Failed {
    Set<String> installed = routers.metrics(left.side()).spis();
    if (installed.isEmpty()) {
      throw new Failed("the new agent names no SA in its metrics");
    }
    installed.removeIf(spi -> spis.stream().noneMatch(before -> before.endsWith(" " + spi)));
    if (!installed.isEmpty()) {
      throw new Failed("the new agent has SAs of before the crash: " + installed);
    }
  }

  /** What of the lost packets was counted; nobody counts while there is no router. */
  private void attribute(long lost, long unknownBefore) throws Failed {
    Metrics here = routers.metrics(left.side());
    long held = here.dropped("hold");
    long foreign = here.dropped("unknown_spi");
    long there = routers.metrics(right.side()).dropped("unknown_spi") - unknownBefore;
    long dead = lost - held - foreign - there;
    screen.line(
        "of %d lost, %d were held by the new agent, %d and %d came under keys that are no more, %d"
            + " met no router",
        lost, held, foreign, there, dead);
    if (held == 0 || dead < 0) {
      throw new Failed("the counters do not go with what was lost: " + here.text());
    }
  }

  /** The engine is the one bundle whose replacement costs new keys: IKE SAs are its own. */
  private void engine() throws IOException, InterruptedException, Failed {
    screen.step("Replacing the IKE engine of the left controller while the hosts send");
    Set<String> before = spis();
    streams.begin(PER_SECOND);
    left.console().update("keyway-ike-engine");
    await(
        "the new engine negotiates",
        () -> {
          for (String family : LabIntent.FAMILIES) {
            left.operate("initiate", "tunnel", LabIntent.tunnel(left.side(), family));
          }
          return left.tunnelsAre("status", "up");
        });
    awaitUp();
    await("no child of the former engine is left", () -> replaced(before));
    Thread.sleep(300);
    noneLost(streams.end());
    screen.line("both tunnels have new keys on a new IKE SA");
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  private void noneLost(Streams.Outcome outcome) throws Failed {
    screen.line("%s", outcome);
    if (outcome.lost() > 0) {
      StringBuilder drops = new StringBuilder();
      for (Side side : routers.sides()) {
        drops.append("\n").append(side.name()).append(": ");
        routers
            .metrics(side)
            .text()
            .lines()
            .filter(l -> l.startsWith("keyway_dropped_packets_total") && !l.endsWith(" 0"))
            .forEach(l -> drops.append(l).append("; "));
      }
      throw new Failed("packets were lost: " + outcome.gaps(PER_SECOND) + drops);
    }
  }

  private void judge(Wire wire) throws IOException, InterruptedException, Failed {
    screen.step("Looking at every frame that was on the wire between the routers");
    Wire.Verdict verdict = wire.end(options.payload());
    screen.line("%s", verdict.kinds());
    options.capture().ifPresent(d -> screen.line("they are in %s", d.resolve("wire.pcap")));
    if (!verdict.others().isEmpty()) {
      throw new Failed("in clear: " + new TreeSet<>(verdict.others()));
    }
    if (verdict.text()) {
      throw new Failed("what the hosts sent can be read on the wire");
    }
    int esp = verdict.kinds().getOrDefault("ESP", 0);
    screen.line(
        "0 in clear; %d packets arrived, each as one of %d ESP packets", streams.arrived(), esp);
    if (esp < streams.arrived()) {
      throw new Failed("fewer ESP packets than packets that arrived");
    }
  }

  private static String firstLine(String text) {
    return text.strip().lines().filter(l -> l.contains("loaded")).findFirst().orElse(text.strip());
  }

  private static void await(String what, Callable<Boolean> condition)
      throws InterruptedException, Failed {
    long end = System.nanoTime() + SOON.toNanos();
    String last = "";
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
        last = "";
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        // A bundle that is being replaced may take RESTCONF's answer with it.
        last = ": " + e;
      }
      if (System.nanoTime() > end) {
        throw new Failed("within " + SOON.toSeconds() + " s it did not happen that " + what + last);
      }
      Thread.sleep(50);
    }
  }

  /** What comes after the end, because a signal came amid a start, is taken down at once. */
  private <T extends Closeable> T owns(T thing) throws IOException {
    synchronized (opened) {
      if (!closed) {
        opened.push(thing);
        return thing;
      }
    }
    thing.close();
    throw new IOException("it was ended");
  }

  /** Takes everything down, the last first. */
  @Override
  public void close() {
    List<Closeable> all;
    synchronized (opened) {
      closed = true;
      all = new ArrayList<>(opened);
      opened.clear();
    }
    for (Closeable thing : all) {
      try {
        thing.close();
      } catch (IOException | RuntimeException e) {
        System.err.println("could not take down everything: " + e);
      }
    }
  }

  /** What each controller reports of itself, for who looks for a fault. */
  public Map<String, Path> homes() {
    return left == null || right == null
        ? Map.of()
        : Map.of("left", left.distribution().home(), "right", right.distribution().home());
  }
}
