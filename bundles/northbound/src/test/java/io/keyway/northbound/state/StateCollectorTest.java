package io.keyway.northbound.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.AddressLease;
import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.intent.IntentObject;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneCapabilities;
import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.tunnel.TunnelService;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.northbound.Fakes;
import io.keyway.northbound.Samples;
import io.keyway.northbound.Services;
import io.keyway.northbound.States;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateCollectorTest {

  private final Services services = new Services();
  private final StateCollector collector = new StateCollector(services);

  @Test
  void withoutAnyServiceThereIsNothing() {
    assertThat(collector.collect()).isEmpty();
    assertThat(collector.version()).isZero();
  }

  @Test
  void missingServicesShowAsReasonsInWhatWaitsForThem() {
    configured();
    Map<Row.Key, Row> rows = collector.collect();
    Row.TunnelRow tunnel = (Row.TunnelRow) rows.get(new Row.Key(Row.TunnelRow.class, "t"));
    assertThat(tunnel.status().phase()).isEqualTo(TunnelStatus.Phase.WAITING);
    assertThat(tunnel.status().reason()).startsWith("waiting for the tunnels service");
    assertThat(tunnel.status().dataPlane()).isEqualTo("ipu-1");
    Row.PlaneRow plane = (Row.PlaneRow) rows.get(new Row.Key(Row.PlaneRow.class, "ipu-1"));
    assertThat(plane.status()).isEmpty();
    assertThat(plane.reason()).contains("is the bundle for type infrap4d started?");
    Row.ProblemRow problem =
        (Row.ProblemRow) rows.get(new Row.Key(Row.ProblemRow.class, "tunnels/tunnel=x"));
    assertThat(problem.reason()).isEqualTo("gateway: there is none");
    assertThat(collector.version()).isEqualTo(9);
  }

  @Test
  void everythingThatServicesHaveIsShown() {
    configured();
    services.tunnels.set(
        Fakes.of(
            TunnelService.class,
            new Object() {
              public List<TunnelStatus> statuses() {
                return List.of(States.tunnel("t", TunnelStatus.Phase.UP, ""));
              }

              public Map<String, String> problems() {
                return Map.of();
              }
            }));
    services.add(
        Fakes.of(
            IkeEngine.class,
            new Object() {
              public String name() {
                return "ike-native";
              }

              public List<IkeSaStatus> snapshot() {
                return List.of(States.ike("ike-1", States.child("c-1")));
              }

              public List<String> connections() {
                return List.of("g", "h");
              }

              public List<AddressLease> leases() {
                return List.of();
              }

              public Map<String, Long> counters() {
                return Map.of("ike-established-initiator", 1L);
              }
            }));
    services.spd.set(
        Fakes.of(
            SpdService.class,
            new Object() {
              public List<SpdService.Entry> entries() {
                return List.of(
                    States.policy(States.protect()), States.policy(new PolicyAction.Hold()));
              }
            }));
    services.add(plane("ipu-1", false));
    assertThat(collector.collect().keySet())
        .extracting(Row.Key::list)
        .containsExactlyInAnyOrder(
            Row.ProblemRow.class,
            Row.TunnelRow.class,
            Row.EngineRow.class,
            Row.IkeRow.class,
            Row.ChildRow.class,
            Row.PolicyRow.class,
            Row.PlaneRow.class);
    Row.PlaneRow plane =
        (Row.PlaneRow) collector.collect().get(new Row.Key(Row.PlaneRow.class, "ipu-1"));
    assertThat(plane.status()).contains(States.planeStatus());
    assertThat(plane.reason()).isEqualTo("the device runs no pipeline; load one");
  }

  @Test
  void whatTheTunnelServiceDoesNotPutInForceIsAProblem() {
    services.tunnels.set(
        Fakes.of(
            TunnelService.class,
            new Object() {
              public List<TunnelStatus> statuses() {
                return List.of();
              }

              public Map<String, String> problems() {
                return Map.of("policies/policy=dns", "FULL: table tx has 5 rows");
              }
            }));
    Row.ProblemRow problem =
        (Row.ProblemRow)
            collector.collect().get(new Row.Key(Row.ProblemRow.class, "policies/policy=dns"));
    assertThat(problem.reason()).isEqualTo("FULL: table tx has 5 rows");
  }

  @Test
  void aServiceThatFailsLosesItsOwnRowsOnly() {
    configured();
    services.add(plane("ipu-2", true));
    services.add(plane("ipu-3", false));
    assertThat(collector.collect().keySet())
        .contains(
            new Row.Key(Row.PlaneRow.class, "ipu-1"), new Row.Key(Row.PlaneRow.class, "ipu-3"))
        .doesNotContain(new Row.Key(Row.PlaneRow.class, "ipu-2"));
  }

  private static DataPlane plane(String name, boolean failing) {
    return Fakes.of(
        DataPlane.class,
        new Object() {
          public String name() {
            return name;
          }

          public String type() {
            return "infrap4d";
          }

          public PlaneStatus status() {
            if (failing) {
              throw new IllegalStateException("on purpose");
            }
            return States.planeStatus();
          }

          public PlaneCapabilities capabilities() {
            return States.capabilities();
          }
        });
  }

  private void configured() {
    IntentObject.Gateway gateway = Samples.gateway("g", "p", Optional.of("ipu-1"));
    IntentSnapshot snapshot =
        new IntentSnapshot(
            9,
            Map.of(),
            Map.of(),
            Map.of("g", gateway),
            Map.of("t", Samples.tunnel("t", "g", "c")),
            Map.of(),
            Map.of("ipu-1", Samples.plane("ipu-1")),
            Map.of("tunnels/tunnel=x", "gateway: there is none"));
    services.intents.set(
        Fakes.of(
            IntentStore.class,
            new Object() {
              public IntentSnapshot snapshot() {
                return snapshot;
              }
            }));
  }
}
