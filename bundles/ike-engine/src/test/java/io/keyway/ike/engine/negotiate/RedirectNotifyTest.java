package io.keyway.ike.engine.negotiate;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** REDIRECT and REDIRECTED_FROM octet by octet (RFC 5685 section 7). */
class RedirectNotifyTest {

  private static String hex(NotifyPayload notification) {
    return HexFormat.of().formatHex(notification.data().toArray());
  }

  private static NotifyPayload redirect(String hex) {
    return NotifyPayload.of(NotifyType.REDIRECT, Octets.copyOf(HexFormat.of().parseHex(hex)));
  }

  @Test
  void aGatewayIsWrittenAsTheRfcHasIt() {
    assertThat(hex(RedirectNotify.to("192.0.2.3", new byte[] {9, 8})))
        .isEqualTo("0104c00002030908");
    assertThat(hex(RedirectNotify.to("2001:db8::3", new byte[0])))
        .isEqualTo("0210" + "20010db8000000000000000000000003");
    assertThat(hex(RedirectNotify.to("gw.example", new byte[0])))
        .isEqualTo("030a" + "67772e6578616d706c65");
    assertThat(hex(RedirectNotify.from(Config.address("192.0.2.2")))).isEqualTo("0104c0000202");
    assertThat(RedirectNotify.supported().data().length()).isZero();
  }

  @Test
  void whatWasWrittenIsRead() {
    RedirectNotify.Target target =
        RedirectNotify.read(RedirectNotify.to("gw.example", new byte[] {1, 2, 3})).orElseThrow();
    assertThat(target.name()).isEqualTo("gw.example");
    assertThat(target.address()).isEmpty();
    assertThat(target.nonce().toArray()).containsExactly(1, 2, 3);
    assertThat(RedirectNotify.read(RedirectNotify.to("2001:db8::3", new byte[0])).get().address())
        .contains(Config.address("2001:db8::3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01",
        "0104c00002",
        "0103c00002",
        "0210c0000203",
        "0400",
        "0300",
        "0305612062203b",
        "03093139322e302e322e33",
        "010400000000",
        "0104e0000001",
        "0303612f62",
        "021000000000000000000000ffffc0000203",
        "03ff41"
      })
  void whatNamesNoGatewayIsNone(String hex) {
    assertThat(RedirectNotify.read(redirect(hex))).isEmpty();
  }
}
