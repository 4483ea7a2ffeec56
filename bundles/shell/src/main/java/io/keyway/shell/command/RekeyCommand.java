package io.keyway.shell.command;

import io.keyway.api.ike.ChildResult;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.Stages;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Rekeys a tunnel's children, one CHILD_SA, or one IKE SA. */
@Service
@Command(
    scope = "ipsec",
    name = "rekey",
    description = "Rekeys a tunnel's CHILD_SAs, or one SA by its uid from ipsec:sas")
public final class RekeyCommand extends IpsecCommand {

  @Argument(name = "name", description = "the tunnel")
  @Completion(TunnelCompleter.class)
  String name;

  @Option(name = "--ike", description = "uid of an IKE SA to rekey instead")
  String ike;

  @Option(name = "--child", description = "uid of a CHILD_SA to rekey instead")
  String child;

  @Option(name = "--timeout", description = "seconds to wait")
  int timeout = 30;

  @Override
  void run() {
    if (Stream.of(name, ike, child).filter(s -> s != null).count() != 1) {
      throw new CommandFailure("name a tunnel, or one SA by --ike UID or --child UID");
    }
    Duration limit = Duration.ofSeconds(timeout);
    if (name != null) {
      String what = "rekey '" + name + "'";
      print(
          ChildResults.lines(
              what, Stages.await(services.tunnels().rekey(name, limit), limit, what)));
    } else if (ike != null) {
      bySelection("IKE SA #" + ike, new Selection.IkeUid(ike), limit);
    } else {
      bySelection("CHILD_SA #" + child, new Selection.ChildUid(child), limit);
    }
  }

  private void bySelection(String title, Selection selection, Duration limit) {
    IkeEngine engine =
        services.engines().stream()
            .filter(e -> !e.snapshot(selection).isEmpty())
            .findFirst()
            .orElseThrow(() -> new CommandFailure("there is no " + title + "; see ipsec:sas"));
    String what = "rekey " + title;
    ChildResult result = Stages.await(engine.rekey(selection, limit), limit, what);
    print(ChildResults.lines(what, result));
  }
}
