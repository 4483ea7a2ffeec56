package io.keyway.ike.crypto.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** CertificateRequest of TLS 1.3, RFC 8446 section 4.3.2, octet by octet. */
class ClientProtocolTest {

  @ParameterizedTest(name = "{2}")
  @CsvSource({
    // context, extensions: authorities (47) with an empty list, signature algorithms (13)
    "00 000e 002f 0002 0000 000d 0004 0002 0403, 00 0008 000d 0004 0002 0403, an empty list",
    "00 000e 000d 0004 0002 0403 002f 0002 0000, 00 0008 000d 0004 0002 0403, at the end",
    "02 abcd 000e 002f 0002 0000 000d 0004 0002 0403, 02 abcd 0008 000d 0004 0002 0403, a context",
    "00 0008 000d 0004 0002 0403, same, no list",
    "00 0011 002f 0005 0003 0001 30 000d 0004 0002 0403, same, a list with something in it",
    "00 000d 002f 0001 00 000d 0004 0002 0403, same, a list without a length",
    "00 000f 002f 0002 0000 000d 0004 0002 0403, same, shorter than it says",
    "00 000d 002f 0002 0000 000d 0004 0002 0403, same, longer than it says",
    "00 0006 002f 0009 0000, same, an extension that goes beyond its end",
    "05 00, same, a context that goes beyond its end",
    "00, same, nothing but a context",
    "'', same, nothing at all",
  })
  void anEmptyListOfAuthoritiesIsLeftOutAndNothingElse(String given, String read, String what) {
    byte[] message = HexFormat.of().parseHex(given.replace(" ", ""));
    byte[] expected =
        read.equals("same") ? message : HexFormat.of().parseHex(read.replace(" ", ""));
    assertThat(ClientProtocol.withoutEmptyAuthorities(message)).isEqualTo(expected);
  }
}
