package io.keyway.northbound.state;

import io.keyway.api.ike.IkeEngine;
import io.keyway.api.ike.IkeSaStatus;
import io.keyway.api.intent.IntentObject.Gateway;
import io.keyway.api.intent.IntentObject.PlaneConfig;
import io.keyway.api.intent.IntentObject.Tunnel;
import io.keyway.api.intent.IntentSnapshot;
import io.keyway.api.intent.IntentStore;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.sa.Usage;
import io.keyway.api.tunnel.TunnelStatus;
import io.keyway.northbound.Services;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every service what there is. A service that is missing shows as a reason in what depends on
 * it; one that fails loses its own rows only.
 */
public final class StateCollector {

  private static final Logger LOG = LoggerFactory.getLogger(StateCollector.class);

  private final Services services;

  public StateCollector(Services services) {
    this.services = services;
  }

  /** Version of the configuration that the rows go with. */
  public long version() {
    return services.intents.get().map(i -> i.snapshot().version()).orElse(0L);
  }

  /** Every row there is now. */
  public Map<Row.Key, Row> collect() {
    Map<Row.Key, Row> rows = new LinkedHashMap<>();
    IntentSnapshot intent =
        services.intents.get().map(IntentStore::snapshot).orElse(IntentSnapshot.EMPTY);
    intent.problems().forEach((entry, reason) -> put(rows, new Row.ProblemRow(entry, reason)));
    guarded(
        "what is not in force",
        () ->
            services
                .tunnels
                .get()
                .ifPresent(
                    tunnels ->
                        tunnels
                            .problems()
                            .forEach((e, reason) -> put(rows, new Row.ProblemRow(e, reason)))));
    guarded("tunnels", () -> tunnels(rows, intent));
    for (IkeEngine engine : services.engines()) {
      guarded("an IKE engine", () -> engine(rows, engine));
    }
    services
        .spd
        .get()
        .ifPresent(
            spd ->
                guarded(
                    "the SPD",
                    () -> spd.entries().forEach(entry -> put(rows, new Row.PolicyRow(entry)))));
    guarded("data planes", () -> planes(rows, intent));
    return rows;
  }

  private void tunnels(Map<Row.Key, Row> rows, IntentSnapshot intent) {
    services
        .tunnels
        .get()
        .ifPresentOrElse(
            tunnels -> tunnels.statuses().forEach(s -> put(rows, new Row.TunnelRow(s))),
            () -> intent.tunnels().values().forEach(t -> put(rows, waiting(t, intent))));
  }

  private static Row waiting(Tunnel tunnel, IntentSnapshot intent) {
    Optional<String> plane =
        Optional.ofNullable(intent.gateways().get(tunnel.gateway())).flatMap(Gateway::dataPlane);
    return new Row.TunnelRow(
        new TunnelStatus(
            tunnel.name(),
            tunnel.gateway(),
            plane.orElse(""),
            TunnelStatus.Phase.WAITING,
            "waiting for the tunnels service; what the data plane holds or protects stays as it is",
            false,
            Optional.empty(),
            List.of(),
            Usage.ABSENT,
            Usage.ABSENT,
            0));
  }

  private static void engine(Map<Row.Key, Row> rows, IkeEngine engine) {
    List<IkeSaStatus> sas = engine.snapshot();
    put(
        rows,
        new Row.EngineRow(
            engine.name(), engine.connections().size(), sas.size(), engine.counters()));
    engine.leases().forEach(lease -> put(rows, new Row.LeaseRow(lease)));
    for (IkeSaStatus sa : sas) {
      put(rows, new Row.IkeRow(engine.name(), sa));
      sa.children().forEach(child -> put(rows, new Row.ChildRow(sa.uid(), child)));
    }
  }

  private void planes(Map<Row.Key, Row> rows, IntentSnapshot intent) {
    for (PlaneConfig config : intent.dataPlanes().values()) {
      String reason =
          "no service runs this data plane; is the bundle for type " + config.type() + " started?";
      put(
          rows,
          new Row.PlaneRow(
              config.name(), config.type(), reason, Optional.empty(), Optional.empty()));
    }
    for (DataPlane plane : services.planes()) {
      guarded(
          "data plane " + plane.name(),
          () ->
              put(
                  rows,
                  new Row.PlaneRow(
                      plane.name(),
                      plane.type(),
                      plane.status().reason(),
                      Optional.of(plane.status()),
                      Optional.of(plane.capabilities()))));
    }
  }

  private static void put(Map<Row.Key, Row> rows, Row row) {
    rows.put(row.key(), row);
  }

  private static void guarded(String what, Runnable ask) {
    try {
      ask.run();
    } catch (RuntimeException e) {
      LOG.warn("Cannot read the state of {}", what, e);
    }
  }
}
