package io.keyway.ike.engine.eap;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.ike.message.Octets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layout of RFC 5216 section 3. */
class EapTlsDataTest {
  private static Optional<EapTlsData> decode(String hex) {
    return EapTlsData.decode(Octets.copyOf(HexFormat.of().parseHex(hex)));
  }

  @Test
  void readsEveryFlag() {
    EapTlsData start = decode("20").orElseThrow();
    assertThat(start.start()).isTrue();
    assertThat(start.more()).isFalse();
    EapTlsData first = decode("c000000500" + "160303").orElseThrow();
    assertThat(first.more()).isTrue();
    assertThat(first.length()).contains(0x500);
    assertThat(HexFormat.of().formatHex(first.piece())).isEqualTo("160303");
    assertThat(decode("00").orElseThrow().isEmpty()).isTrue();
    assertThat(decode("40").orElseThrow().isEmpty()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "80000000", "8000010000", "80ffffffff"})
  void refusesWhatCannotBe(String hex) {
    assertThat(decode(hex)).isEmpty();
  }

  @Test
  void cutsAndTellsTheLengthOnce() {
    byte[] message = new byte[2 * EapTlsData.PIECE + 7];
    for (int i = 0; i < message.length; i++) {
      message[i] = (byte) i;
    }
    byte[] joined = {};
    for (int from = 0; from < message.length; from += EapTlsData.PIECE) {
      EapTlsData data = EapTlsData.decode(EapTlsData.piece(message, from)).orElseThrow();
      assertThat(data.length()).isEqualTo(from == 0 ? Optional.of(2007) : Optional.empty());
      assertThat(data.more()).isEqualTo(from < 2000);
      byte[] longer = Arrays.copyOf(joined, joined.length + data.piece().length);
      System.arraycopy(data.piece(), 0, longer, joined.length, data.piece().length);
      joined = longer;
    }
    assertThat(joined).isEqualTo(message);
    assertThat(HexFormat.of().formatHex(EapTlsData.piece(new byte[] {1, 2}, 0).toArray()))
        .isEqualTo("000102");
  }
}
