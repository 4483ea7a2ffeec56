package io.keyway.it.vrouter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.sa.Usage;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Capture;
import io.keyway.it.kit.lab.NetNs;
import io.keyway.it.kit.lab.Tshark;
import io.keyway.it.kit.vrouter.RouterLab;
import io.keyway.protocol.vrouter.v1.AddSa;
import io.keyway.protocol.vrouter.v1.Direction;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A minute of traffic while keys change every few seconds: both IP versions, both ends in turn as
 * the one that begins and sometimes both at once, with a NAT between them.
 */
@Timeout(300)
@ExtendWith(Strongswan.NotRunHere.class)
class StrongswanRekeyIT {

  private static final int SECONDS = 60;
  private static final int RATE = 200;
  private static final int TURN_SECONDS = 3;
  private static final int BOTH_AT_ONCE = 8;
  private static final int IKE_BY_US = 5;
  private static final int IKE_BY_THEM = 12;
  private static final int SAMPLE = 2;
  private static final Duration CALL = Duration.ofSeconds(20);

  /** No packet may be lost for one of these: keys that change would be the cause. */
  private static final Set<String> OF_A_REKEY =
      Set.of(
          "no_policy",
          "hold",
          "trap",
          "discard",
          "policies_incomplete",
          "clear_for_protected",
          "no_sa",
          "sa_expired",
          "unknown_spi",
          "encapsulation",
          "replay",
          "integrity",
          "esp_malformed",
          "selectors",
          "inbound_policy");

  @Test
  void aMinuteOfRekeysLosesNothingAndNothingGoesInClear() throws Exception {
    Strongswan.run(this::aMinute);
  }

  private void aMinute(Strongswan site) throws Exception {
    RouterLab lab = site.lab();
    lab.natInFrontOf(lab.left());
    Capture left = capture(lab, lab.transit(), lab.left().name(), "left", 128);
    Capture right = capture(lab, lab.transit(), lab.right().name(), "right", 128);
    site.tunnels();
    long ike = site.keyway().engine.snapshot().get(0).initiatorSpi();
    Ledger ledger = new Ledger(site.observer(), site.peer());
    Map<String, Long> before = Drops.now(lab);
    Streams streams = Streams.start(lab, SECONDS, RATE);
    Samples samples = rekeys(site, streams, ledger);
    List<JsonObject> results = streams.results();
    Map<String, Long> drops = Drops.since(before, lab);
    ledger.finish(site.recorder());

    System.out.println(results + ", " + streams.bulk() + ", dropped " + drops);
    assertNothingWasLostByARekey(results, drops, site.peer());
    assertBulkWentThrough(streams.bulk());
    assertThat(site.keyway().engine.snapshot())
        .singleElement()
        .satisfies(sa -> assertThat(sa.initiatorSpi()).as("the IKE SA is new").isNotEqualTo(ike))
        .satisfies(sa -> assertThat(sa.natLocal()).isTrue());
    Wire near = Wire.of(left.complete());
    Wire far = Wire.of(right.complete());
    for (Wire wire : List.of(near, far)) {
      assertThat(wire.protocols().keySet()).isSubsetOf(Strongswan.PROTECTED);
    }
    assertThat(Wire.inClear(samples.inside(), Streams.MARK)).as("on the host's side").isTrue();
    assertThat(Wire.inClear(left, Streams.MARK)).isFalse();
    assertThat(Wire.inClear(right, Streams.MARK)).isFalse();
    assertBothEndsCountedTheSame(ledger, near, far, drops);
    assertTunnelsCountedWhatTheirSasDid(site, ledger, drops);
    assertThat(ledger.ours()).as("SAs of both directions").hasSizeGreaterThan(60);
    assertOpenWithTheKeys(lab, samples.outside(), site.recorder().added());
  }

  /** Whole frames of a few seconds, on either side of the router. */
  private record Samples(Capture inside, Capture outside) {
    static Samples start(RouterLab lab) {
      return new Samples(
          capture(lab, lab.left().host(), RouterLab.HOST_DEVICE, "inside", 0),
          // What a gateway on DPDK sends is only seen where it arrives.
          capture(lab, lab.transit(), lab.left().name(), "outside", 0));
    }

    void complete() {
      inside.complete();
      outside.complete();
    }
  }

  private static Capture capture(RouterLab lab, NetNs ns, String device, String name, int octets) {
    Path file = lab.directory().resolve(name + ".pcap");
    return lab.owns(Capture.start(ns, device, file, octets));
  }

  /** Every few seconds, each end in its turn. */
  private static Samples rekeys(Strongswan site, Streams streams, Ledger ledger) throws Exception {
    Samples samples = null;
    long begin = System.nanoTime();
    for (int turn = 0; streams.running(); turn++) {
      if (turn == SAMPLE) {
        samples = Samples.start(site.lab());
      }
      if (TURN_SECONDS * (turn + 1) < SECONDS) {
        turn(site, turn);
      }
      long end = begin + TimeUnit.SECONDS.toNanos(TURN_SECONDS * (turn + 1L));
      while (System.nanoTime() < end && streams.running()) {
        ledger.look();
        Thread.sleep(200);
      }
      if (turn == SAMPLE) {
        samples.complete();
      }
    }
    return samples;
  }

  private static void turn(Strongswan site, int turn) throws Exception {
    boolean ours = turn % 2 == 0;
    List<CompletionStage<ChildResult>> calls = new ArrayList<>();
    // A rekey of the IKE SA has its turn alone: peers may refuse what comes at the same time.
    if (turn == IKE_BY_US) {
      String uid = site.keyway().engine.snapshot().get(0).uid();
      calls.add(site.keyway().engine.rekey(new Selection.IkeUid(uid), CALL));
    } else if (turn == IKE_BY_THEM) {
      site.peer().rekeyIke();
    } else {
      for (String child : List.of(Strongswan.V4, Strongswan.V6)) {
        if (ours || turn == BOTH_AT_ONCE) {
          calls.add(site.keyway().tunnels.rekey(child, CALL));
        }
        if (!ours || turn == BOTH_AT_ONCE) {
          site.peer().rekeyChild(child);
        }
      }
    }
    for (CompletionStage<ChildResult> call : calls) {
      ChildResult result = call.toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(result.outcome().done()).as("%s", result.outcome()).isTrue();
    }
  }

  private static void assertNothingWasLostByARekey(
      List<JsonObject> results, Map<String, Long> drops, Peer peer) {
    long small = 0;
    long large = 0;
    for (JsonObject received : results) {
      small += lost(received.getAsJsonObject("small"), SECONDS * RATE);
      large += lost(received.getAsJsonObject("large"), SECONDS);
    }
    for (String reason : OF_A_REKEY) {
      assertThat(drops).as("losses by rekeys").doesNotContainKey(Drops.AGENT + reason);
    }
    assertThat(peer.log())
        .doesNotContain("no matching outbound", "no matching inbound", "verification failed");
    // Hosts forget the path MTU now and then; of what is too big then they are told.
    long tooBig = drops.getOrDefault(Drops.AGENT + "too_big", 0L);
    long others = drops.values().stream().mapToLong(Long::longValue).sum() - tooBig;
    assertThat(small).as("lost, while counters say %s", drops).isLessThanOrEqualTo(others);
    assertThat(large).as("lost, while counters say %s", drops).isLessThanOrEqualTo(others + tooBig);
    assertThat(small + large).as("lost of 48 240, by full queues %s", drops).isLessThan(100);
  }

  private static long lost(JsonObject received, int sent) {
    assertThat(received.get("sent").getAsInt()).isEqualTo(sent);
    assertThat(received.get("twice").getAsInt()).as("%s", received).isZero();
    return sent - received.get("received").getAsInt();
  }

  private static void assertBulkWentThrough(List<JsonObject> bulk) {
    assertThat(bulk).hasSize(2);
    for (JsonObject family : bulk) {
      assertThat(family.has("error")).as("%s", family).isFalse();
      assertThat(family.get("transfers").getAsInt()).as("%s", family).isGreaterThan(5);
    }
  }

  /**
   * Of every SA that there was. What strongSwan encrypted with an SA that it replaced itself it
   * forgets with that, so there its sequence numbers say it.
   */
  private static void assertBothEndsCountedTheSame(
      Ledger ledger, Wire near, Wire far, Map<String, Long> drops) {
    // One of two that both ends make at once may have been one end's only; it carried nothing.
    Ledger.Count none = new Ledger.Count(0, 0);
    Set<String> all = new TreeSet<>(ledger.ours().keySet());
    all.addAll(ledger.theirs().keySet());
    int equal = 0;
    long overflow = 0;
    for (String sa : all) {
      String spi = sa.substring(0, 8);
      Ledger.Count ours = ledger.ours().getOrDefault(sa, none);
      Ledger.Count theirs = ledger.theirs().getOrDefault(sa, none);
      assertThat(theirs.packets()).as(sa).isLessThanOrEqualTo(ours.packets());
      boolean out = Ledger.isSentByUs(sa);
      overflow += out ? ours.packets() - theirs.packets() : 0;
      equal += theirs.equals(ours) ? 1 : 0;
      Wire sender = out ? near : far;
      assertThat(sender.highest().getOrDefault(spi, 0L)).as(sa).isEqualTo(ours.packets());
      assertThat(near.frames().getOrDefault(spi, 0L)).as(sa).isEqualTo(ours.packets());
    }
    long queues =
        drops.entrySet().stream()
            .filter(drop -> drop.getKey().startsWith("right gateway "))
            .mapToLong(Map.Entry::getValue)
            .sum();
    assertThat(overflow).as("sent, and not seen by strongSwan").isLessThanOrEqualTo(queues);
    assertThat(equal).as("SAs of which both have all").isGreaterThan(all.size() / 2);
  }

  /** The counters of tunnels are the sums over all SAs that there were. */
  private static void assertTunnelsCountedWhatTheirSasDid(
      Strongswan site, Ledger ledger, Map<String, Long> drops) {
    Ledger.Count in = sum(ledger, false);
    Ledger.Count out = sum(ledger, true);
    // They are read every second, and no traffic is left.
    Await.until(
        "count of " + in + " received by the tunnels",
        () -> counted(site, TunnelStatus::inbound).equals(in));
    Ledger.Count sent = counted(site, TunnelStatus::outbound);
    long behind = drops.getOrDefault(Drops.AGENT + "too_big", 0L);
    assertThat(sent.packets()).isBetween(out.packets(), out.packets() + behind);
  }

  private static Ledger.Count sum(Ledger ledger, boolean byUs) {
    Ledger.Count none = new Ledger.Count(0, 0);
    return ledger.ours().entrySet().stream()
        .filter(sa -> Ledger.isSentByUs(sa.getKey()) == byUs)
        .map(Map.Entry::getValue)
        .reduce(none, (a, b) -> new Ledger.Count(a.packets() + b.packets(), a.bytes() + b.bytes()));
  }

  private static Ledger.Count counted(Strongswan site, Function<TunnelStatus, Usage> direction) {
    Usage sum =
        site.keyway().tunnels.statuses().stream().map(direction).reduce(Usage.ABSENT, Usage::plus);
    return new Ledger.Count(sum.packets().orElse(-1), sum.bytes().orElse(-1));
  }

  /** Every frame of ESP opens with the keys that Keyway gave away, and holds what hosts sent. */
  private static void assertOpenWithTheKeys(RouterLab lab, Capture sample, List<AddSa> sas)
      throws IOException {
    List<String> keys = new ArrayList<>();
    for (AddSa add : sas) {
      boolean out = add.getSa().getId().getDirection() == Direction.OUTBOUND;
      keys.add(
          Tshark.esp(
              out ? lab.left().outer() : lab.right().outer(),
              out ? lab.right().outer() : lab.left().outer(),
              String.format("%08x", add.getSa().getId().getSpi()),
              add.getSa().getEncryption(),
              HexFormat.of().formatHex(add.getKeys().getEncryptionKey().toByteArray()),
              add.getSa().getIntegrity(),
              HexFormat.of().formatHex(add.getKeys().getIntegrityKey().toByteArray())));
    }
    List<String> esp =
        Tshark.fields(
            sample.file(), keys, "esp", "esp.icv_good", "esp.icv_bad", "ip.src", "ipv6.src");
    assertThat(esp).hasSizeGreaterThan(1000);
    Set<String> seen = new TreeSet<>(esp);
    String there = lab.left().outer() + ",";
    String back = lab.right().outer() + ",";
    assertThat(seen)
        .as("outer and inner senders")
        .containsExactlyInAnyOrder(
            "1\t0\t" + there + lab.left().hostAddress() + "\t",
            "1\t0\t" + back + lab.right().hostAddress() + "\t",
            "1\t0\t" + lab.left().outer() + "\t" + lab.left().hostAddress6(),
            "1\t0\t" + lab.right().outer() + "\t" + lab.right().hostAddress6());
    assertThat(Wire.inClear(sample, Streams.MARK)).isFalse();
    assertThat(
            Tshark.fields(
                sample.file(), keys, "frame contains \"" + Streams.MARK + "\" || data", "data"))
        .as("texts of the streams")
        .filteredOn(data -> data.startsWith(HexFormat.of().formatHex(Streams.MARK.getBytes())))
        .hasSizeGreaterThan(1000);
  }
}
