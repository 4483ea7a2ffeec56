package io.keyway.shell.command;

import io.keyway.api.ike.ChildResult;
import io.keyway.shell.Stages;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Takes a tunnel down; its traffic is held. */
@Service
@Command(
    scope = "ipsec",
    name = "terminate",
    description = "Takes a tunnel down; its traffic is held")
public final class TerminateCommand extends IpsecCommand {

  @Argument(name = "name", description = "the tunnel", required = true)
  @Completion(TunnelCompleter.class)
  String name;

  @Option(name = "--timeout", description = "seconds to wait")
  int timeout = 30;

  @Override
  void run() {
    Duration limit = Duration.ofSeconds(timeout);
    String what = "terminate '" + name + "'";
    ChildResult result = Stages.await(services.tunnels().terminate(name, limit), limit, what);
    print(ChildResults.lines(what, result));
  }
}
