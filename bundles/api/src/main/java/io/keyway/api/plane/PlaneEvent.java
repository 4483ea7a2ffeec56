package io.keyway.api.plane;

import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Spi;
import io.keyway.api.ts.SelectorPair;
import java.net.InetAddress;
import java.util.Optional;

/** What a data plane tells. */
public sealed interface PlaneEvent {

  /** A lifetime was reached on the device; it names the SA by SPI and destination only. */
  record Expired(Spi spi, InetAddress destination, boolean hard) implements PlaneEvent {}

  /**
   * An authentic packet of an encapsulated SA came from another address or port than its endpoints
   * have. The SA was not changed.
   *
   * @param spi of the inbound SA
   */
  record Mapping(Spi spi, InetAddress address, int port) implements PlaneEvent {}

  /** ESP came with an SPI that nobody knows. */
  record UnknownSpi(long spi, InetAddress source) implements PlaneEvent {}

  /** Packets were dropped since the last such event. */
  record Drops(String cause, long packets) implements PlaneEvent {}

  /**
   * A packet met a trap policy and was dropped. Told at most once a second for each policy.
   *
   * @param place selectors of the outbound policy, as {@link PlaneModel#place} takes them
   * @param packet what the packet itself selects, in its own address, protocol and ports; empty
   *     where the plane cannot tell
   */
  record Acquire(SelectorPair place, Optional<SelectorPair> packet) implements PlaneEvent {}

  /** The contents were lost, or we cannot rule it out. */
  record GenerationChanged(Generation before, Generation now, String reason)
      implements PlaneEvent {}

  /** Changes can be applied. */
  record Up(Generation generation) implements PlaneEvent {}

  /** Changes cannot be applied for now. */
  record Down(String reason) implements PlaneEvent {}
}
