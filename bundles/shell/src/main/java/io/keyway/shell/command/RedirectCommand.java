package io.keyway.shell.command;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.Stages;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Sends peers to another gateway. */
@Service
@Command(
    scope = "ipsec",
    name = "redirect",
    description = "Sends the peers of a gateway, or of one IKE SA, to another gateway (RFC 5685)")
public final class RedirectCommand extends IpsecCommand {

  @Argument(name = "to", description = "address or domain name to send them to", required = true)
  String to;

  @Argument(index = 1, name = "gateway", description = "the gateway whose peers are sent")
  @Completion(ConnectionCompleter.class)
  String gateway;

  @Option(name = "--ike", description = "uid of one IKE SA instead")
  String ike;

  @Option(name = "--timeout", description = "seconds to wait")
  int timeout = 30;

  @Override
  void run() {
    if ((gateway == null) == (ike == null)) {
      throw new CommandFailure("name a gateway, or one IKE SA by --ike UID");
    }
    Selection selection =
        ike == null ? new Selection.Connection(gateway) : new Selection.IkeUid(ike);
    String title = ike == null ? "gateway '" + gateway + "'" : "IKE SA #" + ike;
    IkeEngine engine =
        services.engines().stream()
            .filter(e -> !e.snapshot(selection).isEmpty())
            .findFirst()
            .orElseThrow(() -> new CommandFailure(title + " has no IKE SA; see ipsec:sas"));
    Duration limit = Duration.ofSeconds(timeout);
    String what = "redirect of " + title;
    ChildResult result = Stages.await(engine.redirect(selection, to, limit), limit, what);
    print(ChildResults.lines(what, result));
  }
}
