package io.keyway.shell.command;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.sa.SaId;
import io.keyway.api.sa.SadService;
import io.keyway.api.sa.Usage;
import io.keyway.shell.CommandFailure;
import io.keyway.shell.Stages;
import io.keyway.shell.view.SasView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists IKE SAs with their children. */
@Service
@Command(scope = "ipsec", name = "sas", description = "Lists IKE SAs and CHILD_SAs with counters")
public final class SasCommand extends IpsecCommand {

  private static final Duration COUNTERS = Duration.ofSeconds(5);

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    List<IkeSaStatus> sas = new ArrayList<>();
    for (IkeEngine engine : services.engines()) {
      sas.addAll(engine.snapshot());
    }
    SasView view = new SasView(counters());
    if (json) {
      console().println(view.json(sas));
    } else {
      print(view.lines(sas, clock.instant()));
    }
  }

  /** Counters are an extra: a slow plane must not hide the list. */
  private Map<SaId, Usage> counters() {
    Optional<SadService> sad = services.sad();
    if (sad.isEmpty()) {
      return Map.of();
    }
    List<SaId> ids = sad.get().entries().stream().map(e -> e.sa().id()).toList();
    try {
      return Stages.await(sad.get().usage(ids, COUNTERS), COUNTERS, "counters");
    } catch (CommandFailure e) {
      if (!json) {
        console().println("(no counters: " + e.getMessage() + ")");
      }
      return Map.of();
    }
  }
}
