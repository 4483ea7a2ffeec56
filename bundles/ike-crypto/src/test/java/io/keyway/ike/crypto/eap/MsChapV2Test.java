package io.keyway.ike.crypto.eap;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.key.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The vectors of RFC 2759 section 9.2, and of RFC 3079 section 3.5.3. */
class MsChapV2Test {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final byte[] USER = "User".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SERVER = HEX.parseHex("5B5D7C7D7B3F2F3E3C2C602132262628");
  private static final byte[] PEER = HEX.parseHex("21402324255E262A28295F2B3A337C7E");
  private static final byte[] RESPONSE =
      HEX.parseHex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF");

  private static SecretBytes hash(String password) {
    try (SecretBytes utf8 = SecretBytes.wrap(password.getBytes(StandardCharsets.UTF_8))) {
      return MsChapV2.passwordHash(utf8);
    }
  }

  private static String hex(SecretBytes secret) {
    return secret.read(HEX::formatHex);
  }

  @Test
  void hashesThePassword() {
    assertThat(hex(hash("clientPass"))).isEqualTo("44EBBA8D5312B8D611474411F56989AE");
  }

  @Test
  void answersTheChallenge() {
    assertThat(MsChapV2.ntResponse(hash("clientPass"), SERVER, PEER, USER)).isEqualTo(RESPONSE);
  }

  @Test
  void provesTheServer() {
    assertThat(
            HEX.formatHex(
                MsChapV2.authenticatorResponse(hash("clientPass"), RESPONSE, SERVER, PEER, USER)))
        .isEqualTo("407A5589115FD0D6209F510FE9C04566932CDA56");
  }

  /** The second half of the key is the server's send key, whose value the RFC gives. */
  @Test
  void makesTheKey() {
    String key = hex(MsChapV2.masterSessionKey(hash("clientPass"), RESPONSE));
    assertThat(key).hasSize(128).endsWith("0".repeat(64));
    assertThat(key.substring(32, 64)).isEqualTo("8B7CDC149B993A1BA118CB153F56DCCB");
  }

  @Test
  void takesPasswordsInAnyScript() {
    // Nine characters, of which two are outside ASCII and one takes two places in UTF-16.
    assertThat(hex(hash("p\u00e4ss\u6f22\ud83d\udd11"))).hasSize(32);
    assertThat(hex(hash("p\u00e4ss"))).isNotEqualTo(hex(hash("pass")));
  }
}
