package io.keyway.shell.command;

import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeEngine;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.Stages;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Moves IKE SAs and their tunnels to another address of ours. */
@Service
@Command(
    scope = "ipsec",
    name = "move",
    description =
        "Moves a connection's IKE SAs to another local address (MOBIKE); without one, back to the"
            + " configured order")
public final class MoveCommand extends IpsecCommand {

  @Argument(
      name = "connection",
      required = true,
      description = "the connection (the name of its gateway)")
  @Completion(ConnectionCompleter.class)
  String connection;

  @Option(name = "--local", description = "the address to move to")
  String local;

  @Option(name = "--timeout", description = "seconds to wait")
  int timeout = 15;

  @Override
  void run() {
    Duration limit = Duration.ofSeconds(timeout);
    Optional<InetAddress> address = Optional.ofNullable(local).map(MoveCommand::address);
    List<Outcome> outcomes = new ArrayList<>();
    for (IkeEngine engine : services.engines()) {
      outcomes.add(
          Stages.await(
              engine.move(connection, address, limit), limit.plusSeconds(2), "move " + connection));
    }
    if (outcomes.stream().noneMatch(Outcome::done)) {
      throw new CommandFailure(
          outcomes.isEmpty()
              ? "there is no IKE engine"
              : outcomes.get(0).kind() + ": " + outcomes.get(0).reason());
    }
    console().println("moved '" + connection + "'; its tunnels follow, see ipsec:sas");
  }

  /** A literal only: nobody's resolver is asked. */
  private static InetAddress address(String text) {
    if (!text.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
      throw new CommandFailure("'" + text + "' is not an IP address");
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new CommandFailure("'" + text + "' is not an IP address");
    }
  }
}
