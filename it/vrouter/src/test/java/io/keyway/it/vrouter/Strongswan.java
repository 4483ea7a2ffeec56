package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.CharonDaemon;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.stack.RouterController;
import io.keyway.it.kit.vrouter.AgentProcess;
import io.keyway.it.kit.vrouter.RouterLab;
import io.keyway.plane.support.settings.SettingsException;
import io.keyway.plane.vrouter.agent.Agent;
import io.keyway.plane.vrouter.agent.AgentException;
import io.keyway.plane.vrouter.agent.GrpcConnector;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Keyway with a real agent on the left of a lab, strongSwan on the right. */
record Strongswan(
    RouterLab lab, AgentProcess agent, Recorder recorder, RouterController keyway, Peer peer)
    implements AutoCloseable {

  static final String V4 = "net4";
  static final String V6 = "net6";

  /** What may be on the wire between gateways, as tshark names it. */
  static final Set<String> PROTECTED =
      Set.of(
          "eth:ethertype:arp",
          // Routers and neighbours, and who listens to them.
          "eth:ethertype:ipv6:icmpv6 133",
          "eth:ethertype:ipv6:icmpv6 134",
          "eth:ethertype:ipv6:icmpv6 135",
          "eth:ethertype:ipv6:icmpv6 136",
          "eth:ethertype:ipv6:ipv6.hopopts:icmpv6 143",
          "eth:ethertype:ip:udp:isakmp",
          "eth:ethertype:ip:udp:udpencap",
          "eth:ethertype:ip:udp:udpencap:isakmp",
          "eth:ethertype:ip:udp:udpencap:esp",
          "eth:ethertype:ip:esp",
          "eth:ethertype:ipv6:udp:isakmp",
          "eth:ethertype:ipv6:udp:udpencap",
          "eth:ethertype:ipv6:udp:udpencap:isakmp",
          "eth:ethertype:ipv6:udp:udpencap:esp",
          "eth:ethertype:ipv6:esp");

  private static final List<String> TOOLS =
      List.of(
          CharonDaemon.PROGRAM,
          CharonDaemon.PLUGINS + "/libstrongswan-kernel-libipsec.so",
          "/usr/sbin/swanctl",
          "/usr/bin/tshark",
          "/usr/bin/tcpdump",
          "/usr/bin/python3",
          "/usr/bin/curl",
          "/usr/bin/ping");

  /** What this machine lacks for it, or empty. */
  static Optional<String> obstacle() {
    if (!Files.exists(Path.of("/dev/net/tun"))) {
      return Optional.of("/dev/net/tun is missing, so strongSwan's ESP cannot run");
    }
    return TOOLS.stream()
        .filter(tool -> !Files.exists(Path.of(tool)))
        .findFirst()
        .map(
            tool ->
                tool
                    + " is missing; apt-get install strongswan-charon strongswan-swanctl"
                    + " libcharon-extra-plugins libstrongswan-standard-plugins"
                    + " libstrongswan-extra-plugins tshark tcpdump python3 curl iputils-ping");
  }

  /** For tests that need strongSwan besides the agent and its lab. */
  static final class NotRunHere extends NotRun {
    NotRunHere() {
      super(Strongswan::obstacle);
    }
  }

  /** A test. */
  interface Story {
    void tell(Strongswan site) throws Exception;
  }

  /**
   * Opens a lab for a test; of one that fails, what was written is kept with the build's results.
   */
  static void run(Story story) throws Exception {
    try (Strongswan site = open()) {
      try {
        story.tell(site);
      } catch (Exception | Error e) {
        Path kept = Path.of("target", "strongswan", site.lab().directory().getFileName() + "");
        site.lab().keepLogs(kept);
        System.err.println("logs of the failed test: " + kept.toAbsolutePath());
        throw e;
      }
    }
  }

  private static Strongswan open() throws Exception {
    RouterLab lab = RouterLab.open();
    try {
      AgentProcess agent = lab.agent(lab.left());
      lab.kernelGateway(lab.right());
      Peer peer = lab.owns(new Peer(lab));
      Recorder recorder = new Recorder();
      RouterController keyway =
          new RouterController(
              RouterController.Parts.socket(
                      "left", lab.socket(lab.left()), lab.directory(), Peer.KEY)
                  .watched(recorder::watch));
      lab.owns(keyway::close);
      return new Strongswan(lab, agent, recorder, keyway, peer);
    } catch (Exception | Error e) {
      lab.close();
      throw e;
    }
  }

  /** A tunnel for each IP version, over IPv4, up and protecting on both sides. */
  void tunnels() {
    peer.child(V4, lab.right().inner(), lab.left().inner());
    peer.child(V6, lab.right().inner6(), lab.left().inner6());
    peer.start();
    configure(
        site()
            .gateway("right", lab.left().outer(), lab.right().outer())
            .tunnel(V4, "right", lab.left().inner(), lab.right().inner())
            .tunnel(V6, "right", lab.left().inner6(), lab.right().inner6()));
    awaitUp(V4);
    awaitUp(V6);
  }

  LeftSite site() {
    return new LeftSite(keyway.plane.name());
  }

  void configure(LeftSite site) {
    keyway.configure(
        site.snapshot(
            keyway.intents.snapshot().version() + 1,
            Map.of("socket", lab.socket(lab.left()).toString())));
  }

  /** A connection of the test's own, which looks and changes nothing. */
  Agent observer() throws AgentException, SettingsException {
    Agent own =
        new GrpcConnector(
                VrouterSettings.parse(
                    "observer", Map.of("socket", lab.socket(lab.left()).toString())))
            .open();
    lab.owns(own::close);
    return own;
  }

  /** The SAs that the router has now. */
  List<SnapshotSa> installed() {
    try (Agent own = observer()) {
      return own.snapshot(true).get(30, TimeUnit.SECONDS).sas();
    } catch (Exception e) {
      throw new AssertionError("no snapshot of the agent", e);
    }
  }

  void awaitUp(String tunnel) {
    try {
      Await.until(tunnel + " is up", () -> keyway.up(tunnel));
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "; " + keyway + "\n" + agent.log() + "\n" + peer.log(), e);
    }
  }

  /** Whether one of a few pings is answered; the first may wait for a neighbour to be found. */
  boolean ping(NetNs from, String to) {
    return from.run("ping", "-c", "3", "-i", "0.3", "-W", "2", to).output().contains(" 0% packet");
  }

  /** Each host reaches the other, over both IP versions. */
  void assertReachable() {
    RouterLab.Side left = lab.left();
    RouterLab.Side right = lab.right();
    assertThat(ping(left.host(), right.hostAddress())).isTrue();
    assertThat(ping(left.host(), right.hostAddress6())).isTrue();
    assertThat(ping(right.host(), left.hostAddress())).isTrue();
    assertThat(ping(right.host(), left.hostAddress6())).isTrue();
  }

  @Override
  public void close() throws IOException {
    lab.close();
  }
}
