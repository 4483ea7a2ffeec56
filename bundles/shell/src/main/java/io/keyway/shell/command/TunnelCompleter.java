package io.keyway.shell.command;

import io.keyway.api.tunnel.TunnelStatus;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes names of tunnels. */
@Service
public final class TunnelCompleter extends NameCompleter {
  @Override
  Stream<String> names() {
    return services.tunnels().statuses().stream().map(TunnelStatus::name);
  }
}
