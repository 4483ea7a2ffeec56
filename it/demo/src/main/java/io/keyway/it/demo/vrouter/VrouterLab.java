package io.keyway.it.demo.vrouter;

import io.keyway.it.kit.vrouter.RouterLab.Side;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * {@code ./keyway vrouter}: two routers and two hosts in network namespaces, for a controller of
 * the user's own. Stays until it is ended, and takes everything down.
 */
public final class VrouterLab {

  static final String USAGE =
      """
      usage: ./keyway vrouter [--once]

        two DPDK routers in network namespaces with a host behind each; stays until Ctrl-C
        --once   start, look whether everything answers, and end
      """;

  /** Exit status where this machine cannot run routers. */
  static final int CANNOT = 3;

  private final PrintStream out;
  private final Routers routers;

  private VrouterLab(PrintStream out, Routers routers) {
    this.out = out;
    this.routers = routers;
  }

  public static void main(String[] arguments) throws InterruptedException {
    List<String> words = List.of(arguments);
    if (!words.isEmpty() && !words.equals(List.of("--once"))) {
      System.err.println("keyway vrouter: unknown option " + words.get(0));
      System.err.print(USAGE);
      System.exit(2);
    }
    Optional<String> obstacle = Routers.obstacle();
    if (obstacle.isPresent()) {
      System.err.println("keyway vrouter: it cannot run here: " + obstacle.get());
      System.exit(CANNOT);
    }
    System.exit(run(words.contains("--once")));
  }

  private static int run(boolean once) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch cleaned = new CountDownLatch(1);
    // Before anything is made: a signal amid the start takes down as much as there is.
    Thread hook = new Thread(() -> end(ended, cleaned), "end");
    Runtime.getRuntime().addShutdownHook(hook);
    int status;
    try (Routers routers = Routers.start()) {
      status = new VrouterLab(System.out, routers).run(once, ended);
    } catch (IOException | RuntimeException e) {
      // What a signal ended has nothing to complain about.
      if (ended.getCount() > 0) {
        System.err.println("keyway vrouter: " + e.getMessage());
      }
      status = 1;
    } finally {
      cleaned.countDown();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is what ended it, and has done its work.
    }
    return status;
  }

  private int run(boolean once, CountDownLatch ended) throws IOException, InterruptedException {
    if (ended.getCount() == 0) {
      return 1;
    }
    boolean good = show();
    if (once) {
      out.println(good ? "Everything answers." : "Not everything answers.");
      return good ? 0 : 1;
    }
    out.println("\nCtrl-C takes everything down.");
    out.flush();
    stay(ended);
    return 0;
  }

  /** A signal: the main thread takes everything down while the virtual machine waits here. */
  private static void end(CountDownLatch ended, CountDownLatch cleaned) {
    ended.countDown();
    try {
      cleaned.await(30, java.util.concurrent.TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until the end, or until a router dies, which is told and left for the user to look at. */
  private void stay(CountDownLatch ended) throws InterruptedException {
    boolean told = false;
    while (!ended.await(1, java.util.concurrent.TimeUnit.SECONDS)) {
      for (Side side : routers.sides()) {
        if (!told && !routers.agentOf(side).alive()) {
          told = true;
          out.println("The agent of the " + side.name() + " router is gone; its log: " + log(side));
          out.flush();
        }
      }
    }
  }

  private Path log(Side side) {
    return routers.lab().directory().resolve(side.name() + "-agent/agent.log");
  }

  private boolean show() throws IOException {
    out.printf(
        """
        Two routers and two hosts run, each in a network namespace:

            host ---- router ---- wire ---- router ---- host
            %s            %s            %s

        """,
        routers.lab().left().host().name(),
        routers.lab().transit().name(),
        routers.lab().right().host().name());
    boolean good = true;
    for (Side side : routers.sides()) {
      good &= show(side);
    }
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    write(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    Side left = routers.lab().left();
    Side right = routers.lab().right();
    out.printf(
        """

        Nothing passes until a controller brings policies. Once it did:

            ip netns exec %s ping %s
            ip netns exec %s ping %s
            ip netns exec %s tcpdump -n -i %s        # what is on the wire
        """,
        left.host().name(),
        right.hostAddress(),
        right.host().name(),
        left.hostAddress6(),
        routers.lab().transit().name(),
        left.name());
    return good;
  }

  private boolean show(Side side) {
    out.printf(
        """
        %s:
            host     %-14s %s, %s
            router   %-14s %s, %s inside; %s, %s outside
            agent    process %d, socket %s
            metrics  ip netns exec %s curl -s %s
            log      %s
        """,
        side.name(),
        side.host().name(),
        side.hostAddress(),
        side.hostAddress6(),
        side.gateway().name(),
        side.gatewayAddress(),
        side.gatewayAddress6(),
        side.outer(),
        side.outer6(),
        routers.agentOf(side).pid(),
        routers.lab().socket(side),
        side.gateway().name(),
        routers.metricsUrl(),
        log(side));
    boolean good =
        routers.answers(side) && routers.metrics(side).sum("keyway_policies_complete") == 0;
    out.println("    " + (good ? "answers its host" : "DOES NOT ANSWER its host"));
    return good;
  }

  private void write(String secret) throws IOException {
    LabIntent intent = new LabIntent(routers.lab());
    Path directory = routers.lab().directory();
    Path yaml = directory.resolve("lab.yaml");
    Path json = directory.resolve("lab.json");
    Files.writeString(yaml, intent.yaml(routers.sides(), secret));
    Files.writeString(json, intent.json(routers.sides()) + "\n");
    for (Side side : routers.sides()) {
      Path own = directory.resolve(side.name() + ".yaml");
      Files.writeString(own, intent.yaml(List.of(side), secret));
    }
    out.printf(
        """

        For one controller that drives both routers (./keyway run, as root, in another terminal):

            ./keyway console ipsec:load %s
            ./keyway console ipsec:planes        # until both are READY
            ./keyway console ipsec:initiate %s
            ./keyway console ipsec:initiate %s

        The same by RESTCONF, after put-secret %s: PUT %s
        to /rests/data/keyway-ipsec:ipsec. For two controllers, one for each router: %s and
        %s beside it. The file:

        """,
        yaml,
        LabIntent.tunnel(routers.lab().left(), "v4"),
        LabIntent.tunnel(routers.lab().left(), "v6"),
        LabIntent.SECRET,
        json,
        directory.resolve("left.yaml"),
        "right.yaml");
    out.print(Files.readString(yaml).indent(4));
  }
}
