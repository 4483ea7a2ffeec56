package io.keyway.shell.command;

import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes names of connections that engines have loaded. */
@Service
public final class ConnectionCompleter extends NameCompleter {
  @Override
  Stream<String> names() {
    return services.engines().stream().flatMap(engine -> engine.connections().stream());
  }
}
