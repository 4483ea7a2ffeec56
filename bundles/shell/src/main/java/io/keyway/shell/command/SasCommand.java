package io.keyway.shell.command;

import io.keyway.api.ike.ChildSaStatus;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.intent.IntentObject;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists IKE SAs with their children. */
@Service
@Command(scope = "ipsec", name = "sas", description = "Lists IKE SAs and CHILD_SAs with counters")
public final class SasCommand extends IpsecCommand {

  private static final Duration COUNTERS = Duration.ofSeconds(5);

  @Argument(name = "name", description = "the tunnel whose IKE SA to show; all without it")
  @Completion(TunnelCompleter.class)
  String name;

  @Option(name = "--gateway", description = "show the IKE SAs of this gateway")
  @Completion(ConnectionCompleter.class)
  String gateway;

  @Option(name = "--ike", description = "uid of the IKE SA to show")
  String ike;

  @Option(name = "--child", description = "uid of the CHILD_SA whose IKE SA to show")
  String child;

  @Option(name = "--json", description = "print JSON")
  boolean json;

  @Override
  void run() {
    Optional<Selection> selection = selection();
    List<IkeSaStatus> sas = new ArrayList<>();
    for (IkeEngine engine : services.engines()) {
      sas.addAll(selection.map(engine::snapshot).orElseGet(engine::snapshot));
    }
    SasView view = new SasView(counters(sas));
    if (json) {
      console().println(view.json(sas));
    } else {
      print(view.lines(sas, clock.instant()));
    }
  }

  private Optional<Selection> selection() {
    if (Stream.of(name, gateway, ike, child).filter(s -> s != null).count() > 1) {
      throw new CommandFailure(
          "name one thing: a tunnel, or --gateway NAME, --ike UID or --child UID");
    }
    if (name != null) {
      IntentObject.Tunnel tunnel = services.intent().snapshot().tunnels().get(name);
      if (tunnel == null) {
        throw new CommandFailure("there is no tunnel '" + name + "'; see ipsec:tunnels");
      }
      return Optional.of(new Selection.Child(tunnel.gateway(), name));
    }
    if (gateway != null) {
      return Optional.of(new Selection.Connection(gateway));
    }
    if (ike != null) {
      return Optional.of(new Selection.IkeUid(ike));
    }
    return Optional.ofNullable(child).map(Selection.ChildUid::new);
  }

  /**
   * Counters are an extra: a slow plane must not hide the list.
   *
   * @param shown whose counters are asked for: a look at one tunnel must not read a whole device
   */
  private Map<SaId, Usage> counters(List<IkeSaStatus> shown) {
    Optional<SadService> sad = services.sad();
    if (sad.isEmpty() || shown.isEmpty()) {
      return Map.of();
    }
    Set<String> wanted =
        shown.stream()
            .flatMap(sa -> sa.children().stream())
            .map(ChildSaStatus::uid)
            .collect(Collectors.toSet());
    List<SaId> ids =
        sad.get().entries().stream()
            .map(SadService.Entry::sa)
            .filter(sa -> wanted.contains(sa.child().uid()))
            .map(sa -> sa.id())
            .toList();
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
