package io.keyway.ike.engine.negotiate;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Octets worked out from RFC 4555 section 4 by hand. */
class MobikeNotifyTest {
  private static final IkeHeader INFORMATIONAL = IkeHeader.of(1, 2, 37, true, false, 5);

  private static InetAddress address(String text) throws Exception {
    return InetAddress.getByName(text);
  }

  private static String hex(List<Payload> payloads) {
    byte[] message = MessageEncoder.encode(INFORMATIONAL, payloads);
    return HexFormat.of().formatHex(Arrays.copyOfRange(message, IkeHeader.LENGTH, message.length));
  }

  private static IkeMessage message(List<Payload> payloads) {
    return ((DecodeResult.Decoded<IkeMessage>)
            MessageDecoder.message(MessageEncoder.encode(INFORMATIONAL, payloads)))
        .value();
  }

  @Test
  void additionalAddressesHaveFourOrSixteenOctetsAndNothingElse() throws Exception {
    assertThat(hex(MobikeNotify.whole(List.of(address("192.0.2.1"), address("2001:db8::1")))))
        // Next payload N, length 12, no protocol, no SPI, type 16397.
        .isEqualTo(
            "2900000c0000400d"
                + "c0000201"
                // Last payload, length 24, type 16398.
                + "000000180000400e"
                + "20010db8000000000000000000000001");
    assertThat(hex(MobikeNotify.whole(List.of()))).isEqualTo("000000080000400f");
  }

  @Test
  void noNatsAllowedHasBothAddressesThenBothPorts() throws Exception {
    InetSocketAddress from = new InetSocketAddress(address("192.0.2.1"), 500);
    InetSocketAddress to = new InetSocketAddress(address("192.0.2.2"), 4500);
    NotifyPayload notify = MobikeNotify.noNats(from, to);
    assertThat(hex(List.of(notify)))
        .isEqualTo("0000001400004012" + "c0000201" + "c0000202" + "01f4" + "1194");
    assertThat(MobikeNotify.isRewritten(message(List.of(notify)), from, to)).isFalse();
    assertThat(
            MobikeNotify.isRewritten(
                message(List.of(notify)), new InetSocketAddress(from.getAddress(), 501), to))
        .isTrue();
    assertThat(MobikeNotify.isRewritten(message(List.of()), from, to)).isFalse();
    assertThat(
            MobikeNotify.noNats(
                    new InetSocketAddress(address("2001:db8::1"), 500),
                    new InetSocketAddress(address("2001:db8::2"), 500))
                .data()
                .length())
        .isEqualTo(36);
  }

  @Test
  void theOthersHaveNoData() {
    assertThat(hex(List.of(NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED))))
        .isEqualTo("000000080000400c");
    assertThat(hex(List.of(NotifyPayload.of(NotifyType.UPDATE_SA_ADDRESSES))))
        .isEqualTo("0000000800004010");
    assertThat(hex(List.of(NotifyPayload.of(NotifyType.UNACCEPTABLE_ADDRESSES))))
        .isEqualTo("0000000800000028");
    assertThat(hex(List.of(NotifyPayload.of(NotifyType.UNEXPECTED_NAT_DETECTED))))
        .isEqualTo("0000000800000029");
  }

  @Test
  void whatCannotBeAnAddressOfAPeerIsLeftOut() throws Exception {
    List<Payload> odd =
        List.of(
            notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "c00002"),
            notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "20010db8000000000000000000000001"),
            notify(NotifyType.ADDITIONAL_IP6_ADDRESS, "c0000201"),
            notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "e0000001"),
            notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "00000000"),
            notify(NotifyType.ADDITIONAL_IP6_ADDRESS, "fe800000000000000000000000000001"),
            notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "c0000205"),
            notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "c0000205"));
    assertThat(MobikeNotify.read(message(odd))).containsExactly(address("192.0.2.5"));
  }

  @Test
  void nobodyMakesUsKeepAnyNumberOfAddresses() {
    List<Payload> many =
        java.util.stream.IntStream.range(1, 31)
            .<Payload>mapToObj(
                i -> notify(NotifyType.ADDITIONAL_IP4_ADDRESS, "c00002%02x".formatted(i)))
            .toList();
    assertThat(MobikeNotify.read(message(many))).hasSize(MobikeNotify.MAX_ADDRESSES);
  }

  @Test
  void aCookieHasEightToSixtyFourOctets() {
    for (int length : new int[] {0, 7, 65}) {
      assertThat(MobikeNotify.cookie(message(List.of(cookie(length))))).isEmpty();
    }
    for (int length : new int[] {8, 64}) {
      assertThat(MobikeNotify.cookie(message(List.of(cookie(length))))).isPresent();
    }
  }

  private static Payload cookie(int length) {
    return NotifyPayload.of(NotifyType.COOKIE2, Octets.copyOf(new byte[length]));
  }

  private static Payload notify(int type, String data) {
    return NotifyPayload.of(type, Octets.ofHex(data));
  }
}
