package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.interop.engine.UdpPackets;
import io.keyway.it.kit.lab.Await;
import io.keyway.it.kit.lab.Tshark;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * From the negotiation with charon through the databases, P4Runtime and gNMI to packets of the
 * emulated device, which scapy and tshark open with the keys that charon was given: nothing of ours
 * is judged by anything of ours.
 */
@Interop
class PacketsIT {

  private static final String HOST = "10.1.0.1";
  private static final String PEER_HOST = "10.2.0.1";

  private record Site(Lab lab, Keyway keyway, Charon charon) {

    static Site start(Lab lab, String mode, String esp) {
      boolean tunnel = mode.equals("tunnel");
      SwanctlConf left = profile(SwanctlConf.cnr(lab.left(), lab.right()), mode, esp);
      SwanctlConf right = profile(SwanctlConf.cnr(lab.right(), lab.left()), mode, esp);
      if (tunnel) {
        left.child("local_ts", HOST + "/32[udp]").child("remote_ts", PEER_HOST + "/32[udp]");
        right.child("local_ts", PEER_HOST + "/32[udp]").child("remote_ts", HOST + "/32[udp]");
      } else {
        left.child("local_ts", "dynamic[udp]").child("remote_ts", "dynamic[udp]");
        right.child("local_ts", "dynamic[udp]").child("remote_ts", "dynamic[udp]");
      }
      Charon charon = Charon.start(lab, lab.right(), right);
      return new Site(lab, Keyway.withDevice(lab, lab.left(), left), charon);
    }

    private static SwanctlConf profile(SwanctlConf conf, String mode, String esp) {
      return conf.child("mode", mode).child("esp_proposals", esp);
    }

    List<SaKeys> up(Side initiator, int addedInAll) {
      if (initiator == Side.KEYWAY) {
        keyway.initiate().orFail();
      } else {
        charon.initiate().orFail();
      }
      return agreed(addedInAll);
    }

    /** Charon's keys; the device was given the same. */
    List<SaKeys> agreed(int addedInAll) {
      List<SaKeys> theirs = charon.stub().awaitPair(addedInAll);
      assertThat(keyway.stub().awaitPair(addedInAll)).isEqualTo(theirs);
      return theirs;
    }

    SaKeys toCharon(List<SaKeys> pair) {
      return pair.stream()
          .filter(k -> k.dst().equals(lab.right().address()))
          .findFirst()
          .orElseThrow();
    }

    SaKeys toKeyway(List<SaKeys> pair) {
      return pair.stream()
          .filter(k -> k.dst().equals(lab.left().address()))
          .findFirst()
          .orElseThrow();
    }

    /** The switch to a new SA is written while the engine already answers; packets tell when. */
    void awaitProtected(byte[] packet) {
      Await.until("the device protects", () -> keyway.transmit(packet).equals("PROTECTED"));
      keyway.collect();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tunnel, aes256gcm16-ecp384, KEYWAY",
    "tunnel, aes256gcm16-ecp384, CHARON",
    "tunnel, aes128gcm16, KEYWAY",
    "transport, aes256gcm16-ecp384, KEYWAY",
    "transport, aes256gcm16-ecp384, CHARON",
  })
  void packetsArriveAtBothEnds(String mode, String esp, Side initiator, Lab lab)
      throws IOException {
    Site site = Site.start(lab, mode, esp);
    String from = mode.equals("tunnel") ? HOST : lab.left().address();
    String to = mode.equals("tunnel") ? PEER_HOST : lab.right().address();
    assertThat(site.keyway().hold().ok()).isTrue();
    assertThat(site.keyway().transmit(udp(from, to, "too early"))).isEqualTo("HELD");
    List<SaKeys> pair = site.up(initiator, 2);
    site.awaitProtected(udp(from, to, "first"));

    List<byte[]> sent = numbered(from, to, "from the device", 20);
    for (byte[] packet : sent) {
      assertThat(site.keyway().transmit(packet)).isEqualTo("PROTECTED");
    }
    Keyway.Collected out = site.keyway().collect();
    assertThat(out.frames()).hasSize(20);
    List<byte[]> wire = out.frames().stream().map(PacketsIT::packetOf).toList();
    assertThat(Scapy.decrypt(site.toCharon(pair), wire)).isEqualTo(hex(sent));
    judgeByTshark(lab, pair, out.frames());

    List<byte[]> back = numbered(to, from, "from the peer", 20);
    List<byte[]> esp20 = Scapy.encrypt(site.toKeyway(pair), back, 1);
    esp20.forEach(site.keyway()::receive);
    Keyway.Collected in = site.keyway().collect();
    assertThat(hex(in.delivered())).isEqualTo(hex(back));

    // A replayed packet and a forged one are counted, not delivered.
    site.keyway().receive(esp20.get(3));
    byte[] forged = Scapy.encrypt(site.toKeyway(pair), List.of(udp(to, from, "forged")), 99).get(0);
    forged[forged.length - 1] ^= 1;
    site.keyway().receive(forged);
    Keyway.Collected after = site.keyway().collect();
    assertThat(after.delivered()).isEmpty();
    assertThat(after.counters())
        .containsEntry("replayed-packets", 1L)
        .containsEntry("integrity-failures", 1L)
        .containsEntry("held-packets", 1L)
        .containsEntry("clear-out-packets", 0L)
        .containsEntry("outbound-key-reinstalls", 0L);
  }

  @ParameterizedTest
  @CsvSource({"KEYWAY", "CHARON"})
  void aRekeyLosesNothingAndNeverRepeatsAKey(Side rekeys, Lab lab) {
    Site site = Site.start(lab, "tunnel", "aes256gcm16-ecp384");
    assertThat(site.keyway().hold().ok()).isTrue();
    List<SaKeys> first = site.up(Side.KEYWAY, 2);
    site.awaitProtected(udp(HOST, PEER_HOST, "first"));
    List<byte[]> sent = numbered(HOST, PEER_HOST, "through a rekey", 60);

    List<byte[]> late = numbered(PEER_HOST, HOST, "late", 3);
    List<byte[]> lateOnOldSa = Scapy.encrypt(site.toKeyway(first), late, 500);

    int next = 0;
    for (; next < 20; next++) {
      assertThat(site.keyway().transmit(sent.get(next))).isEqualTo("PROTECTED");
    }
    if (rekeys == Side.KEYWAY) {
      site.keyway().rekeyChild().orFail();
    } else {
      site.charon().rekeyChild();
    }
    for (; next < 40; next++) {
      assertThat(site.keyway().transmit(sent.get(next))).isEqualTo("PROTECTED");
    }
    // What the peer had sent on the old SA before it switched still arrives.
    lateOnOldSa.forEach(site.keyway()::receive);
    List<SaKeys> second = site.agreed(4);
    Await.until(
        "the old pair is gone",
        () ->
            site.keyway().stub().installed().size() == 2
                && site.charon().stub().installed().size() == 2);
    for (; next < 60; next++) {
      assertThat(site.keyway().transmit(sent.get(next))).isEqualTo("PROTECTED");
    }

    Keyway.Collected out = site.keyway().collect();
    assertThat(out.frames()).hasSize(60);
    List<byte[]> packets = out.frames().stream().map(PacketsIT::packetOf).toList();
    List<String> spis = packets.stream().map(p -> HexFormat.of().formatHex(p, 20, 24)).toList();
    int onFirst = (int) spis.stream().filter(site.toCharon(first).spi()::equals).count();
    List<String> opened =
        new ArrayList<>(Scapy.decrypt(site.toCharon(first), packets.subList(0, onFirst)));
    opened.addAll(Scapy.decrypt(site.toCharon(second), packets.subList(onFirst, 60)));
    assertThat(opened).as("one switch, nothing lost, nothing out of order").isEqualTo(hex(sent));
    assertThat(spis.get(0)).isEqualTo(site.toCharon(first).spi());
    assertThat(spis.get(59)).isEqualTo(site.toCharon(second).spi());
    assertThat(hex(out.delivered())).isEqualTo(hex(late));
    assertThat(out.counters())
        .containsEntry("clear-out-packets", 0L)
        .containsEntry("held-packets", 0L)
        .containsEntry("outbound-key-installs", 2L)
        .containsEntry("outbound-key-reinstalls", 0L);
  }

  @Test
  void afterTheEndTrafficIsHeldAgain(Lab lab) {
    Site site = Site.start(lab, "tunnel", "aes256gcm16-ecp384");
    assertThat(site.keyway().hold().ok()).isTrue();
    site.up(Side.CHARON, 2);
    site.awaitProtected(udp(HOST, PEER_HOST, "first"));

    site.charon().terminateIke();

    Await.until("no SA is left", () -> site.keyway().stub().installed().isEmpty());
    assertThat(site.keyway().transmit(udp(HOST, PEER_HOST, "late"))).isEqualTo("HELD");
    assertThat(site.keyway().collect().counters()).containsEntry("clear-out-packets", 0L);
  }

  // --- packets ------------------------------------------------------------------------------

  private static byte[] udp(String from, String to, String text) {
    return UdpPackets.of(from, to, text);
  }

  private static List<byte[]> numbered(String from, String to, String text, int count) {
    List<byte[]> packets = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      packets.add(udp(from, to, text + " " + i + " " + "x".repeat(i * 7)));
    }
    return packets;
  }

  private static byte[] packetOf(byte[] frame) {
    return Arrays.copyOfRange(frame, 14, frame.length);
  }

  private static List<String> hex(List<byte[]> packets) {
    return packets.stream().map(HexFormat.of()::formatHex).toList();
  }

  /** Every frame must carry a tag that tshark finds right, and the text inside. */
  private static void judgeByTshark(Lab lab, List<SaKeys> pair, List<byte[]> frames)
      throws IOException {
    Path pcap = lab.dir().resolve("wire.pcap");
    Files.write(pcap, pcap(frames));
    List<String> keys = pair.stream().map(SaKeys::tshark).toList();
    List<String> lines =
        Tshark.fields(pcap, keys, "esp && udp.port == 4000", "esp.sequence", "data.text", "data");
    assertThat(lines).hasSize(frames.size());
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i))
          .contains(
              HexFormat.of()
                  .formatHex(
                      ("from the device " + (i + 1) + " ").getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(Tshark.fields(pcap, keys, "esp.icv_bad == 1", "frame.number")).isEmpty();
  }

  private static byte[] pcap(List<byte[]> frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer header = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4);
    header.putInt(0).putInt(0).putInt(65535).putInt(1);
    out.writeBytes(header.array());
    for (byte[] frame : frames) {
      ByteBuffer record = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      record.putInt(1).putInt(0).putInt(frame.length).putInt(frame.length);
      out.writeBytes(record.array());
      out.writeBytes(frame);
    }
    return out.toByteArray();
  }
}
