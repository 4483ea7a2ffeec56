package io.keyway.ike.crypto.cert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.api.key.SecretBytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PemTest {

  @Test
  void blocksAreFoundBetweenOtherText() throws UnusableException {
    assertThat(Pem.blocks("a note\n-----BEGIN X509 CRL-----\nAQID\n-----END X509 CRL-----\nmore"))
        .singleElement()
        .satisfies(
            block -> {
              assertThat(block.label()).isEqualTo("X509 CRL");
              assertThat(block.octets()).containsExactly(1, 2, 3);
            });
  }

  @Test
  void aLabelThatWouldUpsetALogIsNotRepeated() {
    for (String label :
        new String[] {"PRIVATE\nKEY", "PRIVATE\u001b[31m KEY", "\u0000", "K".repeat(65)}) {
      byte[] file = ("-----BEGIN " + label + "-----\nAQID\n").getBytes(StandardCharsets.UTF_8);
      try (SecretBytes secret = SecretBytes.copyOf(file)) {
        assertThatThrownBy(() -> PrivateKeys.read(secret))
            .isInstanceOf(UnusableException.class)
            .hasMessageContaining("label")
            .hasMessageNotContaining(label);
      }
      assertThatThrownBy(() -> Certificates.readAll(file)).hasMessageNotContaining(label);
    }
  }

  @Test
  void anEndThatSharesItsDashesWithTheBeginningIsNone() {
    assertThatThrownBy(() -> Pem.blocks("-----BEGIN X-----END X-----\n"))
        .isInstanceOf(UnusableException.class)
        .hasMessageContaining("no END line");
  }
}
