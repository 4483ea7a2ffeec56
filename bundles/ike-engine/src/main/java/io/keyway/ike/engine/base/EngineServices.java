package io.keyway.ike.engine.base;

import io.keyway.api.ike.IkeTransport;
import io.keyway.api.sa.SadService;
import io.keyway.api.sp.SpdService;
import io.keyway.api.store.SecretStore;
import java.util.Optional;

/**
 * The services of other bundles as they are now. They come and go while SAs live, so nobody keeps
 * one: each use asks here.
 */
public final class EngineServices {
  private volatile IkeTransport transport;
  private volatile SadService sad;
  private volatile SpdService spd;
  private volatile SecretStore secrets;
  private volatile HostAddresses host = HostAddresses.UNKNOWN;

  public Optional<IkeTransport> transport() {
    return Optional.ofNullable(transport);
  }

  public Optional<SadService> sad() {
    return Optional.ofNullable(sad);
  }

  public Optional<SpdService> spd() {
    return Optional.ofNullable(spd);
  }

  public Optional<SecretStore> secrets() {
    return Optional.ofNullable(secrets);
  }

  /** The addresses of this machine, as somebody saw them last, and of data planes. */
  public HostAddresses host() {
    IkeTransport now = transport;
    return now == null ? host : host.and(now::elsewhere);
  }

  public void setHost(HostAddresses seen) {
    host = seen;
  }

  /** Sets or, with null, takes away. */
  public void setTransport(IkeTransport value) {
    transport = value;
  }

  /** Sets or, with null, takes away. */
  public void setSad(SadService value) {
    sad = value;
  }

  /** Sets or, with null, takes away. */
  public void setSpd(SpdService value) {
    spd = value;
  }

  /** Sets or, with null, takes away. */
  public void setSecrets(SecretStore value) {
    secrets = value;
  }

  /** What is missing to bring a child up, in words for the status; empty when nothing is. */
  public Optional<String> missing() {
    if (transport == null) {
      return Optional.of("waiting for service transport");
    }
    if (sad == null) {
      return Optional.of("waiting for service sad");
    }
    if (spd == null) {
      return Optional.of("waiting for service spd");
    }
    return secrets == null ? Optional.of("waiting for service secrets") : Optional.empty();
  }
}
