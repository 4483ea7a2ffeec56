package io.keyway.it.bench.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ViciTest {
  @Test
  void readsValuesByTheirPathAndPassesOverLists() throws IOException {
    // uptime { running = 1s } plugins = [ a b ] ikesas { total = 12 half-open = 3 }
    String message =
        "01 06 757074696d65 03 07 72756e6e696e67 0002 3173 02"
            + "04 07 706c7567696e73 05 0001 61 05 0001 62 06"
            + "01 06 696b65736173 03 05 746f74616c 0002 3132"
            + "03 09 68616c662d6f70656e 0001 33 02";
    ByteBuffer octets = ByteBuffer.wrap(HexFormat.of().parseHex(message.replace(" ", "")));
    assertThat(Vici.values(octets))
        .containsEntry("uptime.running", "1s")
        .containsEntry("ikesas.total", "12")
        .containsEntry("ikesas.half-open", "3")
        .hasSize(3);
  }

  @Test
  void refusesAnElementThatItDoesNotKnow() {
    assertThatThrownBy(() -> Vici.values(ByteBuffer.wrap(new byte[] {9})))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("unknown type");
  }
}
