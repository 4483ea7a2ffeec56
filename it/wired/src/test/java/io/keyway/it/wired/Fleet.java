package io.keyway.it.wired;

import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.api.tunnel.TunnelStatus.Phase;
import io.keyway.emulator.infrap4d.pipeline.Counter;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Many tunnels between two sites: some gateways, each with an address of its own at either end and
 * as many tunnels as every other. Site a begins, site b answers.
 *
 * <p>Tunnel {@code n} runs between {@link #hostA} and {@link #hostB}. Gateway {@code i} of site a
 * has address {@link #NET_A} + i.
 */
final class Fleet {

  /** Where the gateways of the two sites lie; a {@link Site} of a fleet is made with /24 of it. */
  static final String NET_A = "127.0.31.";

  static final String NET_B = "127.0.32.";

  private final Site a;
  private final Site b;
  private final int gateways;
  private final int each;
  private final int portA;
  private final int portB;

  Fleet(Site a, Site b, int gateways, int each) throws IOException {
    this.a = a;
    this.b = b;
    this.gateways = gateways;
    this.each = each;
    this.portA = freePort(NET_A, gateways);
    this.portB = freePort(NET_B, gateways);
  }

  private Fleet(Site a, Fleet like) {
    this.a = a;
    this.b = like.b;
    this.gateways = like.gateways;
    this.each = like.each;
    this.portA = like.portA;
    this.portB = like.portB;
  }

  /** The same tunnels, where site a has begun another life. */
  Fleet with(Site anotherA) {
    return new Fleet(anotherA, this);
  }

  /** A port that is free on every address. */
  private static int freePort(String net, int count) throws IOException {
    for (int attempt = 0; attempt < 50; attempt++) {
      List<DatagramSocket> sockets = new ArrayList<>();
      try {
        int port = 0;
        for (int i = 1; i <= count; i++) {
          DatagramSocket socket = new DatagramSocket(new InetSocketAddress(net + i, port));
          sockets.add(socket);
          port = socket.getLocalPort();
        }
        return port;
      } catch (IOException e) {
        // Taken on one of them; another port is tried.
      } finally {
        sockets.forEach(DatagramSocket::close);
      }
    }
    throw new IOException("no port is free on " + net + "1 to " + net + count);
  }

  int size() {
    return gateways * each;
  }

  static String hostA(int tunnel) {
    return "10.1." + tunnel / 250 + "." + (1 + tunnel % 250);
  }

  static String hostB(int tunnel) {
    return "10.2." + tunnel / 250 + "." + (1 + tunnel % 250);
  }

  static String tunnelName(int tunnel) {
    return String.format("t-%04d", tunnel);
  }

  // ---- configuration ------------------------------------------------------------------------

  /** Site b first, so that it is held and ready when site a asks. */
  void configure() {
    configureB(size());
    awaitHeld(b);
    configureA(size());
  }

  void configureA(int tunnels) {
    configure(a, tunnels, true);
  }

  void configureB(int tunnels) {
    configure(b, tunnels, false);
  }

  private void configure(Site site, int tunnels, boolean begins) {
    List<Gateway> all = new ArrayList<>();
    List<Tunnel> wanted = new ArrayList<>();
    Config first = config(1, begins);
    for (int i = 1; i <= gateways; i++) {
      Gateway like = config(i, begins).gateway();
      all.add(
          new Gateway(
              "gw-" + i,
              like.ikePolicy(),
              like.localAddress(),
              like.remoteAddress(),
              like.localPort(),
              like.remotePort(),
              like.dataPlane(),
              like.authentication()));
    }
    for (int n = 0; n < tunnels; n++) {
      Tunnel like =
          begins
              ? first.tunnel(tunnelName(n), hostA(n), hostB(n))
              : first.tunnel(tunnelName(n), hostB(n), hostA(n));
      wanted.add(
          new Tunnel(
              like.name(),
              "gw-" + (1 + n % gateways),
              like.childPolicy(),
              true,
              like.localTs(),
              like.remoteTs(),
              like.whenDisabled()));
    }
    site.configure(first.ike(), first.child(), all, wanted);
  }

  private Config config(int gateway, boolean begins) {
    return begins
        ? new Config(
            NET_A + gateway, NET_B + gateway, portA, portB, StartAction.START, a.plane.name())
        : new Config(
            NET_B + gateway, NET_A + gateway, portB, portA, StartAction.NONE, b.plane.name());
  }

  /** Takes every tunnel out of the configuration of both sites, and waits until nothing is left. */
  void removeEverything(Duration limit) {
    removeEverything(limit, Map.of());
  }

  /** The same where others have rows on the device of site a, which stay. */
  void removeEverything(Duration limit, Map<String, Integer> others) {
    configureA(0);
    configureB(0);
    for (Site site : List.of(a, b)) {
      Await.until(
          "nothing is left at " + site.name,
          limit,
          () ->
              site.contents().equals(site == a ? others : Map.of())
                  && site.sad.entries().isEmpty()
                  && site.spd.entries().isEmpty(),
          () ->
              site.contents()
                  + ", "
                  + site.sad.entries().size()
                  + " SAs and "
                  + site.spd.entries().size()
                  + " claims in the databases");
    }
  }

  // ---- what there is ------------------------------------------------------------------------

  void awaitHeld(Site site) {
    Await.until(
        "all tunnels of " + site.name + " are held",
        Duration.ofSeconds(30),
        () -> site.tunnels.statuses().stream().filter(TunnelStatus::held).count() == size(),
        () -> summary(site));
  }

  /** Every tunnel is up on both sites. */
  void awaitUp(Duration limit) {
    for (Site site : List.of(a, b)) {
      Await.until(
          "all tunnels of " + site.name + " are up",
          limit,
          () -> up(site) == size(),
          () -> summary(site));
    }
  }

  static long up(Site site) {
    return site.tunnels.statuses().stream().filter(s -> s.phase() == Phase.UP).count();
  }

  /** Only one pair for each tunnel is left on both devices. */
  void awaitOnePairEach(Duration limit) {
    for (Site site : List.of(a, b)) {
      Await.until(
          "one pair a tunnel at " + site.name,
          limit,
          () ->
              site.sad.entries().size() == 2 * size()
                  && site.device.device().sas().size() == 2 * size(),
          () ->
              site.sad.entries().size()
                  + " in the SAD, "
                  + site.device.device().sas().size()
                  + " on the device, "
                  + summary(site));
    }
  }

  /** Phases and reasons with how many tunnels have them: 400 whole statuses nobody reads. */
  static String summary(Site site) {
    Map<String, Long> phases =
        site.tunnels.statuses().stream()
            .collect(
                Collectors.groupingBy(
                    s -> s.phase() + (s.held() ? " held " : " ") + s.reason(),
                    TreeMap::new,
                    Collectors.counting()));
    return phases + " " + site.plane.status() + " " + site.engine.counters();
  }

  /** Uid of the present child of each tunnel of a site. */
  static Map<String, String> children(Site site) {
    return site.tunnels.statuses().stream()
        .filter(s -> s.children().size() == 1)
        .collect(Collectors.toMap(TunnelStatus::name, s -> s.children().get(0).uid()));
  }

  static Set<String> ikeSas(Site site) {
    return site.engine.snapshot().stream().map(IkeSaStatus::uid).collect(Collectors.toSet());
  }

  /** How often a key was installed that had been installed before. */
  long keysTwice() {
    Function<Site, Long> twice =
        site ->
            site.count(Counter.OUTBOUND_KEY_REINSTALLS)
                + site.count(Counter.INBOUND_KEY_REINSTALLS);
    return twice.apply(a) + twice.apply(b);
  }
}
