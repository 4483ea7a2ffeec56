package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.Childless;
import io.keyway.api.ike.ConnectionConfig;
import io.keyway.api.ike.Redirection;
import io.keyway.api.ike.VirtualAddresses;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.MobikeNotify;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Mobility of one IKE SA (RFC 4555): what both ends agreed on, which addresses there are, and when
 * to leave the ones in use. Who made the first IKE SA decides, also after rekeys from the other
 * side (section 2.1); the other end says what addresses it has, and follows.
 */
final class Mobike {
  /** From this transmission of a request on it goes over all pairs of addresses (section 3.10). */
  private static final int ALL_PATHS_FROM = 3;

  /** Transmissions of a test that go over the path under test, before it is given up. */
  private static final int TEST_TRANSMISSIONS = 2;

  private final IkeSa sa;
  private boolean agreed;
  private boolean decides;
  private List<InetAddress> theirs = List.of();
  private List<InetAddress> told = List.of();
  private Octets seenAs;
  private boolean pending;
  private Path confirmed;
  private Set<Path> tried = Set.of();
  private Set<Path> refused = Set.of();
  private Worker.Timer home = Worker.Timer.NONE;

  /** The address that an operator prefers; null: the configuration's order counts. */
  private InetAddress ordered;

  /** Operators who wait until the peer has confirmed. */
  private final List<CompletableFuture<Outcome>> waiters = new ArrayList<>(0);

  Mobike(IkeSa sa) {
    this.sa = sa;
  }

  boolean isAgreed() {
    return agreed;
  }

  /** Whether it is on us to move the IKE SA. */
  boolean decides() {
    return agreed && decides;
  }

  /** Whether children can live with a NAT on the way. */
  boolean mayPassNat() {
    return sa.config().natTraversal() && sa.config().options().mobility().udp();
  }

  /** All pairs, the preferred one first. */
  private List<Path> pairs(List<InetAddress> remotes) {
    List<Path> pairs = new ArrayList<>(PathPairs.of(sa, remotes));
    // Stable: those of one address stay in their order.
    pairs.sort(Comparator.comparing(p -> !p.local().getAddress().equals(ordered)));
    return pairs;
  }

  // --- agreement (sections 3.2 to 3.4) ------------------------------------------------------

  /** Adds to the first request of IKE_AUTH. */
  void offer(List<Payload> request) {
    if (sa.config().options().mobility().enabled()) {
      request.addAll(announcement());
    }
  }

  /** Looks at the answer of IKE_AUTH that makes the IKE SA. */
  void agreed(IkeMessage response) {
    agree(response, true);
  }

  /**
   * As responder.
   *
   * @param request the first one of IKE_AUTH
   */
  List<Payload> accept(IkeMessage request) {
    agree(request, false);
    return agreed ? announcement() : List.of();
  }

  private List<Payload> announcement() {
    told = additional();
    List<Payload> payloads = MobikeNotify.additional(told);
    payloads.add(0, NotifyPayload.of(NotifyType.MOBIKE_SUPPORTED));
    return payloads;
  }

  private void agree(IkeMessage message, boolean ours) {
    agreed = sa.config().options().mobility().enabled() && message.has(NotifyType.MOBIKE_SUPPORTED);
    if (agreed) {
      decides = ours;
      theirs = MobikeNotify.read(message);
      confirmed = sa.path();
      sa.ctx().counters().count("mobike-agreed");
    }
  }

  /** After an IKE rekey. SPIs are part of what the peer sees us as, so that begins anew. */
  void inherit(Mobike before) {
    agreed = before.agreed;
    decides = before.decides;
    theirs = before.theirs;
    told = before.told;
    pending = before.pending;
    confirmed = before.confirmed;
    ordered = before.ordered;
    waiters.addAll(before.waiters);
    before.waiters.clear();
    if (agreed && !sa.path().equals(before.sa.path())) {
      sa.setPath(before.sa.path());
    }
    if (agreed) {
      sa.setNat(before.sa.nat());
    }
  }

  /** Our addresses that are there, but for the one in use. */
  private List<InetAddress> additional() {
    return PathPairs.ours(sa.config(), sa.ctx().services().host()).stream()
        .filter(address -> !address.equals(sa.path().local().getAddress()))
        .toList();
  }

  // --- where to send ------------------------------------------------------------------------

  /** Paths of this transmission of a request. */
  List<Path> routes(Exchange exchange, int transmission) {
    if (!agreed) {
      return sa.sightings().routes();
    }
    if (transmission == 1) {
      tried = Set.of();
    }
    Optional<Path> underTest = exchange.pathUnderTest();
    if (underTest.isPresent()) {
      tried = Set.of(underTest.get());
      return transmission <= TEST_TRANSMISSIONS ? List.copyOf(tried) : List.of(sa.path());
    }
    boolean silent = transmission >= ALL_PATHS_FROM;
    if (decides ? !silent : sa.ctx().services().host().has(sa.path().local().getAddress())) {
      return List.of(sa.path());
    }
    List<Path> pairs = pairs(decides ? theirs : List.of());
    if (pairs.isEmpty()) {
      return List.of(sa.path());
    }
    if (pairs.size() > 1) {
      sa.ctx().counters().count("mobike-path-probes");
      IkeLog.NET.info(sa, "no answer, trying all {} pairs of addresses", pairs.size());
    }
    tried = Set.copyOf(pairs);
    return pairs;
  }

  /**
   * The peer was heard, authentically. With MOBIKE no address is taken over by that alone (section
   * 3.8); only an answer on a path that we tried ourselves shows a path that works.
   */
  void heard(Path way, boolean response) {
    if (decides && response && !way.equals(sa.path()) && tried.contains(way)) {
      moveTo(way, "the peer answers there", false);
    }
  }

  // --- moving, as the one who decides (section 3.5) -----------------------------------------

  /** Our addresses, the peer's, or the configuration changed. */
  void reconsider() {
    if (!agreed || !sa.state().isEstablished()) {
      return;
    }
    refused = Set.of();
    if (decides) {
      choose();
    }
    tellIfChanged();
  }

  private void choose() {
    List<Path> pairs = pairs(theirs);
    if (!sa.ctx().services().host().has(sa.path().local().getAddress())) {
      Optional<Path> next = best(pairs);
      if (next.isPresent()) {
        moveTo(next.get(), "this host has no address " + sa.path().localHost() + " any more", true);
      } else {
        sa.ctx().counters().count("mobike-no-address");
        IkeLog.NET.warn(
            sa,
            "this host has no address {} any more, and no other one that may serve; add"
                + " additional-local-address or local-interface to the gateway",
            sa.path().localHost());
      }
    } else {
      goHome(pairs);
    }
  }

  /** Only one end moved, as a rule, so the peer's address is kept where that is possible. */
  private Optional<Path> best(List<Path> pairs) {
    return pairs.stream()
        .filter(p -> !refused.contains(p) && p.remote().equals(sa.path().remote()))
        .findFirst()
        .or(() -> pairs.stream().filter(p -> !refused.contains(p)).findFirst());
  }

  /** Tests the preferred pair, and moves there if it answers. */
  private void goHome(List<Path> pairs) {
    Optional<Path> preferred = pairs.stream().filter(p -> !refused.contains(p)).findFirst();
    if (preferred.isPresent() && !preferred.get().equals(sa.path())) {
      test(preferred.get());
    }
  }

  /** Asks the peer over another path whether that works; it is taken when the answer comes. */
  void test(Path path) {
    sa.requests().enqueue(Exchange.informational(new PathTestTask(path)));
  }

  /**
   * Takes another path and tells the peer.
   *
   * @param urgent what was sent over the old one is repeated at once
   */
  void moveTo(Path way, String why, boolean urgent) {
    IkeLog.NET.info(sa, "moving to {}: {}", way, why);
    sa.ctx().counters().count("mobike-moves");
    tried = Set.of();
    sa.setPath(way);
    askForUpdate();
    if (urgent) {
      sa.requests().resend();
    }
  }

  private void askForUpdate() {
    pending = true;
    sa.requests().enqueueFirst(Exchange.informational(new AddressUpdateTask()));
  }

  /** Whether an operator may choose that address of ours. */
  boolean canUse(InetAddress local) {
    return pairs(theirs).stream().anyMatch(p -> p.local().getAddress().equals(local));
  }

  /** Takes the address that an operator wants, or tells the peer of the one in use again. */
  void order(Optional<InetAddress> local, CompletableFuture<Outcome> whenDone) {
    ordered = local.orElse(null);
    refused = Set.of();
    waiters.add(whenDone);
    Path next = best(pairs(theirs)).orElse(sa.path());
    if (next.equals(sa.path())) {
      askForUpdate();
    } else {
      moveTo(next, "an operator wants it", true);
    }
  }

  private void tellWaiters(Outcome outcome) {
    List<CompletableFuture<Outcome>> all = List.copyOf(waiters);
    waiters.clear();
    all.forEach(waiter -> waiter.complete(outcome));
  }

  /** Whether the peer is still to be told of the path in use. */
  boolean isUpdateDue() {
    return pending;
  }

  void updateSent() {
    pending = false;
  }

  /** The peer's answer to an update that was sent when {@code path} was in use. */
  void updated(Path path, IkeMessage response) {
    if (pending || !path.equals(sa.path())) {
      // Moved again meanwhile: only the newest update counts.
      if (!pending) {
        askForUpdate();
      }
      return;
    }
    Optional<NotifyPayload> error = response.error();
    if (error.isPresent()) {
      refusedAt(path, NotifyType.name(error.get().type()), error.get().type());
      return;
    }
    NatDetection.Finding found =
        NatDetection.examine(response, sa.spiI(), sa.spiR(), path.local(), path.remote());
    if (found.any() && !mayPassNat()) {
      refusedAt(path, Reasons.natFound(found), NotifyType.UNEXPECTED_NAT_DETECTED);
      return;
    }
    noteNat(found);
    seenAs = NatDetection.destination(response).orElse(null);
    if (sa.nat().any() && !path.marker()) {
      Optional<Path> floated = NatFloat.path(sa);
      if (floated.isPresent()) {
        moveTo(floated.get(), "there is a NAT now", false);
        return;
      }
    }
    confirmed = path;
    refused = Set.of();
    sa.ctx().counters().count("mobike-updates");
    IkeLog.IKE.info(sa, "the peer knows that we are at {} now", path);
    sa.timers().pathChanged();
    sa.children().follow();
    tellIfChanged();
    tellWaiters(Outcome.ok());
  }

  private void noteNat(NatDetection.Finding found) {
    NatDetection.Finding now = found.forcedIf(sa.nat().forced());
    if (!now.equals(sa.nat())) {
      IkeLog.NET.info(
          sa, "{}", now.local() || now.remote() ? Reasons.natFound(now) : "there is no NAT now");
      sa.setNat(now);
    }
  }

  /** Section 4.1: another pair, or the one that the peer still knows. */
  private void refusedAt(Path path, String why, int notifyType) {
    sa.ctx().counters().count(CounterNames.failure(notifyType));
    IkeLog.IKE.warn(sa, "the peer does not take {}: {}", path, why);
    Set<Path> all = new HashSet<>(refused);
    all.add(path);
    refused = Set.copyOf(all);
    Optional<Path> next = best(pairs(theirs)).filter(p -> !p.equals(confirmed));
    if (next.isPresent()) {
      moveTo(next.get(), "another pair of addresses is tried", true);
    } else if (!confirmed.equals(path)) {
      sa.setPath(confirmed);
      sa.life().setHint("the peer did not take " + path + ": " + why);
    }
    tellWaiters(Outcome.refused("the peer does not take " + path + ": " + why));
  }

  // --- NAT (section 3.8) --------------------------------------------------------------------

  /** Adds to a liveness check what shows whether the NAT, if there is one, is still the same. */
  void addNatDetection(List<Payload> request) {
    if (decides() && mayPassNat()) {
      request.addAll(natDetection(sa.path()));
    }
  }

  List<Payload> natDetection(Path path) {
    return sa.nat().forced()
        ? NatDetection.forcing(sa.spiI(), sa.spiR(), path.remote(), sa.ctx().random())
        : NatDetection.payloads(sa.spiI(), sa.spiR(), path.local(), path.remote());
  }

  /** The peer's answer to a liveness check: it may see us elsewhere than before. */
  void checkMapping(IkeMessage response) {
    Optional<Octets> now = NatDetection.destination(response);
    if (!decides() || now.isEmpty() || pending) {
      return;
    }
    Path path = sa.path();
    NatDetection.Finding found =
        NatDetection.examine(response, sa.spiI(), sa.spiR(), path.local(), path.remote())
            .forcedIf(sa.nat().forced());
    boolean mapped = seenAs != null && !now.get().equals(seenAs);
    seenAs = now.get();
    if (mapped || !found.equals(sa.nat())) {
      sa.ctx().counters().count("mobike-nat-changes");
      IkeLog.NET.info(sa, "the NAT on the way changed, the peer is told");
      askForUpdate();
    }
  }

  // --- answering ----------------------------------------------------------------------------

  /** Takes over what a request tells of the peer's addresses. */
  void peerTells(IkeMessage request, Path way) {
    theirs = MobikeNotify.read(request);
    InetAddress from = way.remote().getAddress();
    InetAddress current = sa.path().remote().getAddress();
    IkeLog.NET.info(sa, "the peer's additional addresses: {}", Reasons.addresses(theirs));
    if (decides && !from.equals(current) && !theirs.contains(current)) {
      // The one in use is gone; a request comes from one that is there (section 3.6).
      Optional<Path> next =
          best(
              pairs(joined(from)).stream()
                  .filter(p -> !p.remote().getAddress().equals(current))
                  .toList());
      next.ifPresent(p -> moveTo(p, "the peer has no address " + current.getHostAddress(), true));
    }
  }

  private List<InetAddress> joined(InetAddress from) {
    return java.util.stream.Stream.concat(java.util.stream.Stream.of(from), theirs.stream())
        .distinct()
        .toList();
  }

  /** The peer moved, and what it asked for was acceptable. */
  void peerMovedTo(Path way, NatDetection.Finding found) {
    Path before = sa.path();
    noteNat(found);
    if (!way.equals(before)) {
      IkeLog.NET.info(sa, "the peer is at {} from now on, not at {}", way.peer(), before.peer());
      sa.ctx().counters().count("mobike-peer-moved");
      sa.setPath(way);
    }
    confirmed = way;
    sa.timers().pathChanged();
  }

  // --- our other addresses (section 3.6) ----------------------------------------------------

  private void tellIfChanged() {
    List<InetAddress> now = additional();
    if (!now.equals(told)) {
      sa.requests().enqueue(Exchange.informational(new AddressListTask()));
    }
  }

  /** What to tell now. */
  List<Payload> tell() {
    told = additional();
    return MobikeNotify.whole(told);
  }

  // --- time ---------------------------------------------------------------------------------

  /** Now and then looks whether the preferred pair works again. */
  void start() {
    stop();
    Duration pause = sa.ctx().settings().wire().pathReturn();
    if (decides() && !pause.isZero()) {
      home = sa.after(pause, this::maybeGoHome);
    }
  }

  private void maybeGoHome() {
    if (sa.state() == IkeSa.State.ESTABLISHED && sa.requests().isIdle()) {
      refused = Set.of();
      goHome(pairs(theirs));
    }
    start();
  }

  void stop() {
    home.cancel();
    home = Worker.Timer.NONE;
  }

  /** What both ends agreed on is not what the new configuration allows. */
  static boolean isOtherAgreement(ConnectionConfig a, ConnectionConfig b) {
    return !agreement(a).equals(agreement(b));
  }

  /** Without what may change while an IKE SA lives, or is looked at for itself. */
  private static ConnectionConfig.Options agreement(ConnectionConfig config) {
    return config
        .options()
        .withMobility(config.options().mobility().agreement())
        .withAddresses(VirtualAddresses.NONE)
        .withChildless(Childless.ALLOW)
        .withRedirection(Redirection.DEFAULT);
  }
}
