package io.keyway.shell.command;

import io.keyway.api.plane.DataPlane;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Completes names of data planes. */
@Service
public final class PlaneCompleter extends NameCompleter {
  @Override
  Stream<String> names() {
    return services.planes().stream().map(DataPlane::name);
  }
}
