package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.engine.UdpPackets;
import io.keyway.it.kit.lab.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every child with charon is rekeyed at once while numbered packets pass the device's pipeline at a
 * steady rate; scapy opens what came out with the keys that charon was given.
 */
@Interop
@Tag(Interop.ALONE)
class RekeyStormIT {

  private static final int CHILDREN = 25;
  private static final int PER_SECOND = 200;

  /** Longer than any storm, so that what must still be received can be. */
  private static final Duration LINGER = Duration.ofSeconds(20);

  /** Who rekeys. */
  enum Storm {
    OURS(true, false),
    CHARONS(false, true),
    BOTH(true, true);

    private final boolean ours;
    private final boolean theirs;

    Storm(boolean ours, boolean theirs) {
      this.ours = ours;
      this.theirs = theirs;
    }
  }

  private static String ours(int child) {
    return "10.1.0." + child;
  }

  private static String theirs(int child) {
    return "10.2.0." + child;
  }

  private Lab lab;
  private Keyway keyway;
  private Charon charon;

  private void start(Lab where) {
    lab = where;
    SwanctlConf left =
        SwanctlConf.cnr(lab.left(), lab.right())
            .many(CHILDREN, i -> ours(i) + "/32[udp]", i -> theirs(i) + "/32[udp]");
    SwanctlConf right =
        SwanctlConf.cnr(lab.right(), lab.left())
            .many(CHILDREN, i -> theirs(i) + "/32[udp]", i -> ours(i) + "/32[udp]");
    charon = Charon.start(lab, lab.right(), right);
    keyway = Keyway.withDevice(lab, lab.left(), left, LINGER);
    assertThat(keyway.hold().ok()).isTrue();
    keyway.initiateAll().orFail();
  }

  @ParameterizedTest
  @EnumSource(Storm.class)
  void losesNoPacketOfASteadyStream(Storm storm, Lab where) throws Exception {
    start(where);
    List<SaKeys> first = installed(Set.of());
    List<byte[]> late = toKeyway("late");
    final List<byte[]> lateOnOldSas = Scapy.encrypt(inbound(first), late, 500);

    keyway.stream(PER_SECOND);
    List<CompletableFuture<Void>> rekeys = rekey(storm);
    // Early in it: a slow machine takes longer for half of the storm than the five seconds for
    // which the first old SAs go on receiving.
    Await.until(
        "the storm is under way", () -> charon.stub().added().size() > 2 * CHILDREN + CHILDREN / 5);
    // What the peer had sent before it switched still arrives, whoever is how far.
    lateOnOldSas.forEach(keyway::receive);
    rekeys.forEach(CompletableFuture::join);
    List<SaKeys> last = installed(first.stream().map(SaKeys::spi).collect(Collectors.toSet()));
    Thread.sleep(500);
    Keyway.Streamed streamed = keyway.endStream();

    assertThat(streamed.verdicts()).containsExactly(Map.entry("PROTECTED", streamed.sent()));
    assertThat(streamed.sent()).isGreaterThan(4 * CHILDREN);
    assertOrder(streamed);

    List<byte[]> fresh = toKeyway("fresh");
    Scapy.encrypt(inbound(last), fresh, 1).forEach(keyway::receive);
    Keyway.Collected in = keyway.collect();
    List<byte[]> expected = new ArrayList<>(late);
    expected.addAll(fresh);
    assertThat(in.delivered().stream().map(HexFormat.of()::formatHex).toList())
        .containsExactlyElementsOf(expected.stream().map(HexFormat.of()::formatHex).toList());
    assertThat(in.counters())
        .containsEntry("clear-out-packets", 0L)
        .containsEntry("held-packets", 0L)
        .containsEntry("tx-no-sa", 0L)
        .containsEntry("outbound-key-reinstalls", 0L)
        .containsEntry("inbound-key-reinstalls", 0L);
  }

  private List<CompletableFuture<Void>> rekey(Storm storm) {
    List<CompletableFuture<Void>> rekeys = new ArrayList<>();
    if (storm.ours) {
      rekeys.add(
          CompletableFuture.runAsync(
              () -> {
                Keyway.Answer answer = keyway.rekeyAll();
                // Where both do, one's rekey may give way to the other's: what counts is the end.
                if (!storm.theirs) {
                  answer.orFail();
                }
              }));
    }
    if (storm.theirs) {
      for (int i = 1; i <= CHILDREN; i++) {
        String child = "c" + i;
        rekeys.add(CompletableFuture.runAsync(() -> charon.rekeyChild(child)));
      }
    }
    return rekeys;
  }

  /** Waits until each child has one pair at both ends, none of it with one of these SPIs. */
  private List<SaKeys> installed(Set<String> old) {
    return Await.get(
        "one new pair a child at both ends",
        Duration.ofSeconds(60),
        () -> {
          List<SaKeys> theirs = SaKeys.sorted(charon.stub().installed());
          List<SaKeys> ours =
              keyway.stub().installed().stream().filter(k -> !old.contains(k.spi())).toList();
          boolean done =
              theirs.size() == 2 * CHILDREN
                  && theirs.stream().noneMatch(k -> old.contains(k.spi()))
                  && SaKeys.sorted(ours).equals(theirs);
          return done ? java.util.Optional.of(theirs) : java.util.Optional.empty();
        });
  }

  /** The SAs that the device receives on, by child. */
  private List<SaKeys> inbound(List<SaKeys> keys) {
    Map<String, SaKeys> byHost =
        keys.stream()
            .filter(k -> k.dst().equals(lab.left().address()))
            .collect(Collectors.toMap(k -> k.destinations().get(0).split("-")[0], k -> k));
    return IntStream.rangeClosed(1, CHILDREN).mapToObj(i -> byHost.get(ours(i))).toList();
  }

  private static List<byte[]> toKeyway(String text) {
    return IntStream.rangeClosed(1, CHILDREN)
        .mapToObj(i -> UdpPackets.of(theirs(i), ours(i), text + " " + i))
        .toList();
  }

  /** Every number once, in order, opened by charon's keys. */
  private void assertOrder(Keyway.Streamed streamed) {
    List<SaKeys> outbound =
        charon.stub().added().stream().filter(k -> k.dst().equals(lab.right().address())).toList();
    List<byte[]> packets =
        streamed.frames().stream().map(f -> Arrays.copyOfRange(f, 14, f.length)).toList();
    List<String> opened = Scapy.decrypt(outbound, packets);
    assertThat(opened).noneMatch(text -> text.startsWith("error"));
    assertThat(opened.stream().map(HexFormat.of()::parseHex).map(UdpPackets::text).toList())
        .containsExactlyElementsOf(
            IntStream.range(0, streamed.sent()).mapToObj(Integer::toString).toList());
  }
}
