package io.keyway.plane.vrouter.settings;

import io.keyway.plane.support.settings.HostPort;
import java.nio.file.Path;

/** Where an agent serves gRPC. */
public sealed interface Endpoint {

  /** By TCP. */
  record Tcp(HostPort address) implements Endpoint {
    @Override
    public String toString() {
      return address.toString();
    }
  }

  /** By a UNIX socket, whose file mode decides who may connect. */
  record Unix(Path socket) implements Endpoint {
    @Override
    public String toString() {
      return socket.toString();
    }
  }
}
