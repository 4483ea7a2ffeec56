package io.keyway.shell.command;

import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.IkeEngine;
import io.keyway.shell.view.LeasesView;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists the addresses of pools that belong to peers. */
@Service
@Command(
    scope = "ipsec",
    name = "leases",
    description = "Lists addresses of pools and the peers that have them")
public final class LeasesCommand extends IpsecCommand {

  @Argument(name = "pool", description = "only leases of this pool")
  String pool = "";

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    List<AddressLease> leases = new ArrayList<>();
    for (IkeEngine engine : services.engines()) {
      leases.addAll(engine.leases());
    }
    leases.removeIf(lease -> !pool.isEmpty() && !lease.pool().equals(pool));
    if (json) {
      console().println(LeasesView.json(leases));
    } else {
      print(LeasesView.lines(leases, clock.instant()));
    }
  }
}
