package io.keyway.plane.infrap4d.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.settings.HostPort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpiNumberTest {

  private final Infrap4dSettings settings =
      Infrap4dSettings.plaintext("ipu-1", new HostPort("127.0.0.1", 9559));

  @Test
  void theNumberIsSwappedBecauseThatIsWhatTheWireHas() throws DeviceException {
    assertThat(SpiNumber.spi(0x01020304L, settings)).isEqualTo(0x04030201L);
    assertThat(SpiNumber.spi(0x000000FFL, settings)).isEqualTo(0xFF000000L);
  }

  @Test
  void zeroIsAFailureThatNamesItsLikelyCause() {
    assertThatThrownBy(() -> SpiNumber.spi(0, settings))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("fixed function");
  }

  @ParameterizedTest
  @ValueSource(longs = {0x1000000L, 0x1_0000_0000L, -1, Long.MIN_VALUE})
  void theClientsSentinelAndWhateverHasNot32BitsAreNoSpis(long number) {
    assertThatThrownBy(() -> SpiNumber.spi(number, settings))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("which is no SPI");
  }
}
