package io.keyway.shell.command;

import io.keyway.shell.view.CountersView;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the counters of the engines. */
@Service
@Command(
    scope = "ipsec",
    name = "counters",
    description = "Lists counters of the IKE engines: exchanges, notifications, failures and more")
public final class CountersCommand extends IpsecCommand {

  @Argument(
      name = "prefix",
      description = "only counters whose names begin with it, such as exchange, notify or failure")
  String prefix = "";

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    if (json) {
      console().println(CountersView.json(services.engines(), prefix));
    } else {
      print(CountersView.lines(services.engines(), prefix));
    }
  }
}
