package io.keyway.shell.command;

import io.keyway.shell.view.PlanesView;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists data planes. */
@Service
@Command(
    scope = "ipsec",
    name = "planes",
    description = "Lists data planes: connection, rows, drift")
public final class PlanesCommand extends IpsecCommand {

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    if (json) {
      console().println(PlanesView.json(services.planes()));
    } else {
      print(PlanesView.lines(services.planes(), clock.instant()));
    }
  }
}
