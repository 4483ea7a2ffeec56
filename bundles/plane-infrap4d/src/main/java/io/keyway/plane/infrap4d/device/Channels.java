package io.keyway.plane.infrap4d.device;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import io.keyway.plane.infrap4d.settings.HostPort;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.plane.infrap4d.settings.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Reads the TLS files anew, so a reconnect takes rotated certificates. Does not connect yet. */
  static Channels open(Infrap4dSettings settings) throws DeviceException {
    ManagedChannel p4 = open(settings, settings.p4runtime());
    if (settings.gnmi().equals(settings.p4runtime())) {
      return new Channels(p4, p4);
    }
    try {
      return new Channels(p4, open(settings, settings.gnmi()));
    } catch (DeviceException | RuntimeException e) {
      p4.shutdownNow();
      throw e;
    }
  }

  private static ManagedChannel open(Infrap4dSettings settings, HostPort address)
      throws DeviceException {
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilderForAddress(
                address.host(), address.port(), credentials(settings.tls()))
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
          "TLS towards " + address + " cannot be set up: " + RpcErrors.text(e.getMessage()));
    }
  }

  private static ChannelCredentials credentials(TlsSettings tls) throws DeviceException {
    if (!tls.enabled()) {
      return InsecureChannelCredentials.create();
    }
    Path current = null;
    try {
      TlsChannelCredentials.Builder builder = TlsChannelCredentials.newBuilder();
      if (tls.caFile().isPresent()) {
        current = readable("tls/ca-file", tls.caFile().get());
        builder.trustManager(current.toFile());
      }
      if (tls.certificateFile().isPresent() && tls.privateKeyFile().isPresent()) {
        current = readable("tls/certificate-file", tls.certificateFile().get());
        Path key = readable("tls/private-key-file", tls.privateKeyFile().get());
        builder.keyManager(current.toFile(), key.toFile());
      }
      return builder.build();
    } catch (IOException e) {
      throw new DeviceException(
          DeviceException.Kind.UNREACHABLE, "TLS file " + current + ": " + e.getMessage());
    }
  }

  private static Path readable(String leaf, Path path) throws DeviceException {
    if (!Files.isReadable(path)) {
      throw new DeviceException(
          DeviceException.Kind.UNREACHABLE,
          leaf + " '" + path + "' cannot be read; check that it exists and that we may read it");
    }
    return path;
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
