package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject.StartAction;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Capture;
import io.keyway.it.kit.vrouter.RouterLab;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What packets of hosts and peers make the router tell, and Keyway do about it. */
@Timeout(300)
@ExtendWith(Strongswan.NotRunHere.class)
class StrongswanTrafficIT {

  @Test
  void aPacketStartsATunnelAndStartsItAgainAfterThePeerEndedIt() throws Exception {
    Strongswan.run(
        site -> {
          RouterLab lab = site.lab();
          RouterLab.Side left = lab.left();
          RouterLab.Side right = lab.right();
          Capture wire =
              lab.owns(
                  Capture.start(lab.transit(), "left", lab.directory().resolve("left.pcap"), 128));
          site.peer().child(Strongswan.V4, right.inner(), left.inner()).start();
          site.configure(
              site.site()
                  .starting(StartAction.TRAP)
                  .gateway("right", left.outer(), right.outer())
                  .tunnel(Strongswan.V4, "right", left.inner(), right.inner()));
          awaitTrapped(site);
          assertThat(site.installed()).isEmpty();
          assertThat(site.peer().sas()).isBlank();

          awaitPing(site);
          assertThat(site.keyway().up(Strongswan.V4)).isTrue();
          site.peer().swanctl("--terminate", "--ike", Peer.CONNECTION).orFail();
          awaitTrapped(site);
          awaitPing(site);
          assertThat(site.keyway().up(Strongswan.V4)).isTrue();

          wire.complete();
          assertThat(Wire.of(wire).protocols().keySet()).isSubsetOf(Strongswan.PROTECTED);
        });
  }

  @Test
  void aPeerWhoseNatGaveItAnotherPortIsFollowedWithItsSasAsTheyAre() throws Exception {
    Strongswan.run(
        site -> {
          RouterLab lab = site.lab();
          RouterLab.Side left = lab.left();
          RouterLab.Side right = lab.right();
          String seenAs = lab.natInFrontOf(right);
          site.peer()
              .with("remote_addrs", left.outer())
              .child(Strongswan.V4, right.inner(), left.inner())
              .childWith(Strongswan.V4, "start_action", "start");
          site.configure(
              site.site()
                  .starting(StartAction.NONE)
                  .gateway("right", left.outer(), seenAs)
                  .tunnel(Strongswan.V4, "right", left.inner(), right.inner()));
          site.peer().start();
          site.awaitUp(Strongswan.V4);
          awaitPing(site);
          Set<Integer> spis = spis(site);
          int before = port(site);

          // A NAT forgets what it mapped to an address that it loses.
          lab.transit().ip("address", "del", seenAs + "/24", "dev", left.name());
          lab.transit().ip("address", "add", seenAs + "/24", "dev", left.name());
          Await.until(
              "the SAs go where the peer's packets come from now",
              () -> {
                right.host().run("ping", "-c", "1", "-W", "1", left.hostAddress());
                return port(site) != before;
              });
          awaitPing(site);
          assertThat(site.ping(right.host(), left.hostAddress())).isTrue();
          assertThat(spis(site)).isEqualTo(spis);
          assertThat(site.keyway().engine.snapshot()).hasSize(1);
        });
  }

  private static void awaitTrapped(Strongswan site) {
    Await.until(
        "a packet would start the tunnel",
        () ->
            site.keyway().tunnels.statuses().stream()
                .anyMatch(s -> s.phase() == TunnelStatus.Phase.TRAPPED));
  }

  /** The first packets of a tunnel that they start are lost. */
  private static void awaitPing(Strongswan site) {
    RouterLab lab = site.lab();
    Await.until(
        "the hosts reach each other",
        () -> site.ping(lab.left().host(), lab.right().hostAddress()));
  }

  private static Set<Integer> spis(Strongswan site) {
    return site.installed().stream()
        .map(sa -> sa.getSa().getId().getSpi())
        .collect(Collectors.toSet());
  }

  /** The peer's, as the outbound SA has it. */
  private static int port(Strongswan site) {
    return site.installed().stream()
        .map(SnapshotSa::getSa)
        .filter(sa -> sa.getId().getDirection() == Direction.OUTBOUND)
        .mapToInt(sa -> sa.getEndpoints().getRemotePort())
        .findFirst()
        .orElseThrow();
  }
}
