package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.plane.PlaneSnapshot;
import io.keyway.api.sa.SaId;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.vrouter.agent.Contents;
import io.keyway.plane.vrouter.message.Addresses;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.plane.vrouter.message.Selectors;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyAction;
import io.keyway.protocol.vrouter.v1.SecurityAssociation;
import io.keyway.protocol.vrouter.v1.SnapshotPolicy;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at everything on the router, now and then or when asked. Nothing is held up meanwhile: what
 * changes while a snapshot is on its way makes it be taken again. On the plane's thread.
 */
final class Audits {

  private static final Logger LOG = LoggerFactory.getLogger(Audits.class);

  /** Snapshots that are overtaken by changes before a busy router is left for later. */
  private static final int TRIES = 5;

  private final Duration period;
  private final PlaneThread thread;
  private final Mirror mirror;
  private final Reconciler reconciler;
  private final Supplier<Optional<Contact>> contact;
  private final Supplier<Outcome> notReady;
  private final StatusBoard board;
  private final Life life;
  private final Writer writer;
  private final String plane;
  private Object running;

  Audits(
      String plane,
      Duration period,
      PlaneThread thread,
      Mirror mirror,
      Reconciler reconciler,
      Supplier<Optional<Contact>> contact,
      Supplier<Outcome> notReady,
      StatusBoard board,
      Life life,
      Writer writer) {
    this.plane = plane;
    this.period = period;
    this.thread = thread;
    this.mirror = mirror;
    this.reconciler = reconciler;
    this.contact = contact;
    this.notReady = notReady;
    this.board = board;
    this.life = life;
    this.writer = writer;
  }

  void begin() {
    Object mine = new Object();
    running = mine;
    thread.later(period, () -> again(mine));
  }

  void end() {
    running = null;
  }

  private void again(Object mine) {
    if (mine != running) {
      return;
    }
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    reconcile("repair", done);
    done.whenComplete(
        (outcome, error) ->
            thread.submit(
                () -> {
                  if (mine == running) {
                    thread.later(period, () -> again(mine));
                  }
                }));
  }

  void reconcile(String mode, CompletableFuture<Outcome> answer) {
    switch (mode) {
      case "check" -> look(answer, TRIES, (now, found, all) -> answer.complete(said(found)));
      case "repair" ->
          look(answer, TRIES, (now, found, all) -> mend(now, found, all, false, answer));
      case "purge" -> look(answer, TRIES, (now, found, all) -> mend(now, found, all, true, answer));
      default ->
          answer.complete(
              Outcome.refused("mode '" + mode + "' is not one of check, repair, purge"));
    }
  }

  private interface Then {
    void found(Contact contact, Comparison comparison, Contents contents);
  }

  private void look(CompletableFuture<Outcome> answer, int tries, Then then) {
    Optional<Contact> now = contact.get();
    if (now.isEmpty()) {
      answer.complete(notReady.get());
      return;
    }
    long version = mirror.version();
    now.get()
        .agent()
        .snapshot(true)
        .whenComplete(
            (contents, error) ->
                thread.submit(
                    () -> looked(answer, tries, then, now.get(), version, contents, error)));
  }

  private void looked(
      CompletableFuture<Outcome> answer,
      int tries,
      Then then,
      Contact from,
      long version,
      Contents contents,
      Throwable error) {
    if (error != null) {
      answer.complete(Outcome.unavailable(SpiDesk.words(error)));
    } else if (contact.get().filter(from::equals).isEmpty()) {
      answer.complete(notReady.get());
    } else if (version == mirror.version() && !board.writing()) {
      guarded(
          answer,
          () -> {
            Comparison found = reconciler.compare(contents);
            board.refresh();
            then.found(from, found, contents);
          });
    } else if (tries > 1) {
      look(answer, tries - 1, then);
    } else {
      answer.complete(
          Outcome.unavailable(
              "data plane " + plane + " changes too fast to be compared; try again later"));
    }
  }

  /** Whatever an agent has that we cannot read: without an answer, no later audit would come. */
  private void guarded(CompletableFuture<Outcome> answer, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.error("data plane {}: a bug", plane, e);
      answer.complete(
          Outcome.unavailable(
              "what is on the router cannot be read ("
                  + e.getClass().getSimpleName()
                  + "); see the log, and update Keyway or the agent"));
    }
  }

  private static Outcome said(Comparison found) {
    return found.drift() == 0
        ? Outcome.same()
        : Outcome.conflict(
            found.missingSas().size()
                + " SAs of ours are missing, "
                + found.staleSas().size()
                + " are there that nobody knows; "
                + found.wrongPolicies().size()
                + " policies are missing or different, "
                + found.stalePolicies().size()
                + " are there that nobody knows; reconcile with mode repair");
  }

  private void mend(
      Contact now,
      Comparison found,
      Contents contents,
      boolean purge,
      CompletableFuture<Outcome> answer) {
    reconciler.tellMissing(found);
    // Should an event have got lost without a word, its limit is noticed here at the latest.
    reconciler.tellExpired(contents);
    reconciler
        .repair(now, found, purge, writer::alone)
        .whenComplete((outcome, error) -> answer.complete(outcome));
  }

  void snapshot(CompletableFuture<Result<PlaneSnapshot>> answer) {
    Optional<Contact> now = contact.get();
    if (now.isEmpty()) {
      answer.complete(Result.failed(notReady.get()));
      return;
    }
    now.get()
        .agent()
        .snapshot(false)
        .whenComplete(
            (contents, error) ->
                thread.submit(
                    () ->
                        answer.complete(
                            error != null
                                ? Result.failed(Outcome.unavailable(SpiDesk.words(error)))
                                : Result.ok(read(contents)))));
  }

  private PlaneSnapshot read(Contents contents) {
    List<PlaneSnapshot.Row> rows = new ArrayList<>();
    List<SaId> sas = new ArrayList<>();
    for (SnapshotSa item : contents.sas()) {
      Optional<SaId> ours = SaMessages.ours(plane, item.getSa());
      ours.ifPresent(sas::add);
      rows.add(row(item, ours.filter(sa -> mirror.sas().containsKey(Mirror.SaKey.of(sa)))));
    }
    contents.policies().forEach(item -> rows.add(row(item)));
    return new PlaneSnapshot(life.generation(), rows, sas, true);
  }

  private static PlaneSnapshot.Row row(SnapshotSa item, Optional<SaId> known) {
    SecurityAssociation sa = item.getSa();
    return new PlaneSnapshot.Row(
        StatusBoard.SAS,
        Map.of(
            "direction",
            sa.getId().getDirection().name().toLowerCase(Locale.ROOT),
            "spi",
            "0x" + HexFormat.of().toHexDigits(sa.getId().getSpi()),
            "destination",
            Addresses.text(sa.getId().getDestination())),
        sa.getMode().name().toLowerCase(Locale.ROOT),
        Map.of(
            "local",
            Addresses.text(sa.getEndpoints().getLocal()),
            "remote",
            Addresses.text(sa.getEndpoints().getRemote()),
            "state",
            item.getStatus().getState().name().toLowerCase(Locale.ROOT),
            "packets",
            Long.toUnsignedString(item.getStatus().getPackets()),
            "owner",
            sa.getOwner()),
        known.isPresent());
  }

  private PlaneSnapshot.Row row(SnapshotPolicy item) {
    Policy policy = item.getPolicy();
    boolean protects = policy.getAction() == PolicyAction.PROTECT;
    return new PlaneSnapshot.Row(
        StatusBoard.POLICIES,
        Map.of(
            "direction",
            policy.getDirection().name().toLowerCase(Locale.ROOT),
            "selectors",
            Selectors.text(policy.getSelectors())),
        policy.getAction().name().toLowerCase(Locale.ROOT),
        Map.of(
            "priority",
            Integer.toString(policy.getPriority()),
            "sa",
            protects && policy.hasSa() ? SaMessages.text(policy.getSa()) : "",
            "packets",
            Long.toUnsignedString(item.getStatus().getPackets()),
            "dropped",
            Long.toUnsignedString(item.getStatus().getDroppedPackets()),
            "owner",
            policy.getOwner()),
        mirror
            .policies()
            .containsKey(io.keyway.plane.vrouter.message.PolicyMessages.placeOf(policy)));
  }
}
