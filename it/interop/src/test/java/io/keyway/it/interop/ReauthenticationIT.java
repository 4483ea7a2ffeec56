package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Peers.Side;
import io.keyway.it.interop.engine.UdpPackets;
import io.keyway.it.kit.lab.Await;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Authentication anew, with the new IKE SA made before the old one goes (RFC 7296 section 2.8.3),
 * and when the other end wants it (AUTH_LIFETIME, RFC 4478); a steady stream shows that nothing is
 * lost meanwhile.
 */
@Interop
class ReauthenticationIT {

  private static final int PER_SECOND = 100;

  /** Who authenticates anew. */
  record Case(Side initiator) {}

  static Stream<Case> cases() {
    return Matrix.LONG
        ? Stream.of(new Case(Side.KEYWAY), new Case(Side.CHARON))
        : Stream.of(new Case(Side.KEYWAY));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void losesNoPacket(Case how, Lab lab) {
    boolean ours = how.initiator() == Side.KEYWAY;
    SwanctlConf left =
        SwanctlConf.cnr(lab.left(), lab.right())
            .child("local_ts", "10.1.0.1/32[udp]")
            .child("remote_ts", "10.2.0.1/32[udp]")
            .connection("reauth_time", ours ? "6s" : "0")
            // charon knows no tickets (RFC 5723), and has to let us ask for them.
            .connection("session_resumption", "yes");
    SwanctlConf right =
        SwanctlConf.cnr(lab.right(), lab.left())
            .child("local_ts", "10.2.0.1/32[udp]")
            .child("remote_ts", "10.1.0.1/32[udp]")
            .connection("reauth_time", ours ? "0" : "6s")
            .connection("rand_time", "0s")
            // Or charon ends the IKE SA in the moment in which it begins the next one.
            .connection("over_time", "3s");
    Charon charon = Charon.start(lab, lab.right(), right, Map.of("make_before_break", "yes"));
    Keyway keyway = Keyway.withDevice(lab, lab.left(), left);
    assertThat(keyway.hold().ok()).isTrue();
    Peers peers = new Peers(lab, keyway, charon);
    peers.up(how.initiator());
    final String first = keyway.ikeSpis();
    keyway.stream(PER_SECOND);

    // Two times: each makes a pair, beside the first.
    Await.until("it happened twice", () -> charon.stub().added().size() >= 6);
    Await.until("the old ones are gone", () -> charon.stub().installed().size() == 2);
    Await.until("one IKE SA is left", () -> keyway.established() == 1);
    Keyway.Streamed streamed = keyway.endStream();

    assertThat(keyway.ikeSpis()).isNotEqualTo(first);
    if (ours) {
      assertThat(charon.log()).contains("N(TKT_REQ)").doesNotContain("N(TKT_LT_OPAQUE)");
    }
    assertThat(streamed.verdicts()).containsExactly(Map.entry("PROTECTED", streamed.sent()));
    assertThat(streamed.sent()).isGreaterThan(5 * PER_SECOND);
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

  @Test
  @EnabledIfSystemProperty(named = "keyway.long", matches = "true", disabledReason = "--long")
  void charonIsToldWhenToAuthenticateAnew(Lab lab) {
    Peers peers = Peers.start(lab, c -> c.connection("reauth_time", "30s"), c -> c);
    peers.up(Side.CHARON);
    peers.charon().awaitLog("received AUTH_LIFETIME of 30s");
  }
}
