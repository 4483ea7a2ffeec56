package io.keyway.plane.vrouter.core;

import io.keyway.api.plane.PlaneStatus;
import io.keyway.api.plane.PlaneStatus.Connection;
import io.keyway.api.plane.PlaneStatus.SpiUse;
import io.keyway.api.plane.PlaneStatus.TableUse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of a plane for everybody: written on its thread, read on any. */
final class StatusBoard {

  /** Tables, as the status names them. */
  static final String SAS = "sas";

  static final String POLICIES = "policies";

  private static final Logger LOG = LoggerFactory.getLogger(StatusBoard.class);

  /** How often what the next connection needs is looked at. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  private final String plane;

  private final Life life;
  private final Mirror mirror;
  private final Reconciler reconciler;
  private final AgentEvents agentEvents;
  private final Supplier<List<String>> warnings;
  private final Clock clock;
  private Instant looked = Instant.MIN;
  private List<String> found = List.of();
  private Supplier<Long> leased = () -> 0L;
  private BooleanSupplier writing = () -> false;
  private long mostSas;
  private long mostPolicies;
  private boolean complete;
  private volatile PlaneStatus status;

  /**
   * @param warnings of the connection; reads files, so it is not asked for every change
   */
  StatusBoard(
      String plane,
      Life life,
      Mirror mirror,
      Reconciler reconciler,
      AgentEvents agentEvents,
      Supplier<List<String>> warnings,
      Clock clock) {
    this.plane = plane;
    this.life = life;
    this.mirror = mirror;
    this.reconciler = reconciler;
    this.agentEvents = agentEvents;
    this.warnings = warnings;
    this.clock = clock;
    publish(Connection.CONNECTING, "contact with the vRouter's agent is being made");
  }

  PlaneStatus status() {
    return status;
  }

  void leases(Supplier<Long> count) {
    leased = count;
  }

  void writing(BooleanSupplier now) {
    writing = now;
  }

  /** Whether a change is on its way. */
  boolean writing() {
    return writing.getAsBoolean();
  }

  void limits(long sas, long policies) {
    mostSas = sas;
    mostPolicies = policies;
  }

  /** Whether bypass policies are in force. */
  void complete(boolean now) {
    complete = now;
  }

  boolean complete() {
    return complete;
  }

  /** Numbers have changed, the connection has not. */
  void refresh() {
    publish(status.connection(), status.reason());
  }

  private List<String> warningsNow() {
    Instant now = clock.instant();
    // Also when the clock was put back.
    if (looked.isBefore(now.minus(LOOK)) || looked.isAfter(now)) {
      looked = now;
      List<String> before = found;
      found = warnings.get();
      found.stream()
          .filter(warning -> !before.contains(warning))
          .forEach(warning -> LOG.warn("data plane {}: {}", plane, warning));
    }
    return found;
  }

  void publish(Connection connection, String reason) {
    List<TableUse> tables =
        mostSas == 0
            ? List.of()
            : List.of(
                new TableUse(SAS, mirror.sas().size() + reconciler.foreignSas(), mostSas),
                new TableUse(
                    POLICIES,
                    mirror.policies().size() + reconciler.foreignPolicies(),
                    mostPolicies));
    List<String> told = new ArrayList<>(warningsNow());
    if (connection == Connection.READY && !complete) {
      told.add(
          "bypass policies are not in force yet: the router forwards nothing in clear until all"
              + " policies are there");
    }
    agentEvents
        .linksDown()
        .forEach(
            port ->
                told.add("the link of the router's port " + port + " is down; check its cable"));
    status =
        new PlaneStatus(
            connection,
            reason,
            life.generation(),
            tables,
            reconciler.drift(),
            reconciler.last(),
            Optional.of(new SpiUse(leased.get(), 0, 0)),
            // A router that lost its policies forwards nothing in clear, so there is none.
            Optional.empty(),
            told);
  }
}
