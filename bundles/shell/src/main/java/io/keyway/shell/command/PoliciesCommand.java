package io.keyway.shell.command;

import io.keyway.api.sp.SpdService;
import io.keyway.shell.view.PoliciesView;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the policy database. */
@Service
@Command(scope = "ipsec", name = "policies", description = "Lists the policies of every data plane")
public final class PoliciesCommand extends IpsecCommand {

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    List<SpdService.Entry> entries = services.spd().entries();
    if (json) {
      console().println(PoliciesView.json(entries));
    } else {
      print(PoliciesView.lines(entries));
      print(PoliciesView.notInForce(services.problems()));
    }
  }
}
