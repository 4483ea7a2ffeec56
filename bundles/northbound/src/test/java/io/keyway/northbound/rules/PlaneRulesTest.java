package io.keyway.northbound.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentObject.ChildPolicy;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Samples;
import io.keyway.northbound.config.EntryRef;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlaneRulesTest {

  private final ConfigMap view = new ConfigMap();

  PlaneRulesTest() {
    add(Samples.plane("ipu-1"));
    add(Samples.ikePolicy("p", Optional.of(Samples.psk("s"))));
    add(Samples.childPolicy("c"));
    add(Samples.gateway("named", "p", Optional.of("ipu-1")));
    add(Samples.gateway("silent", "p", Optional.empty()));
  }

  private void add(IntentObject value) {
    view.put(EntryRef.of(value), Optional.of(value));
  }

  @Test
  void aTunnelThatItsDataPlaneCannotCarryIsRefusedInTheWordsOfTheStatus() {
    PlaneRules rules =
        new PlaneRules(() -> Optional.of(Fakes.of(TunnelService.class, new Refusing())));
    for (String gateway : List.of("named", "silent")) {
      assertThat(rules.on(view, view).of(Samples.tunnel("t", gateway, "c")))
          .contains(
              new Problem(
                  EntryRef.of(Samples.tunnel("t", gateway, "c")),
                  "child-policy",
                  "ipu-1 cannot carry 10.2.0.0/16"));
    }
  }

  @Test
  void nothingIsRefusedWhileTheTunnelServiceIsAway() {
    assertThat(new PlaneRules(Optional::empty).on(view, view).of(Samples.tunnel("t", "named", "c")))
        .isEmpty();
  }

  @Test
  void onlyTunnelsAreAskedFor() {
    PlaneRules rules =
        new PlaneRules(() -> Optional.of(Fakes.of(TunnelService.class, new Refusing())));
    assertThat(rules.on(view, view).of(Samples.childPolicy("c"))).isEmpty();
  }

  @Test
  void whatTunnelsReferToIsRefusedWhenItChangesAndNotWhenItIsNew() {
    PlaneRules rules =
        new PlaneRules(() -> Optional.of(Fakes.of(TunnelService.class, new Refusing())));
    Tunnel tunnel = Samples.tunnel("t", "named", "c");
    ConfigMap after = new ConfigMap(view);
    after.put(EntryRef.of(tunnel), Optional.of(tunnel));
    assertThat(rules.on(view, after).of(Samples.childPolicy("c")))
        .hasValueSatisfying(
            problem ->
                assertThat(problem.reason())
                    .isEqualTo("tunnel 't': ipu-1 cannot carry 10.2.0.0/16"));
    assertThat(rules.on(new ConfigMap(), after).of(Samples.childPolicy("c")))
        .as("its tunnels are written together with it, and checked themselves")
        .isEmpty();
  }

  /** The answers of a tunnel service that refuses everything. */
  public static final class Refusing {
    public Optional<String> refusal(
        Tunnel tunnel,
        Gateway gateway,
        java.util.List<io.keyway.api.ike.AddressPool> pools,
        ChildPolicy policy,
        PlaneConfig plane) {
      return Optional.of(plane.name() + " cannot carry 10.2.0.0/16");
    }
  }
}
