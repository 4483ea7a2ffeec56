package io.keyway.emulator.infrap4d.server;

import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.pipeline.Device;
import io.keyway.protocol.gnmi.TypedValue;
import java.time.Instant;
import java.time.InstantSource;

/** What the nodes answer when they are read. Reading {@code rx-spi} costs an SPI each time. */
final class GnmiValues {
  private static final TypedValue UNSUPPORTED =
      TypedValue.newBuilder().setStringVal("unsupported yet").build();

  private final Device device;
  private final InstantSource clock;

  GnmiValues(Device device, InstantSource clock) {
    this.device = device;
    this.clock = clock;
  }

  TypedValue read(GnmiTree.Node node) {
    if (node != GnmiTree.Node.RX_SPI) {
      return UNSUPPORTED;
    }
    // A failed allocation is 0 in an answer that says OK.
    int spi = device.allocateSpi();
    return spi(device.quirks().has(Quirk.SPI_SWAPPED) ? Integer.reverseBytes(spi) : spi);
  }

  static TypedValue unsupported() {
    return UNSUPPORTED;
  }

  static TypedValue spi(int value) {
    return TypedValue.newBuilder().setUintVal(Integer.toUnsignedLong(value)).build();
  }

  long nanos() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
