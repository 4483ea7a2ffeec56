package io.keyway.plane.vrouter.agent;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import io.keyway.plane.support.rpc.RpcErrors;
import io.keyway.plane.support.tls.TlsFileException;
import io.keyway.plane.support.tls.TlsFiles;
import io.keyway.plane.vrouter.settings.Endpoint;
import io.keyway.plane.vrouter.settings.VrouterSettings;
import java.time.Clock;
import java.util.List;

/** Connects by TCP with mutual TLS, or by a UNIX socket. */
public final class GrpcConnector implements AgentConnector {

  /** Parts of a snapshot are bounded by the agent to less than its own 4 MiB. */
  private static final int MAX_MESSAGE = 16 << 20;

  private final VrouterSettings settings;
  private final TlsFiles tls;

  public GrpcConnector(VrouterSettings settings) {
    this.settings = settings;
    this.tls = new TlsFiles(settings.tls(), Clock.systemUTC(), "the vRouter's agent");
  }

  @Override
  public Agent open() throws AgentException {
    ManagedChannelBuilder<?> builder = target(credentials());
    builder
        // A retry inside gRPC could send a key a second time.
        .disableRetry()
        // The router is near; a proxy from the environment is a common cause of failure.
        .proxyDetector(target -> null)
        .maxInboundMessageSize(MAX_MESSAGE);
    try {
      return new GrpcAgent(builder.build(), settings);
    } catch (IllegalArgumentException e) {
      throw new AgentException(
          AgentException.Kind.REFUSED,
          "a connection to "
              + settings.endpoint()
              + " cannot be set up: "
              + RpcErrors.text(e.getMessage()));
    }
  }

  private ManagedChannelBuilder<?> target(ChannelCredentials credentials) {
    if (settings.endpoint() instanceof Endpoint.Unix unix) {
      return Grpc.newChannelBuilder("unix:" + unix.socket(), credentials)
          // gRPC would say the path, which is no host name, and agents refuse that.
          .overrideAuthority("localhost");
    }
    Endpoint.Tcp tcp = (Endpoint.Tcp) settings.endpoint();
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilderForAddress(tcp.address().host(), tcp.address().port(), credentials);
    settings.tls().serverName().ifPresent(builder::overrideAuthority);
    return builder;
  }

  private ChannelCredentials credentials() throws AgentException {
    if (!settings.tls().enabled()) {
      return InsecureChannelCredentials.create();
    }
    try {
      tls.require();
    } catch (TlsFileException e) {
      throw new AgentException(AgentException.Kind.REFUSED, e.getMessage());
    }
    return TlsChannelCredentials.newBuilder()
        .trustManager(tls.trustManager())
        .keyManager(tls.keyManager())
        .build();
  }

  @Override
  public List<String> warnings() {
    return settings.tls().enabled() ? tls.warnings() : List.of();
  }
}
