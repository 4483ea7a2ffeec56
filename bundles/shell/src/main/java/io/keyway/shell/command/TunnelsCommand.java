package io.keyway.shell.command;

import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.view.TunnelsView;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists tunnels. */
@Service
@Command(scope = "ipsec", name = "tunnels", description = "Lists tunnels, and why one is not up")
public final class TunnelsCommand extends IpsecCommand {

  @Argument(name = "name", description = "only this tunnel")
  @Completion(TunnelCompleter.class)
  String name;

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    List<TunnelStatus> statuses = services.tunnels().statuses();
    if (name != null) {
      statuses = statuses.stream().filter(t -> t.name().equals(name)).toList();
      if (statuses.isEmpty()) {
        throw new CommandFailure("there is no tunnel '" + name + "'");
      }
    }
    if (json) {
      console().println(TunnelsView.json(statuses));
    } else {
      print(TunnelsView.lines(statuses, clock.instant()));
    }
  }
}
