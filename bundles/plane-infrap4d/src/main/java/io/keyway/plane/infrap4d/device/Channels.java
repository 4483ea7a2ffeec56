package io.keyway.plane.infrap4d.device;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.support.settings.HostPort;
import io.keyway.plane.support.tls.TlsFileException;
import io.keyway.plane.support.tls.TlsFiles;
import java.util.concurrent.TimeUnit;

/** The connections to one device: one for both services when they have the same address. */
final class Channels implements AutoCloseable {

  /** A whole pipeline description must fit; infrap4d takes 256 MiB itself. */
  private static final int MAX_MESSAGE = 64 << 20;

  /**
   * Error details of a batch travel in a trailer; past the limit the whole connection would end.
   */
  private static final int MAX_METADATA = 1 << 20;

  private final ManagedChannel p4runtime;
  private final ManagedChannel gnmi;

  private Channels(ManagedChannel p4runtime, ManagedChannel gnmi) {
    this.p4runtime = p4runtime;
    this.gnmi = gnmi;
  }

  /** Every handshake, a later one of gRPC's own too, uses the files as they are then. */
  static Channels open(Infrap4dSettings settings, TlsFiles tls) throws DeviceException {
    ChannelCredentials credentials = credentials(settings, tls);
    ManagedChannel p4 = open(settings, settings.p4runtime(), credentials);
    if (settings.gnmi().equals(settings.p4runtime())) {
      return new Channels(p4, p4);
    }
    try {
      return new Channels(p4, open(settings, settings.gnmi(), credentials));
    } catch (DeviceException | RuntimeException e) {
      p4.shutdownNow();
      throw e;
    }
  }

  private static ManagedChannel open(
      Infrap4dSettings settings, HostPort address, ChannelCredentials credentials)
      throws DeviceException {
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilderForAddress(address.host(), address.port(), credentials)
            // A retry inside gRPC could send a key a second time.
            .disableRetry()
            // The device is near; a proxy from the environment is a common cause of failure.
            .proxyDetector(target -> null)
            .maxInboundMessageSize(MAX_MESSAGE)
            .maxInboundMetadataSize(MAX_METADATA)
            .keepAliveTime(settings.timing().keepAlive().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true);
    settings.tls().serverName().ifPresent(builder::overrideAuthority);
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new DeviceException(
          DeviceException.Kind.UNREACHABLE,
          "TLS towards " + address + " cannot be set up: " + Infrap4dErrors.text(e.getMessage()));
    }
  }

  private static ChannelCredentials credentials(Infrap4dSettings settings, TlsFiles tls)
      throws DeviceException {
    if (!settings.tls().enabled()) {
      return InsecureChannelCredentials.create();
    }
    try {
      tls.require();
    } catch (TlsFileException e) {
      throw new DeviceException(DeviceException.Kind.UNREACHABLE, e.getMessage());
    }
    TlsChannelCredentials.Builder builder =
        TlsChannelCredentials.newBuilder().trustManager(tls.trustManager());
    if (settings.tls().certificateFile().isPresent()) {
      builder.keyManager(tls.keyManager());
    }
    return builder.build();
  }

  ManagedChannel p4runtime() {
    return p4runtime;
  }

  ManagedChannel gnmi() {
    return gnmi;
  }

  @Override
  public void close() {
    p4runtime.shutdownNow();
    gnmi.shutdownNow();
  }
}
