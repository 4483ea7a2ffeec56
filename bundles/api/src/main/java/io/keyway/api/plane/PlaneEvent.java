package io.keyway.api.plane;

import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Spi;
import java.net.InetAddress;

/** What a data plane tells. */
public sealed interface PlaneEvent {

  /** A lifetime was reached on the device; it names the SA by SPI and destination only. */
  record Expired(Spi spi, InetAddress destination, boolean hard) implements PlaneEvent {}

  /** The peer of an encapsulated SA sends from another address or port. */
  record Mapping(Spi spi, InetAddress address, int port) implements PlaneEvent {}

  /** ESP came with an SPI that nobody knows. */
  record UnknownSpi(long spi, InetAddress source) implements PlaneEvent {}

  /** Packets were dropped since the last such event. */
  record Drops(String cause, long packets) implements PlaneEvent {}

  /** A packet waits for a trap policy. */
  record Acquire(String selectors) implements PlaneEvent {}

  /** The contents were lost, or we cannot rule it out. */
  record GenerationChanged(Generation before, Generation now, String reason)
      implements PlaneEvent {}

  /** Changes can be applied. */
  record Up(Generation generation) implements PlaneEvent {}

  /** Changes cannot be applied for now. */
  record Down(String reason) implements PlaneEvent {}
}
