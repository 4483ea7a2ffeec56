package io.keyway.spd;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.Result;
import io.keyway.api.plane.DataPlane;
import io.keyway.api.plane.PlaneChange;
import io.keyway.api.plane.PlaneEvent;
import io.keyway.api.sa.ChildId;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.Generation;
import io.keyway.api.sa.Usage;
import io.keyway.api.sp.Policy;
import io.keyway.api.sp.PolicyAction;
import io.keyway.api.sp.SpdService;
import io.keyway.api.ts.SelectorPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies of one data plane. Claims change places in memory; one request at a time carries the
 * places that differ to the plane. The monitor is never held while the plane or a caller is called.
 */
final class PlaneSpd {

  private static final Logger LOG = LoggerFactory.getLogger(PlaneSpd.class);

  private final String name;
  private final SpdEnvironment environment;
  private final Serial planeEvents;

  private DataPlane plane;
  private Registration subscription;
  private boolean up;
  private boolean closed;
  private Generation generation = Generation.NONE;

  private final Map<Claim.Key, Claim> claims = new LinkedHashMap<>();
  private final Map<Claim.ChildKey, Set<Claim>> byChild = new HashMap<>();
  private final Map<Place.Key, Place> places = new LinkedHashMap<>();
  private final Set<Place> dirty = new LinkedHashSet<>();
  private final Set<Waiter> waiting = new LinkedHashSet<>();
  private long orders;
  private boolean writing;
  private long round;
  private boolean retryArmed;
  private Duration retryPause;
  private long version;
  private long listVersion = -1;
  private List<SpdService.Entry> list = List.of();

  PlaneSpd(String name, SpdEnvironment environment) {
    this.name = name;
    this.environment = environment;
    this.planeEvents = new Serial(environment.executor());
    this.retryPause = environment.settings().retryFirst();
  }

  // ---- the plane comes and goes -------------------------------------------------------------

  void bind(DataPlane service) {
    Registration old;
    synchronized (this) {
      if (closed) {
        return;
      }
      plane = service;
      old = subscription;
      subscription = null;
    }
    if (old != null) {
      old.close();
    }
    Registration fresh =
        service.subscribe(event -> planeEvents.execute(() -> planeEvent(service, event)));
    synchronized (this) {
      if (plane == service && !closed) {
        subscription = fresh;
        fresh = null;
      }
    }
    if (fresh != null) {
      fresh.close();
      return;
    }
    planeEvents.execute(
        () -> {
          placeAll(service);
          if (service.status().ready()) {
            cameUp(service, service.generation());
          }
        });
  }

  void unbind(DataPlane service) {
    Registration old;
    synchronized (this) {
      if (plane != service) {
        return;
      }
      plane = null;
      up = false;
      old = subscription;
      subscription = null;
    }
    if (old != null) {
      old.close();
    }
    giveUpWaiting();
  }

  private void planeEvent(DataPlane from, PlaneEvent event) {
    synchronized (this) {
      if (plane != from) {
        return;
      }
    }
    if (event instanceof PlaneEvent.Up upEvent) {
      cameUp(from, upEvent.generation());
    } else if (event instanceof PlaneEvent.Down) {
      synchronized (this) {
        up = false;
      }
      giveUpWaiting();
    } else if (event instanceof PlaneEvent.GenerationChanged changed) {
      newLife(changed.now());
    }
  }

  private void cameUp(DataPlane service, Generation now) {
    synchronized (this) {
      if (plane != service || closed) {
        return;
      }
    }
    newLife(now);
    synchronized (this) {
      up = true;
      retryPause = environment.settings().retryFirst();
      everythingUnsettled();
    }
    pump();
  }

  /** What was confirmed counts no more, and no SA of the earlier life may carry traffic. */
  private void newLife(Generation now) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (this) {
      if (closed || generation.equals(now)) {
        return;
      }
      boolean first = generation.equals(Generation.NONE);
      generation = now;
      version++;
      // Nothing waits for an answer out of the earlier life, least of all the holds.
      round++;
      writing = false;
      if (!first) {
        for (Claim claim : claims.values()) {
          burn(claim);
        }
      }
      for (Place place : places.values()) {
        place.certain = false;
        place.refused = false;
        place.inFlight = false;
        place.flying = null;
        tellAll(
            place,
            Outcome.unknown("data plane " + name + " restarted before it answered"),
            answers);
      }
      everythingUnsettled();
    }
    answers.forEach(Runnable::run);
    LOG.info("data plane {} is in life {}: its policies are written anew", name, now);
  }

  private static void burn(Claim claim) {
    if (claim.protects()) {
      claim.burnt = true;
      claim.awake = false;
      claim.waking = false;
      claim.next = null;
    }
  }

  /** Holding the monitor. */
  private void everythingUnsettled() {
    places.values().stream()
        .filter(place -> !place.settled() && !place.refused)
        .forEach(dirty::add);
  }

  /** Finds the places of claims that came before their plane did. */
  private void placeAll(DataPlane service) {
    List<Claim> unplaced;
    synchronized (this) {
      unplaced = claims.values().stream().filter(claim -> claim.place == null).toList();
    }
    Map<Claim, Result<String>> found = new LinkedHashMap<>();
    for (Claim claim : unplaced) {
      if (applies(service, claim.policy)) {
        Policy policy = claim.policy;
        found.put(claim, service.place(policy.direction(), policy.selectors()));
      }
    }
    synchronized (this) {
      found.forEach(
          (claim, result) -> {
            if (claims.get(claim.key) != claim || claim.place != null) {
              return;
            }
            version++;
            Outcome outcome = result.outcome();
            if (outcome.done()) {
              Place.Key key = new Place.Key(claim.policy.direction(), result.value().orElseThrow());
              outcome = collision(claim.policy, key).orElse(outcome);
              if (outcome.done()) {
                settleIn(claim, key);
              }
            }
            claim.problem = outcome.reason();
          });
    }
    pump();
  }

  /** Inbound policies only exist on planes that check what comes out of a tunnel. */
  private static boolean applies(DataPlane service, Policy policy) {
    return policy.direction() == Direction.OUTBOUND || service.capabilities().inboundPolicies();
  }

  // ---- what callers ask ---------------------------------------------------------------------

  CompletionStage<Outcome> put(Policy policy, Duration timeout) {
    DataPlane service;
    synchronized (this) {
      service = plane;
    }
    Result<String> found = null;
    boolean applies = service != null && applies(service, policy);
    if (applies) {
      found = service.place(policy.direction(), policy.selectors());
      if (!found.done()) {
        return now(found.outcome());
      }
    }
    Waiter waiter;
    Outcome instead;
    synchronized (this) {
      if (closed) {
        return now(Outcome.unavailable("the SPD service is stopping; try again"));
      }
      Place.Key key =
          found == null ? null : new Place.Key(policy.direction(), found.value().orElseThrow());
      if (key != null) {
        Optional<Outcome> collision = collision(policy, key);
        if (collision.isPresent()) {
          return now(collision.get());
        }
      }
      version++;
      Claim claim = claims.get(Claim.Key.of(policy));
      boolean same =
          claim != null
              && claim.policy.action().equals(policy.action())
              && claim.policy.priority() == policy.priority()
              && !claim.burnt
              && claim.next == null;
      if (claim == null) {
        claim = new Claim(policy, ++orders);
        claims.put(claim.key, claim);
        byChild.computeIfAbsent(claim.key.child(), k -> new LinkedHashSet<>()).add(claim);
      } else {
        replace(claim, policy, same);
      }
      if (key != null && claim.place == null) {
        settleIn(claim, key);
      }
      if (claim.place == null) {
        instead =
            service == null
                ? remembered()
                : new Outcome(
                    same ? Outcome.Kind.SAME : Outcome.Kind.OK,
                    "data plane " + name + " has no inbound policies; nothing to write");
        waiter = null;
      } else if (claim.place.settled() && !claim.place.inFlight) {
        instead = same ? Outcome.same() : Outcome.ok();
        waiter = null;
      } else {
        claim.place.refused = false;
        instead = usable() ? null : remembered();
        waiter = usable() ? await(List.of(claim.place), List.of()) : null;
        dirty.add(claim.place);
      }
    }
    if (instead != null) {
      return now(instead);
    }
    return start(waiter, timeout);
  }

  /** Holding the monitor. */
  private void replace(Claim claim, Policy policy, boolean same) {
    boolean protect = policy.action() instanceof PolicyAction.Protect;
    if (same) {
      // Perhaps put by another life of the owner, who is the one to ask from now on.
      claim.policy = policy;
    } else if (protect && claim.awake && claim.protects()) {
      // What protects now goes on doing so until the new one is selected.
      claim.next = policy;
    } else {
      claim.policy = policy;
      claim.next = null;
      claim.burnt = false;
      claim.awake = !protect;
      claim.order = ++orders;
    }
  }

  /** Holding the monitor. */
  private void settleIn(Claim claim, Place.Key key) {
    Place place = places.computeIfAbsent(key, Place::new);
    place.claims.add(claim);
    place.last = claim.policy.selectors();
    claim.place = place;
    claim.problem = "";
    if (!place.settled()) {
      dirty.add(place);
    }
  }

  /**
   * Two tunnels with different selectors that the plane cannot tell apart: traffic of one would go
   * to the peer of the other. Holding the monitor.
   */
  private Optional<Outcome> collision(Policy policy, Place.Key key) {
    Place place = places.get(key);
    if (place == null || Claim.fills(policy)) {
      return Optional.empty();
    }
    return place.claims.stream()
        .map(claim -> claim.filler() ? null : claim.policy)
        .filter(java.util.Objects::nonNull)
        .filter(other -> !sameTunnel(other.child().connection(), policy.child().connection()))
        .filter(other -> !other.selectors().equals(policy.selectors()))
        .findFirst()
        .map(
            other ->
                Outcome.conflict(
                    "'"
                        + policy.child().connection()
                        + "' ("
                        + policy.selectors()
                        + ") collides with '"
                        + other.child().connection()
                        + "' ("
                        + other.selectors()
                        + "): data plane "
                        + name
                        + " cannot tell them apart ("
                        + key.place()
                        + "); give one of them other selectors"));
  }

  /** A tunnel that is one child per protocol names them {@code tunnel/protocol}. */
  private static boolean sameTunnel(String a, String b) {
    return a.equals(b) || a.startsWith(b + "/") || b.startsWith(a + "/");
  }

  CompletionStage<Outcome> select(ChildId child, Duration timeout) {
    Waiter waiter;
    synchronized (this) {
      Set<Claim> mine = byChild.getOrDefault(Claim.ChildKey.of(child), Set.of());
      List<Claim> waking = new ArrayList<>();
      Set<Place> touched = new LinkedHashSet<>();
      Outcome refused = selectable(child, mine);
      if (refused != null) {
        return now(refused);
      }
      version++;
      for (Claim claim : mine) {
        if (!claim.protects()) {
          continue;
        }
        if (claim.next != null) {
          claim.policy = claim.next;
          claim.next = null;
        } else if (!claim.awake && claim.place != null) {
          claim.waking = true;
          waking.add(claim);
        }
        claim.awake = true;
        claim.order = ++orders;
        if (claim.place != null) {
          claim.place.refused = false;
          touched.add(claim.place);
        }
      }
      touched.removeIf(place -> place.settled() && !place.inFlight);
      if (touched.isEmpty()) {
        return now(waking.isEmpty() ? Outcome.same() : Outcome.ok());
      }
      waiter = await(touched, waking);
      dirty.addAll(touched);
    }
    return start(waiter, timeout);
  }

  /** Null when it is; holding the monitor. */
  private Outcome selectable(ChildId child, Set<Claim> mine) {
    if (mine.isEmpty()) {
      return Outcome.absent("there is no policy of " + child);
    }
    if (mine.stream().anyMatch(claim -> claim.burnt)) {
      return Outcome.refused(
          "data plane "
              + name
              + " restarted: the SAs of "
              + child
              + " are gone; negotiate new ones");
    }
    if (!usable()) {
      return Outcome.unavailable(unusable());
    }
    return mine.stream()
        .filter(claim -> claim.place == null && !claim.problem.isEmpty())
        .findFirst()
        .map(claim -> Outcome.refused(claim.problem))
        .orElse(null);
  }

  CompletionStage<Outcome> remove(ChildId child, Duration timeout) {
    Waiter waiter;
    synchronized (this) {
      Set<Claim> mine = byChild.remove(Claim.ChildKey.of(child));
      if (mine == null) {
        return now(Outcome.absent("there is no policy of " + child));
      }
      version++;
      Set<Place> touched = new LinkedHashSet<>();
      for (Claim claim : mine) {
        claims.remove(claim.key);
        if (claim.place != null) {
          claim.place.claims.remove(claim);
          claim.place.refused = false;
          touched.add(claim.place);
        }
      }
      for (Iterator<Place> i = touched.iterator(); i.hasNext(); ) {
        Place place = i.next();
        if (place.settled() && !place.inFlight) {
          forgetIfUnused(place);
          i.remove();
        }
      }
      if (touched.isEmpty()) {
        return now(Outcome.ok());
      }
      dirty.addAll(touched);
      if (!usable()) {
        return now(
            Outcome.unavailable(
                unusable() + "; the policies of " + child + " are taken away when it is back"));
      }
      waiter = await(touched, List.of());
    }
    return start(waiter, timeout);
  }

  CompletionStage<Usage> usage(ChildId child, Duration timeout) {
    Set<SelectorPair> selectors = new LinkedHashSet<>();
    DataPlane service;
    synchronized (this) {
      service = plane;
      Set<Place> counted = new LinkedHashSet<>();
      for (Claim claim : byChild.getOrDefault(Claim.ChildKey.of(child), Set.of())) {
        if (claim.key.direction() == Direction.OUTBOUND
            && claim.place != null
            && counted.add(claim.place)) {
          Programmed programmed = claim.place.programmed;
          selectors.add(programmed == null ? claim.key.selectors() : programmed.selectors());
        }
      }
    }
    if (service == null || selectors.isEmpty() || !service.status().ready()) {
      return CompletableFuture.completedFuture(Usage.ABSENT);
    }
    return new PlaneCalls(environment)
        .bounded(() -> service.policyUsage(selectors, timeout), timeout)
        .handleAsync(
            (found, fault) ->
                fault != null || found == null
                    ? Usage.ABSENT
                    : selectors.stream()
                        .map(pair -> found.getOrDefault(pair, Usage.ABSENT))
                        .reduce(Usage.ABSENT, Usage::plus),
            environment.executor());
  }

  /** Children of an owner, or of one life of it. */
  synchronized List<ChildId> children(String owner, Optional<String> instance) {
    return byChild.entrySet().stream()
        .filter(entry -> entry.getKey().owner().equals(owner))
        .map(entry -> entry.getValue().iterator().next().policy.child())
        .filter(child -> instance.isEmpty() || instance.get().equals(child.owner().instance()))
        .toList();
  }

  synchronized boolean knows(Claim.ChildKey child) {
    return byChild.containsKey(child);
  }

  synchronized List<SpdService.Entry> entries() {
    if (listVersion != version) {
      List<SpdService.Entry> fresh = new ArrayList<>(claims.size());
      for (Place place : places.values()) {
        Claim top = place.top().orElse(null);
        for (Claim claim : place.stack()) {
          boolean programmed = claim == top && place.settled();
          fresh.add(
              new SpdService.Entry(
                  claim.policy, claim.awake, programmed, problem(claim, place, top)));
        }
      }
      claims.values().stream()
          .filter(claim -> claim.place == null)
          .forEach(
              claim ->
                  fresh.add(new SpdService.Entry(claim.policy, claim.awake, false, claim.problem)));
      list = List.copyOf(fresh);
      listVersion = version;
    }
    return list;
  }

  private String problem(Claim claim, Place place, Claim top) {
    if (claim.burnt) {
      return "data plane " + name + " restarted: its SAs are gone, its traffic is held";
    }
    return claim == top ? place.problem : "";
  }

  // ---- waiting ------------------------------------------------------------------------------

  /** Holding the monitor. */
  private Waiter await(Collection<Place> touched, List<Claim> waking) {
    Waiter waiter = new Waiter(touched, waking);
    touched.forEach(place -> place.waiters.add(waiter));
    waiting.add(waiter);
    return waiter;
  }

  private CompletionStage<Outcome> start(Waiter waiter, Duration timeout) {
    waiter.timer = environment.timer().schedule(timeout, () -> overdue(waiter, timeout));
    if (waiter.answer.isDone()) {
      waiter.timer.close();
    }
    pump();
    return waiter.answer;
  }

  private void overdue(Waiter waiter, Duration timeout) {
    Outcome outcome;
    synchronized (this) {
      if (waiter.over) {
        return;
      }
      waiter.over = true;
      waiting.remove(waiter);
      boolean doubtful =
          waiter.open().stream().anyMatch(place -> place.flyingWaiters.contains(waiter));
      String within = " within " + timeout.toMillis() + " ms";
      outcome =
          doubtful
              ? Outcome.unknown("data plane " + name + " did not answer" + within)
              : Outcome.unavailable("data plane " + name + " did not get to it" + within);
      for (Place place : waiter.open()) {
        place.waiters.remove(waiter);
        if (!place.flyingWaiters.contains(waiter)) {
          putToSleep(waiter, place);
        }
      }
    }
    waiter.answer.complete(outcome);
  }

  /** Holding the monitor. */
  private void putToSleep(Waiter waiter, Place place) {
    for (Claim claim : waiter.waking) {
      if (claim.place == place && claim.waking) {
        claim.waking = false;
        claim.awake = false;
        version++;
      }
    }
  }

  /** Every waiter of a place gets this outcome for it. Holding the monitor. */
  private void tellAll(Place place, Outcome outcome, List<Runnable> answers) {
    List<Waiter> all = new ArrayList<>(place.flyingWaiters);
    all.addAll(place.waiters);
    place.waiters = new ArrayList<>(1);
    place.flyingWaiters = List.of();
    all.forEach(waiter -> tell(waiter, place, outcome, answers));
  }

  /** Holding the monitor. */
  private void tell(Waiter waiter, Place place, Outcome outcome, List<Runnable> answers) {
    if (!outcome.gone()) {
      putToSleep(waiter, place);
    } else {
      waiter.waking.stream().filter(claim -> claim.place == place).forEach(c -> c.waking = false);
    }
    if (waiter.written(place, outcome)) {
      waiting.remove(waiter);
      answers.add(
          () -> {
            waiter.timer.close();
            waiter.answer.complete(waiter.worst());
          });
    }
  }

  /** The plane went: what was not sent is remembered, but nobody waits for it. */
  private void giveUpWaiting() {
    List<Runnable> answers = new ArrayList<>();
    synchronized (this) {
      Outcome outcome = Outcome.unavailable(unusable());
      for (Place place : List.copyOf(dirty)) {
        List<Waiter> gone = place.waiters;
        place.waiters = new ArrayList<>(1);
        gone.forEach(waiter -> tell(waiter, place, outcome, answers));
      }
    }
    answers.forEach(Runnable::run);
  }

  // ---- writing ------------------------------------------------------------------------------

  private record Write(Place place, Programmed wanted, PlaneChange change) {}

  private void pump() {
    List<Runnable> answers = new ArrayList<>();
    List<Write> batch;
    DataPlane service;
    Generation expected;
    long number;
    synchronized (this) {
      if (writing || dirty.isEmpty() || !usable()) {
        return;
      }
      batch = nextBatch(answers);
      writing = !batch.isEmpty();
      service = plane;
      expected = generation;
      number = ++round;
    }
    answers.forEach(Runnable::run);
    if (!batch.isEmpty()) {
      environment.executor().execute(() -> write(service, expected, number, batch));
    }
  }

  /**
   * What drops goes first and all at once, so that after a restart of the plane nothing comes
   * before its holds. Holding the monitor.
   */
  private List<Write> nextBatch(List<Runnable> answers) {
    List<Write> drops = new ArrayList<>();
    List<Write> others = new ArrayList<>();
    for (Iterator<Place> i = dirty.iterator(); i.hasNext(); ) {
      Place place = i.next();
      if (place.settled()) {
        i.remove();
        tellAll(place, Outcome.ok(), answers);
        forgetIfUnused(place);
      } else {
        Write write = writeOf(place);
        (write.wanted() != null && write.wanted().drops() ? drops : others).add(write);
      }
    }
    others.sort(
        Comparator.comparing(w -> w.wanted() == null || !isProtect(w.wanted()))); // protect first
    List<Write> chosen = drops.isEmpty() ? others : drops;
    int most = drops.isEmpty() ? environment.settings().batch() : drops.size();
    List<Write> batch = List.copyOf(chosen.subList(0, Math.min(most, chosen.size())));
    for (Write write : batch) {
      Place place = write.place();
      dirty.remove(place);
      place.inFlight = true;
      place.flying = write.wanted();
      place.flyingWaiters = place.waiters;
      place.waiters = new ArrayList<>(1);
    }
    return batch;
  }

  private static boolean isProtect(Programmed wanted) {
    return wanted.action() instanceof PolicyAction.Protect;
  }

  private static Write writeOf(Place place) {
    Direction direction = place.key.direction();
    Programmed wanted = place.desired().orElse(null);
    if (wanted != null) {
      return new Write(
          place,
          wanted,
          new PlaneChange.PutPolicy(
              direction, wanted.selectors(), wanted.priority(), wanted.action()));
    }
    return new Write(place, null, new PlaneChange.RemovePolicy(direction, place.last));
  }

  private void write(DataPlane service, Generation expected, long number, List<Write> batch) {
    Duration limit =
        environment
            .settings()
            .writeTimeout()
            .plus(environment.settings().writeTimeoutEach().multipliedBy(batch.size()));
    List<PlaneChange> changes = batch.stream().map(Write::change).toList();
    new PlaneCalls(environment)
        .apply(service, expected, changes, limit, done -> written(number, batch, done));
  }

  private void written(long number, List<Write> batch, List<Outcome> outcomes) {
    List<Runnable> answers = new ArrayList<>();
    synchronized (this) {
      if (number != round) {
        return;
      }
      writing = false;
      version++;
      boolean again = false;
      for (int i = 0; i < batch.size(); i++) {
        Write write = batch.get(i);
        Place place = write.place();
        place.inFlight = false;
        place.flying = null;
        again |= !settle(write, outcomes.get(i), answers);
      }
      if (again) {
        retryLater();
      } else {
        retryPause = environment.settings().retryFirst();
      }
    }
    answers.forEach(Runnable::run);
    pump();
  }

  /** False when it must be tried again. Holding the monitor. */
  private boolean settle(Write write, Outcome outcome, List<Runnable> answers) {
    Place place = write.place();
    boolean done = write.wanted() == null ? outcome.gone() : outcome.done();
    if (done) {
      place.programmed = write.wanted();
      place.certain = true;
      place.problem = "";
    } else {
      place.certain = place.certain && outcome.kind() != Outcome.Kind.UNKNOWN;
      place.problem = outcome.reason();
      LOG.warn(
          "data plane {}: {} not written: {} {}",
          name,
          place.key.place(),
          outcome.kind(),
          outcome.reason());
    }
    List<Waiter> told = place.flyingWaiters;
    place.flyingWaiters = List.of();
    Outcome plain = done ? Outcome.ok() : outcome;
    told.forEach(waiter -> tell(waiter, place, plain, answers));
    if (place.settled()) {
      place.problem = "";
      if (!place.waiters.isEmpty()) {
        dirty.add(place);
      }
      forgetIfUnused(place);
      return true;
    }
    if (done || dirty.contains(place)) {
      dirty.add(place);
      return true;
    }
    place.refused = outcome.kind() == Outcome.Kind.REFUSED;
    return place.refused;
  }

  private void forgetIfUnused(Place place) {
    if (place.unused()) {
      places.remove(place.key, place);
      dirty.remove(place);
    }
  }

  /** Holding the monitor. */
  private void retryLater() {
    if (retryArmed || closed) {
      return;
    }
    retryArmed = true;
    environment
        .timer()
        .schedule(
            retryPause,
            () -> {
              synchronized (this) {
                retryArmed = false;
                everythingUnsettled();
              }
              pump();
            });
    Duration twice = retryPause.multipliedBy(2);
    Duration most = environment.settings().retryMost();
    retryPause = twice.compareTo(most) > 0 ? most : twice;
  }

  // ---- hand-over ----------------------------------------------------------------------------

  /** Stops; nothing is changed on the device. */
  SpdState.Plane close() {
    List<Runnable> answers = new ArrayList<>();
    Registration old;
    SpdState.Plane state;
    synchronized (this) {
      closed = true;
      old = subscription;
      subscription = null;
      state = SpdState.of(name, generation, claims.values(), places.values());
      Outcome stopping = Outcome.unknown("the SPD service stopped before the data plane answered");
      for (Waiter waiter : waiting) {
        waiter.over = true;
        answers.add(
            () -> {
              waiter.timer.close();
              waiter.answer.complete(stopping);
            });
      }
      waiting.clear();
    }
    if (old != null) {
      old.close();
    }
    answers.forEach(Runnable::run);
    return state;
  }

  /** Takes over what an earlier instance left. Claims that were put meanwhile are newer. */
  void restore(SpdState.Plane state) {
    synchronized (this) {
      version++;
      boolean known = !generation.equals(Generation.NONE);
      boolean sameLife = !known || generation.equals(state.generation());
      if (!known) {
        generation = state.generation();
      }
      for (SpdState.SavedPlace saved : state.places()) {
        Place place = places.computeIfAbsent(saved.key(), Place::new);
        if (place.programmed == null) {
          place.programmed = saved.programmed();
          place.last = saved.last();
          place.certain = saved.certain() && sameLife && !place.inFlight;
        }
      }
      for (SpdState.SavedClaim saved : state.claims()) {
        orders = Math.max(orders, saved.order());
        if (claims.containsKey(Claim.Key.of(saved.policy()))) {
          continue;
        }
        Claim claim = new Claim(saved.policy(), saved.order());
        claim.awake = saved.awake();
        claim.burnt = saved.burnt();
        claim.next = saved.next();
        if (!sameLife) {
          burn(claim);
        }
        claims.put(claim.key, claim);
        byChild.computeIfAbsent(claim.key.child(), k -> new LinkedHashSet<>()).add(claim);
        if (saved.place() != null) {
          settleIn(claim, saved.place());
        }
      }
      everythingUnsettled();
    }
    pump();
  }

  // ---- words --------------------------------------------------------------------------------

  private boolean usable() {
    return plane != null && up && !closed;
  }

  private Outcome remembered() {
    return Outcome.unavailable(unusable() + "; the policy is remembered and written when it is");
  }

  private String unusable() {
    if (plane == null) {
      return "data plane " + name + " is not there (no service)";
    }
    var status = plane.status();
    if (status.ready()) {
      return "data plane " + name + " is just coming up";
    }
    return "data plane "
        + name
        + " is not ready ("
        + status.connection().name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + (status.reason().isEmpty() ? ")" : "): " + status.reason());
  }

  private static CompletionStage<Outcome> now(Outcome outcome) {
    return CompletableFuture.completedFuture(outcome);
  }
}
