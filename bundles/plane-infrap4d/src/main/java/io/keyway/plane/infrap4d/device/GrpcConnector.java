package io.keyway.plane.infrap4d.device;

import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.tls.TlsFiles;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/**
 * Connects over gRPC. Connections to a device that answers but has no pipeline yet are kept for the
 * next attempt, which is then one question and no handshake.
 */
public final class GrpcConnector implements DeviceConnector {

  private final Infrap4dSettings settings;
  private final Election election;
  private final TlsFiles tls;
  private Channels kept;

  /**
   * @param started when this controller started: of two with the same priority the one that started
   *     earlier leads, so that a standby does not take over by starting
   */
  public GrpcConnector(Infrap4dSettings settings, Instant started) {
    this.settings = settings;
    this.election = new Election(settings.electionPriority(), started);
    this.tls = new TlsFiles(settings.tls(), Clock.systemUTC(), "infrap4d");
  }

  @Override
  public Device connect(long attempt, DeviceListener listener) throws DeviceException {
    Channels channels = kept != null ? kept : Channels.open(settings, tls);
    kept = null;
    GrpcDevice device = new GrpcDevice(settings, channels, election, attempt, listener);
    try {
      device.start();
      return device;
    } catch (DeviceException e) {
      if (e.kind() == DeviceException.Kind.NO_PIPELINE) {
        kept = channels;
      } else {
        device.close();
      }
      throw explained(e);
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /** A certificate of ours that is over is the likeliest reason of all. */
  private DeviceException explained(DeviceException e) {
    List<String> expired = settings.tls().enabled() ? tls.expired() : List.of();
    return e.kind() != DeviceException.Kind.UNREACHABLE || expired.isEmpty()
        ? e
        : new DeviceException(e.kind(), String.join("; ", expired) + ". " + e.getMessage());
  }

  @Override
  public List<String> warnings() {
    return settings.tls().enabled() ? tls.warnings() : List.of();
  }

  @Override
  public void close() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }
}
