package io.keyway.emulator.infrap4d;

import static io.keyway.emulator.infrap4d.RawClient.ip;
import static io.keyway.emulator.infrap4d.RawClient.number;
import static io.keyway.emulator.infrap4d.RawClient.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.emulator.infrap4d.pipeline.Counter;
import io.keyway.emulator.infrap4d.pipeline.Delivered;
import io.keyway.emulator.infrap4d.pipeline.Ethernet;
import io.keyway.emulator.infrap4d.pipeline.SaView;
import io.keyway.emulator.infrap4d.pipeline.Verdict;
import io.keyway.emulator.infrap4d.program.LinuxNetworking;
import io.keyway.esp.IpPacket;
import io.keyway.protocol.p4runtime.Update;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets through two devices that were programmed with bare P4Runtime and gNMI calls. */
class PipelineTest {

  private static long count(Site site, Counter counter) {
    return site.device().device().counters().get(counter);
  }

  private static Verdict.Kind send(Site from, Site to, String text) {
    return from.device().device().transmit(Packets.udp(from.host(), to.host(), text), false).kind();
  }

  private static List<Delivered> delivered(Site site) {
    return site.device().takeDelivered(0).items();
  }

  @ParameterizedTest(name = "tunnel mode {0}")
  @ValueSource(booleans = {true, false})
  void packetsGoEncryptedAndArriveAsTheyWere(boolean tunnel) throws Exception {
    try (TwoSites sites = new TwoSites(tunnel).up(tunnel)) {
      byte[] packet = Packets.udp(sites.a.host(), sites.b.host(), "what was sent");
      assertThat(sites.a.device().device().transmit(packet, false).kind())
          .isEqualTo(Verdict.Kind.PROTECTED);

      byte[] frame = sites.a.device().takeFrames(0).items().get(0);
      IpPacket onTheWire = IpPacket.parse(Ethernet.ipPacket(frame));
      assertThat(onTheWire.protocol()).isEqualTo(IpPacket.ESP);
      assertThat(onTheWire.source()).isEqualTo(ip(sites.a.outer()).toByteArray());
      assertThat(onTheWire.destination()).isEqualTo(ip(sites.b.outer()).toByteArray());
      assertThat(new String(frame, java.nio.charset.StandardCharsets.ISO_8859_1))
          .doesNotContain("what was sent");

      assertThat(delivered(sites.b))
          .singleElement()
          .satisfies(
              d -> {
                assertThat(d.kind()).isEqualTo(Delivered.Kind.DECRYPTED);
                assertThat(d.packet()).isEqualTo(packet);
                assertThat(d.spi()).isEqualTo(sites.saB.spi);
              });
      assertThat(send(sites.b, sites.a, "and back")).isEqualTo(Verdict.Kind.PROTECTED);
      assertThat(Packets.text(delivered(sites.a).get(0).packet())).isEqualTo("and back");
      assertThat(count(sites.a, Counter.CLEAR_OUT_PACKETS)).isZero();
      assertThat(count(sites.b, Counter.DECRYPTED_PACKETS)).isEqualTo(1);
      assertThat(sites.a.device().device().sas())
          .filteredOn(sa -> !sa.inbound())
          .extracting(SaView::packets)
          .containsExactly(1L);
    }
  }

  @Test
  void withoutARowEverythingPassesInClear() throws Exception {
    try (TwoSites sites = new TwoSites(true)) {
      assertThat(send(sites.a, sites.b, "readable")).isEqualTo(Verdict.Kind.CLEAR);
      assertThat(delivered(sites.b))
          .singleElement()
          .satisfies(d -> assertThat(d.kind()).isEqualTo(Delivered.Kind.CLEAR));
      assertThat(count(sites.a, Counter.CLEAR_OUT_PACKETS)).isEqualTo(1);
      assertThat(count(sites.b, Counter.CLEAR_IN_PACKETS)).isEqualTo(1);
      sites.a.device().device().clearPipeline();
      assertThat(send(sites.a, sites.b, "no pipeline")).isEqualTo(Verdict.Kind.CLEAR);
    }
  }

  @Test
  void aDropRowHoldsWhateverElseIsThere() throws Exception {
    try (TwoSites sites = new TwoSites(true)) {
      sites.hold();
      assertThat(send(sites.a, sites.b, "1")).isEqualTo(Verdict.Kind.HELD);
      sites.prepare(true, "");
      assertThat(send(sites.a, sites.b, "2")).isEqualTo(Verdict.Kind.HELD);
      sites.protect(true);
      assertThat(send(sites.a, sites.b, "3")).isEqualTo(Verdict.Kind.PROTECTED);
      assertThat(count(sites.a, Counter.HELD_PACKETS)).isEqualTo(2);
      assertThat(delivered(sites.b)).extracting(d -> Packets.text(d.packet())).containsExactly("3");
    }
  }

  @Test
  void theUnderlayHasItsOwnRow() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      sites
          .a
          .client()
          .write(
              sites
                  .a
                  .client()
                  .update(
                      Update.Type.DELETE,
                      LinuxNetworking.TX_SA_CLASSIFICATION,
                      values(ip(sites.b.host()), number(17), number(1)),
                      null,
                      List.of()));
      byte[] packet = Packets.udp(sites.a.host(), sites.b.host(), "x");
      assertThat(sites.a.device().device().transmit(packet, true).kind())
          .isEqualTo(Verdict.Kind.CLEAR);
      assertThat(sites.a.device().device().transmit(packet, false).kind())
          .isEqualTo(Verdict.Kind.PROTECTED);
    }
  }

  @Test
  void aBypassRowLetsThroughAndOtherProtocolsPass() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      sites
          .a
          .client()
          .write(
              sites
                  .a
                  .client()
                  .update(
                      Update.Type.MODIFY,
                      LinuxNetworking.SPD,
                      values(ip(sites.b.host()), number(17)),
                      LinuxNetworking.BYPASS,
                      List.of()));
      assertThat(send(sites.a, sites.b, "x")).isEqualTo(Verdict.Kind.CLEAR);
      assertThat(count(sites.a, Counter.BYPASS_OUT_PACKETS)).isEqualTo(1);
      assertThat(
              sites
                  .a
                  .device()
                  .device()
                  .transmit(Packets.of(sites.a.host(), sites.b.host(), 6, new byte[20]), false)
                  .kind())
          .as("TCP has no row")
          .isEqualTo(Verdict.Kind.CLEAR);
    }
  }

  @Test
  void rowsWithoutSaOrWithoutEncapsulationDrop() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      sites
          .a
          .client()
          .deleteSa("sad-entry[offload-id=%d][direction=0]".formatted(sites.saA.index()));
      assertThat(send(sites.a, sites.b, "x")).isEqualTo(Verdict.Kind.DROPPED);
      assertThat(count(sites.a, Counter.TX_NO_SA)).isEqualTo(1);
      for (String table : List.of(LinuxNetworking.TUNNEL_ENCAP_MOD, LinuxNetworking.TUNNEL)) {
        sites
            .b
            .client()
            .write(
                sites
                    .b
                    .client()
                    .update(
                        Update.Type.DELETE,
                        table,
                        values(number(sites.saB.index())),
                        null,
                        List.of()));
        assertThat(send(sites.b, sites.a, "x")).isEqualTo(Verdict.Kind.DROPPED);
      }
      assertThat(count(sites.b, Counter.TX_NO_TUNNEL)).isEqualTo(2);
      assertThat(sites.a.device().takeFrames(0).items()).isEmpty();
    }
  }

  @Test
  void whatTheReceiverRefusesIsCountedByItsReason() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      send(sites.a, sites.b, "x");
      byte[] frame = sites.a.device().takeFrames(0).items().get(0);
      var receiver = sites.b.device().device();
      receiver.receive(frame);
      assertThat(count(sites.b, Counter.REPLAYED_PACKETS)).isEqualTo(1);
      byte[] forged = frame.clone();
      forged[14 + 20 + 7]++;
      receiver.receive(forged);
      assertThat(count(sites.b, Counter.INTEGRITY_FAILURES)).isEqualTo(1);
      byte[] stranger = frame.clone();
      stranger[14 + 20]++;
      receiver.receive(stranger);
      assertThat(count(sites.b, Counter.UNKNOWN_SPI)).isEqualTo(1);
      receiver.receive(new byte[] {1, 2, 3});
      assertThat(count(sites.b, Counter.RX_MALFORMED)).isEqualTo(1);
      sites
          .b
          .client()
          .deleteSa("sad-entry[offload-id=%d][direction=1]".formatted(sites.saB.index()));
      receiver.receive(frame);
      assertThat(count(sites.b, Counter.RX_NO_SA)).isEqualTo(1);
      assertThat(delivered(sites.b))
          .extracting(Delivered::kind)
          .containsExactly(Delivered.Kind.DECRYPTED, Delivered.Kind.UNKNOWN_ESP);
    }
  }

  @Test
  void aTunnelThatNobodyTerminatesIsNotDelivered() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      sites
          .b
          .client()
          .write(
              sites
                  .b
                  .client()
                  .update(
                      Update.Type.DELETE,
                      LinuxNetworking.TUNNEL_TERM,
                      values(ip(sites.a.outer()), ip(sites.b.outer())),
                      null,
                      List.of()));
      send(sites.a, sites.b, "x");
      assertThat(count(sites.b, Counter.NOT_TERMINATED)).isEqualTo(1);
      assertThat(delivered(sites.b)).isEmpty();
    }
  }

  @Test
  void byteLimitsReportOnceEachAndTheHardOneStops() throws Exception {
    try (TwoSites sites = new TwoSites(true)) {
      sites.hold();
      sites.prepare(true, "sa_soft_lifetime { bytes: 60 } sa_hard_lifetime { bytes: 100 }");
      sites.protect(true);
      // 33 octets each: the second passes the soft limit, the fourth the hard one.
      for (int i = 0; i < 4; i++) {
        assertThat(send(sites.a, sites.b, "hello")).isEqualTo(Verdict.Kind.PROTECTED);
      }
      assertThat(send(sites.a, sites.b, "hello")).isEqualTo(Verdict.Kind.DROPPED);
      assertThat(count(sites.a, Counter.TX_EXPIRED)).isEqualTo(1);
      assertThat(count(sites.a, Counter.EXPIRE_EVENTS)).isEqualTo(2);
      assertThat(count(sites.b, Counter.EXPIRE_EVENTS)).isEqualTo(2);
      assertThat(sites.a.device().device().sas())
          .filteredOn(sa -> !sa.inbound())
          .extracting(SaView::hardExpired)
          .containsExactly(true);
    }
  }

  @Test
  void aRekeyByModifyLosesNothing() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      send(sites.a, sites.b, "old");
      Site.Sa newA = sites.a.allocate();
      Site.Sa newB = sites.b.allocate();
      String aToB = SaText.key(300, 20);
      String bToA = SaText.key(400, 20);
      sites.a.installSas(newA, newB, bToA, aToB, "");
      sites.b.installSas(newB, newA, aToB, bToA, "");
      for (Site[] pair : new Site[][] {{sites.a, sites.b}, {sites.b, sites.a}}) {
        Site.Sa mine = pair[0] == sites.a ? newA : newB;
        pair[0].receiveRows(pair[1], mine, false);
        pair[0].encapsulationRows(pair[1], mine);
      }
      sites
          .a
          .client()
          .write(
              sites
                  .a
                  .client()
                  .update(
                      Update.Type.MODIFY,
                      LinuxNetworking.SPD,
                      values(ip(sites.b.host()), number(17)),
                      LinuxNetworking.PROTECT,
                      values(number(newA.index()))));
      assertThat(send(sites.a, sites.b, "new")).isEqualTo(Verdict.Kind.PROTECTED);
      assertThat(delivered(sites.b))
          .extracting(Delivered::spi)
          .containsExactly(sites.saB.spi, newB.spi);
    }
  }

  @Test
  void afterARestartPacketsPassInClearUntilSomebodyHoldsThem() throws Exception {
    try (TwoSites sites = new TwoSites(true).up(true)) {
      sites.a.device().restart(true, 0);
      assertThat(send(sites.a, sites.b, "x")).isEqualTo(Verdict.Kind.CLEAR);
      RawClient again = sites.bed.client(sites.a.device());
      again.primary();
      new Site(sites.a.device(), again, sites.a.outer(), sites.a.host()).hold(sites.b);
      assertThat(send(sites.a, sites.b, "x")).isEqualTo(Verdict.Kind.HELD);
    }
  }
}
