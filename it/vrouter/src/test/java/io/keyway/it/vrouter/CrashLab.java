package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.stack.RouterController;
import io.keyway.it.kit.vrouter.AgentProcess;
import io.keyway.it.kit.vrouter.RouterLab;
import io.keyway.plane.vrouter.Recorder;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.Direction;
import io.keyway.protocol.vrouter.v1.PolicyAction;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Keyway with a real agent on the left, strongSwan on the right, and one tunnel between them. */
record CrashLab(
    RouterLab lab, AgentProcess agent, Recorder recorder, RouterController keyway, Peer peer)
    implements AutoCloseable {

  static final String TUNNEL = "net4";

  /** The tunnel is up. */
  static CrashLab open(Map<String, String> more) throws Exception {
    RouterLab lab = RouterLab.open();
    try {
      AgentProcess agent = lab.agent(lab.left());
      Peer peer = peer(lab);
      Recorder recorder = new Recorder();
      RouterController keyway =
          new RouterController(
              new RouterController.Parts(
                  "left", leaves(lab, more), lab.directory(), 1, Peer.KEY, recorder::around));
      lab.owns(keyway::close);
      keyway.configure(site(lab, keyway.plane.name()).snapshot(1, leaves(lab, more)));
      CrashLab made = new CrashLab(lab, agent, recorder, keyway, peer);
      made.awaitUp();
      return made;
    } catch (Exception | Error e) {
      lab.close();
      throw e;
    }
  }

  static Peer peer(RouterLab lab) {
    lab.kernelGateway(lab.right());
    Peer peer = lab.owns(new Peer(lab));
    peer.child(TUNNEL, lab.right().inner(), lab.left().inner());
    return peer.start();
  }

  static Map<String, String> leaves(RouterLab lab, Map<String, String> more) {
    Map<String, String> all = new java.util.HashMap<>(more);
    all.put("socket", lab.socket(lab.left()).toString());
    return all;
  }

  static LeftSite site(RouterLab lab, String plane) {
    return new LeftSite(plane)
        .gateway("right", lab.left().outer(), lab.right().outer())
        .tunnel(TUNNEL, "right", lab.left().inner(), lab.right().inner());
  }

  void await(String what, BooleanSupplier condition) {
    try {
      Await.until(what, condition);
    } catch (AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "; " + keyway + "\n" + agent.log() + "\n" + peer.log(), e);
    }
  }

  void awaitUp() {
    await("the tunnel is up", () -> keyway.plane.status().ready() && keyway.up(TUNNEL));
  }

  /** The SPI that outbound packets have, as the agent was last told; 0: they are held. */
  int spiOut() {
    return spiOut(recorder.changes());
  }

  static int spiOut(List<Change> changes) {
    int spi = 0;
    for (Change change : changes) {
      if (change.hasAddPolicy()
          && change.getAddPolicy().getPolicy().getDirection() == Direction.OUTBOUND) {
        spi = change.getAddPolicy().getPolicy().getSa().getSpi();
      }
    }
    return spi;
  }

  /** Up, and through another SA than this. */
  void awaitAnother(int spi) {
    await("protected by another SA", () -> keyway.up(TUNNEL) && spiOut() != 0 && spiOut() != spi);
  }

  /** After a restart a hold comes before any SA, and an SA before the policy that uses it. */
  static void assertHeldFirst(List<Change> after) {
    boolean held = false;
    Set<Integer> out = new HashSet<>();
    for (Change change : after) {
      if (change.hasAddPolicy()) {
        var policy = change.getAddPolicy().getPolicy();
        if (policy.getDirection() == Direction.OUTBOUND) {
          held |= policy.getAction() == PolicyAction.HOLD;
          if (policy.getAction() == PolicyAction.PROTECT) {
            assertThat(out).contains(policy.getSa().getSpi());
          }
        }
      } else if (change.hasAddSa()) {
        assertThat(held).as("held before any SA is added").isTrue();
        if (change.getAddSa().getSa().getId().getDirection() == Direction.OUTBOUND) {
          out.add(change.getAddSa().getSa().getId().getSpi());
        }
      }
    }
    assertThat(out).as("SAs of the new life").isNotEmpty();
  }

  void assertNoKeyTwice() {
    assertThat(recorder.installs()).extracting(Recorder.Install::print).doesNotHaveDuplicates();
  }

  @Override
  public void close() throws IOException {
    lab.close();
  }
}
