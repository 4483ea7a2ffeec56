package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Capture;
import io.keyway.it.kit.vrouter.RouterLab;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * host - Keyway's router - strongSwan - host: IKE by Keyway over the agent's packet stream, ESP by
 * DPDK on one side and by strongSwan's own code on the other.
 */
@Timeout(300)
@ExtendWith(Strongswan.NotRunHere.class)
class StrongswanIT {

  @Test
  void hostsReachEachOtherThroughTheTunnelAndANat() throws Exception {
    Strongswan.run(
        site -> {
          RouterLab lab = site.lab();
          lab.natInFrontOf(lab.left());
          site.tunnels();
          site.assertReachable();
        });
  }

  @Test
  void aPeerThatCrashedAndBeginsAnewReplacesItsSasAtOnce() throws Exception {
    Strongswan.run(
        site -> {
          RouterLab lab = site.lab();
          site.peer().with("remote_addrs", lab.left().outer());
          site.tunnels();
          site.assertReachable();
          String before = site.keyway().engine.snapshot().get(0).uid();

          // In its next life it is the one that begins, and says INITIAL_CONTACT.
          site.peer().childWith(Strongswan.V4, "start_action", "start");
          site.peer().childWith(Strongswan.V6, "start_action", "start");
          site.peer().crash();
          Await.until(
              "only the new IKE SA is left, with both children",
              () ->
                  site.keyway().engine.snapshot().size() == 1
                      && site.keyway().engine.snapshot().stream()
                          .allMatch(sa -> !sa.uid().equals(before) && sa.children().size() == 2)
                      && site.keyway().up(Strongswan.V4)
                      && site.keyway().up(Strongswan.V6));
          site.assertReachable();
          Await.until(
              "the router has the SAs of two children, and no others",
              () -> site.installed().size() == 4);
        });
  }

  @Test
  @ExtendWith(NotRun.Long.class)
  void aTunnelOverIpv6GoesOnWhileOneOverIpv4IsCutAndComesBack() throws Exception {
    Strongswan.run(
        site -> {
          RouterLab lab = site.lab();
          RouterLab.Side left = lab.left();
          RouterLab.Side right = lab.right();
          Capture wire =
              lab.owns(
                  Capture.start(lab.transit(), "left", lab.directory().resolve("left.pcap"), 128));
          site.peer()
              .with("local_addrs", right.outer() + "," + right.outer6())
              .with("unique", "never")
              .child(Strongswan.V4, right.inner(), left.inner())
              .child(Strongswan.V6, right.inner6(), left.inner6())
              .start();
          site.configure(
              site.site()
                  .dpd(2)
                  .gateway("over4", left.outer(), right.outer())
                  .gateway("over6", left.outer6(), right.outer6())
                  .tunnel(Strongswan.V4, "over4", left.inner(), right.inner())
                  .tunnel(Strongswan.V6, "over6", left.inner6(), right.inner6()));
          site.awaitUp(Strongswan.V4);
          site.awaitUp(Strongswan.V6);
          site.assertReachable();
          Map<String, Long> before = Drops.now(lab);

          Streams streams = Streams.start(lab, 40, 100, true);
          lab.transit().run("nft", "add", "table", "ip", "cut").orFail();
          lab.transit()
              .run(
                  "nft",
                  "add chain ip cut gone { type filter hook forward priority 0; policy drop; }")
              .orFail();
          Await.until("the peer is missed", () -> !site.keyway().up(Strongswan.V4));
          assertThat(site.ping(left.host(), right.hostAddress())).isFalse();
          assertThat(Drops.since(before, lab)).containsKey(Drops.AGENT + "hold");
          lab.transit().run("nft", "delete", "table", "ip", "cut").orFail();
          site.awaitUp(Strongswan.V4);
          assertThat(site.ping(left.host(), right.hostAddress())).isTrue();

          for (JsonObject received : streams.results()) {
            JsonObject small = received.getAsJsonObject("small");
            assertThat(small.get("received").getAsInt())
                .as("of the tunnel over IPv6: %s", received)
                .isEqualTo(small.get("sent").getAsInt())
                .isEqualTo(4000);
          }
          wire.complete();
          assertThat(Wire.of(wire).protocols().keySet()).isSubsetOf(Strongswan.PROTECTED);
          assertThat(Wire.inClear(wire, Streams.MARK)).isFalse();
        });
  }
}
