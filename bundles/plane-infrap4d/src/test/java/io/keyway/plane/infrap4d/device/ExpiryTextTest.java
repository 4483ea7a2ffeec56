package io.keyway.plane.infrap4d.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryTextTest {

  @Test
  void anIpv4EventIsRead() throws UnknownHostException {
    assertThat(
            ExpiryText.parse(
                "ipsec-sa-spi: 4294967040, soft-lifetime-expire: 1, ipsec-sa-protocol: 50,"
                    + " ipsec-sa-dest-address: 192.0.2.1, address-family: 1"))
        .contains(new ExpiryText(0xFFFFFF00L, true, 50, InetAddress.getByName("192.0.2.1")));
  }

  @Test
  void anIpv6AddressKeepsItsColons() throws UnknownHostException {
    assertThat(
            ExpiryText.parse(
                "ipsec-sa-spi: 257, soft-lifetime-expire: 0, ipsec-sa-protocol: 50,"
                    + " ipsec-sa-dest-address: 2001:db8::7, address-family: 0"))
        .contains(new ExpiryText(257, false, 50, InetAddress.getByName("2001:db8::7")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unsupported yet",
        "",
        "ipsec-sa-spi: 1",
        "ipsec-sa-spi: -1, soft-lifetime-expire: 1, ipsec-sa-protocol: 50,"
            + " ipsec-sa-dest-address: 192.0.2.1",
        "ipsec-sa-spi: 1, soft-lifetime-expire: maybe, ipsec-sa-protocol: 50,"
            + " ipsec-sa-dest-address: 192.0.2.1",
        "ipsec-sa-spi: 300, soft-lifetime-expire: 1, ipsec-sa-protocol: 50,"
            + " ipsec-sa-dest-address: evil.example"
      })
  void anythingElseIsNone(String text) {
    assertThat(ExpiryText.parse(text)).isEmpty();
  }
}
