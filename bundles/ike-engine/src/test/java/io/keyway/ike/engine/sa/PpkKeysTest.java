package io.keyway.ike.engine.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PPK_ID on the wire (RFC 8784 section 5). */
class PpkKeysTest {

  @Test
  void writesPpkIdentityAsTheRfcLaysItOut() {
    byte[] message =
        MessageEncoder.encode(
            IkeHeader.of(1, 2, 35, true, false, 1), List.of(PpkKeys.identity("ppk-1")));
    byte[] payload = Arrays.copyOfRange(message, 28, message.length);
    // Last payload, length 14; protocol 0, no SPI, type 16436; PPK_ID_FIXED, then the id.
    assertThat(HexFormat.of().formatHex(payload)).isEqualTo("0000000e0000403402" + "70706b2d31");
  }

  @Test
  void readsWhatItWrites() {
    assertThat(PpkKeys.named(PpkKeys.identity("ppk-1@example.org"))).contains("ppk-1@example.org");
  }

  @Test
  void knowsNoOtherPpkIds() {
    assertThat(PpkKeys.named(identity())).isEmpty();
    assertThat(PpkKeys.named(identity(2))).isEmpty();
    assertThat(PpkKeys.named(identity(1, 'a'))).as("opaque").isEmpty();
    assertThat(PpkKeys.named(identity(2, 'a', '\n'))).as("for logs").isEmpty();
    assertThat(PpkKeys.named(identity(2, 0xe4))).isEmpty();
    assertThat(PpkKeys.named(identity(new int[300]))).isEmpty();
  }

  private static NotifyPayload identity(int... octets) {
    byte[] data = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      data[i] = (byte) octets[i];
    }
    return NotifyPayload.of(NotifyType.PPK_IDENTITY, Octets.copyOf(data));
  }
}
