package io.keyway.plane.infrap4d.device;

import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.protocol.p4runtime.Uint128;
import java.time.Instant;

/** Connects over gRPC. */
public final class GrpcConnector implements DeviceConnector {

  /** Attempts that fit between two starts in neighbouring milliseconds. */
  private static final long ATTEMPTS = 1000;

  private final Infrap4dSettings settings;
  private final Instant started;

  /**
   * @param started when this controller started: of two with the same priority the one that started
   *     earlier leads, so that a standby does not take over by starting
   */
  public GrpcConnector(Infrap4dSettings settings, Instant started) {
    this.settings = settings;
    this.started = started;
  }

  /** Priority first; then the earlier start; then the later attempt, against our own old stream. */
  Uint128 electionId(long attempt) {
    return Uint128.newBuilder()
        .setHigh(settings.electionPriority())
        .setLow(
            Long.MAX_VALUE - started.toEpochMilli() * ATTEMPTS + Math.min(attempt, ATTEMPTS - 1))
        .build();
  }

  @Override
  public Device connect(long attempt, DeviceListener listener) throws DeviceException {
    Channels channels = Channels.open(settings);
    GrpcDevice device = new GrpcDevice(settings, channels, listener);
    try {
      device.start(electionId(attempt));
      return device;
    } catch (DeviceException | RuntimeException e) {
      device.close();
      throw e;
    }
  }
}
