package io.keyway.ike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.HostilePeer;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.ProtocolId;
import io.keyway.ike.message.Selector;
import io.keyway.ike.message.TsPayload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A peer that has its keys, is authenticated, and means harm: what it can make a gateway keep and
 * compute is bounded for each IKE SA, and others are served all the same.
 */
class HostileMemberTest {
  private static final Config RIGHT =
      Config.right().anyPeer().child("net", "10.2.0.0/16", "0.0.0.0/0");

  /** See simplelogger.properties. */
  private static final Path LOG = Path.of("target", "engine-under-test.log");

  private final Lab lab = new Lab();
  private HostilePeer peer;

  private void authenticated(Config right) {
    lab.load(Lab.leftNet(), right);
    peer = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519).connect();
    assertThat(peer.authenticate().get(0).error()).isEmpty();
  }

  private static TsPayload selectors(boolean initiators, int count) {
    List<Selector> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // All addresses, with one port more each time.
      all.add(
          new Selector.AddressRange(
              17, i, 40_000 + i, Octets.ofHex("00000000"), Octets.ofHex("ffffffff")));
    }
    return new TsPayload(initiators, all);
  }

  private List<Payload> child(int spi, int selectors) {
    List<Payload> payloads = new ArrayList<>();
    payloads.add(EspProposals.offer(List.of(Config.ESP_GCM), spi, false));
    payloads.add(new NoncePayload(Octets.copyOf(new byte[32])));
    payloads.add(selectors(true, selectors));
    payloads.add(selectors(false, selectors));
    return payloads;
  }

  private IkeMessage create(List<? extends Payload> payloads) {
    return peer.request(ExchangeType.CREATE_CHILD_SA, payloads).get(0);
  }

  @Test
  void childrenThatAreReplacedAndNeverDeletedAreBounded() {
    authenticated(RIGHT);
    int refused = 0;
    for (int i = 0; i < 60; i++) {
      List<Payload> payloads = child(0x7000_0001 + i, 1);
      int old = i == 0 ? 0x6666_6666 : 0x7000_0000 + i - refused;
      payloads.add(
          0,
          new NotifyPayload(ProtocolId.ESP, Octets.ofInt(old), NotifyType.REKEY_SA, Octets.EMPTY));
      boolean made = create(payloads).error().isEmpty();
      refused += made ? 0 : 1;
    }
    assertThat(lab.right.children()).hasSizeLessThanOrEqualTo(8);
    assertThat(refused).isPositive();
  }

  @Test
  void ikeSasThatAreReplacedAndNeverDeletedAreBounded() {
    authenticated(RIGHT);
    int made = 0;
    for (int i = 1; i <= 200; i++) {
      made += peer.rekeyIke(0x5151_0000_0000L + i) ? 1 : 0;
    }
    assertThat(made).isBetween(1, 40);
    assertThat(lab.right.engine.snapshot()).hasSizeLessThanOrEqualTo(40);
    // It is not shut out: what it left behind goes.
    lab.time.run(Duration.ofMinutes(2));
    assertThat(peer.rekeyIke(0x5252_0000_0000L)).isTrue();
    lab.up();
  }

  @Test
  void aPeerThatMovesAllTheTimeAndAnswersNothingFillsNoQueue() {
    authenticated(RIGHT.mobike());
    HostilePeer mobile = new HostilePeer(lab, "192.0.2.2", Config.GCM_X25519).connect();
    assertThat(
            mobile
                .authenticate(NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED))
                .get(0)
                .has(NotifyType.MOBIKE_SUPPORTED))
        .isTrue();
    int before = lab.time.pending();
    for (int i = 0; i < 500; i++) {
      mobile.moveTo("198.51.100." + (1 + i % 200));
      mobile.request(
          ExchangeType.INFORMATIONAL, List.of(NotifyPayload.of(NotifyType.UPDATE_SA_ADDRESSES)));
    }
    assertThat(lab.time.pending()).isLessThan(before + 50);
    lab.up();
  }

  @Test
  void selectorsInNumbersTakeNoTime() {
    StringBuilder ours = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      ours.append(i == 0 ? "" : ",").append("10.").append(i).append(".0.0/16");
    }
    authenticated(
        Config.right()
            .anyPeer()
            .child("net", "10.2.0.0/16", "0.0.0.0/0")
            .child("big", ours.toString(), ours.toString()));
    long begin = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      IkeMessage answer = create(child(0x7000_0001 + i, 255));
      assertThat(answer.error().map(NotifyPayload::type)).contains(NotifyType.TS_UNACCEPTABLE);
    }
    // Seconds for each of them, if all were compared with all.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void refusalsInNumbersDoNotFillTheLog() throws IOException {
    authenticated(RIGHT);
    List<Payload> wrong = child(0x7000_0001, 1);
    wrong.removeIf(TsPayload.class::isInstance);
    int before = Files.readAllLines(LOG).size();
    // All of them at one moment.
    for (int i = 0; i < 300; i++) {
      peer.requestAtOnce(ExchangeType.CREATE_CHILD_SA, wrong);
    }
    assertThat(
            Files.readAllLines(LOG).stream()
                .skip(before)
                .filter(line -> line.contains("SA or TS payloads are missing")))
        .hasSizeBetween(10, 50);
    lab.time.run(Duration.ofSeconds(2));
    create(wrong);
    assertThat(Files.readAllLines(LOG).stream().skip(before))
        .anyMatch(line -> line.matches(".*TS payloads are missing \\([0-9]+ lines since .*"));
  }
}
