package io.keyway.plane.vrouter.core;

import io.keyway.api.Outcome;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.SaId;
import io.keyway.plane.support.Events;
import io.keyway.plane.support.PlaneThread;
import io.keyway.plane.vrouter.agent.Contents;
import io.keyway.plane.vrouter.message.Addresses;
import io.keyway.plane.vrouter.message.PolicyMessages;
import io.keyway.plane.vrouter.message.Results;
import io.keyway.plane.vrouter.message.SaMessages;
import io.keyway.protocol.vrouter.v1.AddPolicy;
import io.keyway.protocol.vrouter.v1.ApplyRequest;
import io.keyway.protocol.vrouter.v1.Change;
import io.keyway.protocol.vrouter.v1.DelPolicy;
import io.keyway.protocol.vrouter.v1.DelSa;
import io.keyway.protocol.vrouter.v1.Policy;
import io.keyway.protocol.vrouter.v1.PolicyPlace;
import io.keyway.protocol.vrouter.v1.ResultList;
import io.keyway.protocol.vrouter.v1.SaState;
import io.keyway.protocol.vrouter.v1.SnapshotPolicy;
import io.keyway.protocol.vrouter.v1.SnapshotSa;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a router with what was confirmed, and mends it. An SA that is missing is told as expired
 * and not written again, as its key has been in use. On the plane's thread.
 */
final class Reconciler {

  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  private final String plane;
  private final PlaneThread thread;
  private final Mirror mirror;
  private final Events events;
  private final Clock clock;
  private OptionalLong drift = OptionalLong.empty();
  private Optional<Instant> last = Optional.empty();
  private long foreignSas;
  private long foreignPolicies;

  Reconciler(String plane, PlaneThread thread, Mirror mirror, Events events, Clock clock) {
    this.plane = plane;
    this.thread = thread;
    this.mirror = mirror;
    this.events = events;
    this.clock = clock;
  }

  OptionalLong drift() {
    return drift;
  }

  Optional<Instant> last() {
    return last;
  }

  long foreignSas() {
    return foreignSas;
  }

  long foreignPolicies() {
    return foreignPolicies;
  }

  /** Takes over what this controller, in another life of it, put there. */
  void adopt(Contents contents) {
    for (SnapshotSa item : contents.sas()) {
      SaMessages.ours(plane, item.getSa()).ifPresent(mirror::added);
    }
    for (SnapshotPolicy item : contents.policies()) {
      if (item.getPolicy().getOwner().startsWith(SaMessages.OWNER_PREFIX)) {
        mirror.put(item.getPolicy());
      }
    }
    mirror.taken();
    LOG.info(
        "data plane {}: goes on with {} SAs and {} policies that are there",
        plane,
        mirror.sas().size(),
        mirror.policies().size());
  }

  /**
   * Ends every doubt: a policy is what the router has. An SA of doubt is taken for stale, whatever
   * became of it, so that nothing is ever sent through it.
   */
  void settle(Contents contents) {
    for (SnapshotPolicy item : contents.policies()) {
      if (mirror.doubtfulPolicies().contains(PolicyMessages.placeOf(item.getPolicy()))
          && item.getPolicy().getOwner().startsWith(SaMessages.OWNER_PREFIX)) {
        mirror.put(item.getPolicy());
      }
    }
    mirror.doubtfulPolicies().clear();
    mirror.doubtfulSas().clear();
  }

  /** Only looks. */
  Comparison compare(Contents contents) {
    Comparison found = Comparison.of(plane, mirror, contents);
    drift = OptionalLong.of(found.drift());
    last = Optional.of(clock.instant());
    foreignSas = found.foreignSas().size();
    foreignPolicies = found.foreignPolicies().size();
    return found;
  }

  /** Who makes calls to an agent one after the other. */
  @FunctionalInterface
  interface Line {
    CompletionStage<ResultList> alone(Supplier<CompletionStage<ResultList>> call);
  }

  /** One change of a repair, which takes several calls; meanwhile it may have become wrong. */
  private record Mending(Change change, BooleanSupplier due) {}

  /**
   * Mends what differs.
   *
   * @param purge removes what is of other owners, too
   * @return what is left to say; completes on the plane's thread
   */
  CompletionStage<Outcome> repair(Contact contact, Comparison found, boolean purge, Line line) {
    List<Mending> changes = new ArrayList<>();
    // Policies first: what protects nothing any more holds before its SA goes.
    found.wrongPolicies().forEach(policy -> changes.add(again(policy)));
    found.stalePolicies().forEach(place -> changes.add(removal(place)));
    found.staleSas().forEach(id -> changes.add(removal(id)));
    if (purge) {
      found.foreignPolicies().forEach(place -> changes.add(removal(place)));
      found.foreignSas().forEach(id -> changes.add(removal(id)));
    }
    if (found.drift() > 0) {
      LOG.warn(
          "data plane {}: {} SAs of ours were missing, {} were there that nobody knows; {} policies"
              + " were missing or different, {} were there that nobody knows",
          plane,
          found.missingSas().size(),
          found.staleSas().size(),
          found.wrongPolicies().size(),
          found.stalePolicies().size());
    }
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    send(contact, changes, 0, "", line, answer);
    return answer;
  }

  /** Their children need new keys. */
  void tellMissing(Comparison found) {
    for (SaId sa : found.missingSas()) {
      mirror.removed(sa);
      events.emit(new PlaneEvent.Expired(sa.spi(), sa.destination(), true));
    }
  }

  /** Limits that were reached while nobody listened. */
  void tellExpired(Contents contents) {
    for (SnapshotSa item : contents.sas()) {
      SaState state = item.getStatus().getState();
      if (state == SaState.SOFT_EXPIRED || state == SaState.HARD_EXPIRED) {
        SaMessages.ours(plane, item.getSa())
            .ifPresent(
                sa ->
                    events.emit(
                        new PlaneEvent.Expired(
                            sa.spi(), sa.destination(), state == SaState.HARD_EXPIRED)));
      }
    }
  }

  private Mending again(Policy policy) {
    return new Mending(
        Change.newBuilder().setAddPolicy(AddPolicy.newBuilder().setPolicy(policy)).build(),
        () -> policy.equals(mirror.policies().get(PolicyMessages.placeOf(policy))));
  }

  private Mending removal(PolicyPlace place) {
    return new Mending(
        Change.newBuilder().setDelPolicy(DelPolicy.newBuilder().setPlace(place)).build(),
        () -> !mirror.policies().containsKey(place));
  }

  private Mending removal(io.keyway.protocol.vrouter.v1.SaId id) {
    return new Mending(
        Change.newBuilder().setDelSa(DelSa.newBuilder().setId(id)).build(), () -> !isKnown(id));
  }

  private boolean isKnown(io.keyway.protocol.vrouter.v1.SaId id) {
    return SaMessages.direction(id.getDirection())
        .flatMap(
            direction ->
                mirror.find(
                    direction,
                    Integer.toUnsignedLong(id.getSpi()),
                    Addresses.address(id.getDestination())))
        .isPresent();
  }

  private void send(
      Contact contact,
      List<Mending> changes,
      int from,
      String problem,
      Line line,
      CompletableFuture<Outcome> answer) {
    if (from >= changes.size()) {
      answer.complete(
          problem.isEmpty()
              ? changes.isEmpty() ? Outcome.same() : Outcome.ok()
              : Outcome.unavailable(problem));
      return;
    }
    int to = Math.min(changes.size(), from + contact.batch());
    line.alone(() -> made(contact, changes.subList(from, to)))
        .whenComplete(
            (results, error) ->
                thread.submit(
                    () -> {
                      if (error != null) {
                        answer.complete(Outcome.unavailable(SpiDesk.words(error)));
                      } else {
                        send(
                            contact,
                            changes,
                            to,
                            problem.isEmpty() ? firstProblem(results) : problem,
                            line,
                            answer);
                      }
                    }));
  }

  private static CompletionStage<ResultList> made(Contact contact, List<Mending> part) {
    ApplyRequest.Builder request =
        ApplyRequest.newBuilder().setExpectedGeneration(contact.generation());
    part.stream()
        .filter(one -> one.due().getAsBoolean())
        .forEach(one -> request.addChanges(one.change()));
    return request.getChangesCount() == 0
        ? CompletableFuture.completedFuture(ResultList.getDefaultInstance())
        : contact.agent().apply(request.build());
  }

  private static String firstProblem(ResultList results) {
    return results.getResultsList().stream()
        .map(Results::outcome)
        .filter(outcome -> !outcome.gone())
        .map(outcome -> "a repair failed: " + outcome.kind() + " " + outcome.reason())
        .findFirst()
        .orElse("");
  }
}
