package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SadService.Purpose;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.engine.negotiate.Selectors;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.TsPayload;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Makes a child, or a child that replaces another: within IKE_AUTH (RFC 7296 section 1.2) or by
 * CREATE_CHILD_SA (sections 1.3.1 and 1.3.3).
 */
final class ChildCreateTask implements Task {
  private final ChildConfig config;
  private final ChildSa old;
  private SpiLease lease;
  private boolean abandoned;

  /** An earlier request of ours makes the child, and settles the wish for it. */
  private boolean coming;

  private boolean inAuth;
  private byte[] ourNonce = {};
  private byte[] peerNonce = {};
  private Optional<KeyExchangeMethod> group;
  private boolean groupCorrected;
  private KeyExchange.Initiation initiation;
  private ChildKeying keying;
  private int peerSpi;
  private List<SelectorPair> pairs = List.of();
  private FollowUps followUps;

  /**
   * A task for a configured child.
   *
   * @param old the child to replace, or null for a new one
   */
  ChildCreateTask(ChildConfig config, ChildSa old) {
    this.config = config;
    this.old = old;
    this.group = config.proposals().stream().findFirst().flatMap(EspProposal::keyExchange);
  }

  /** Whether it makes a new child of this name. */
  boolean makes(String name) {
    return old == null && config.name().equals(name);
  }

  @Override
  public boolean concernsChildren() {
    return true;
  }

  @Override
  public boolean takesTime() {
    return true;
  }

  @Override
  public Outcome stillDue(IkeSa sa) {
    if (old == null) {
      // An answer that was long lost may have come while this one waited for the window.
      coming = sa.children().isComing(config.name());
      return coming
          ? Outcome.absent("child " + config.name() + " is just being made")
          : Outcome.ok();
    }
    boolean over = old.state() == ChildSa.State.DELETING || old.state() == ChildSa.State.DELETED;
    return over ? Outcome.absent("child " + old + " is " + old.state() + " already") : Outcome.ok();
  }

  @Override
  public CompletableFuture<Outcome> prepare(IkeSa sa) {
    if (old != null) {
      if (old.state() != ChildSa.State.REKEYING) {
        return CompletableFuture.completedFuture(
            Outcome.absent("child " + old + " is " + old.state() + " already"));
      }
      old.rekeying = this;
    } else if (!sa.wishes().stillWanted(config.name())) {
      return CompletableFuture.completedFuture(
          Outcome.absent("child " + config.name() + " is not wanted any more, or is up"));
    }
    Installer installer = new Installer(sa);
    return installer
        .reserve(sa.config().plane(), carriesAlready(sa) ? Purpose.REKEY : Purpose.NEW)
        .thenApply(
            result -> {
              result.value().ifPresent(value -> lease = value);
              if (abandoned && lease != null) {
                installer.release(lease);
              }
              return result.outcome();
            });
  }

  /** Whether there is something that the child replaces, and whose rows come free after it. */
  private boolean carriesAlready(IkeSa sa) {
    return old != null || sa.ctx().leftovers().has(config.name(), Leftovers.peer(sa));
  }

  @Override
  public int nextExchange(int type) {
    return followUps == null ? type : ExchangeType.IKE_FOLLOWUP_KE;
  }

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    if (followUps != null) {
      followUps.build(sa, request);
      return;
    }
    sa.children().forgetEndedEarly();
    inAuth = sa.state() == IkeSa.State.CONNECTING;
    if (inAuth) {
      ourNonce = sa.handshake().initiatorNonce;
      peerNonce = sa.handshake().responderNonce;
    } else if (ourNonce.length == 0) {
      ourNonce = sa.ctx().nonce();
    }
    if (old != null) {
      request.add(NotifyPayload.esp(NotifyType.REKEY_SA, old.spiIn()));
    }
    if (config.mode() == IpsecMode.TRANSPORT) {
      request.add(NotifyPayload.of(NotifyType.USE_TRANSPORT_MODE));
    }
    request.add(EspProposals.offer(config.proposals(), lease.spi().bits(), !inAuth));
    if (!inAuth) {
      request.add(new NoncePayload(Octets.copyOf(ourNonce)));
      group.ifPresent(
          method -> {
            initiation = sa.ctx().crypto().keyExchange(method).initiate();
            request.add(new KePayload(method.ianaId(), Octets.copyOf(initiation.publicValue())));
          });
    }
    Optional<SelectorPair> packet =
        old == null ? sa.wishes().packet(config.name()) : Optional.empty();
    TriggeredSelectors offered =
        TriggeredSelectors.of(localSelectors(sa), remoteSelectors(sa), packet);
    request.add(Selectors.toWire(true, offered.local()));
    request.add(Selectors.toWire(false, offered.remote()));
  }

  private List<TrafficSelector> localSelectors(IkeSa sa) {
    return sa.addresses().local(config.localTs());
  }

  private List<TrafficSelector> remoteSelectors(IkeSa sa) {
    return sa.addresses().remote(config.remoteTs());
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    Optional<NotifyPayload> error = response.error();
    if (error.isPresent()) {
      return refused(sa, error.get());
    }
    Children children = sa.children();
    // Fulfilled by the peer, who asked at the same moment, is another thing: see Duplicates.
    if (old == null
        && !sa.wishes().isWished(config.name())
        && children.up(config.name()).isEmpty()) {
      return notAcceptable(sa, "nobody wants the child any more");
    }
    if (followUps != null) {
      Optional<String> problem = followUps.process(sa, response);
      return problem.isPresent() ? notAcceptable(sa, problem.get()) : goOn(sa);
    }
    Optional<String> unaddressed = sa.addresses().missingLocal();
    if (unaddressed.isPresent()) {
      return notAcceptable(sa, unaddressed.get());
    }
    SaPayload answer = response.first(SaPayload.class).orElse(null);
    TsPayload tsI = selectors(response, true);
    TsPayload tsR = selectors(response, false);
    if (answer == null || tsI == null || tsR == null) {
      return notAcceptable(sa, "its answer lacks SA or TS payloads");
    }
    Optional<EspProposals.Choice> choice = EspProposals.chosen(config.proposals(), answer, !inAuth);
    if (choice.isEmpty()) {
      return notAcceptable(sa, "it chose an ESP proposal that we did not offer");
    }
    boolean transport = response.has(NotifyType.USE_TRANSPORT_MODE);
    if (transport != (config.mode() == IpsecMode.TRANSPORT)) {
      return notAcceptable(
          sa, "it wants " + (transport ? "transport" : "tunnel") + " mode, which we did not offer");
    }
    List<TrafficSelector> local = Selectors.fromWire(tsI);
    List<TrafficSelector> remote = Selectors.fromWire(tsR);
    if (transport) {
      local = TransportNat.ours(sa, local);
      remote = TransportNat.theirs(sa, remote);
    }
    if (!Selectors.covers(localSelectors(sa), local)
        || !Selectors.covers(remoteSelectors(sa), remote)) {
      return notAcceptable(sa, "it widened the traffic selectors to " + local + " === " + remote);
    }
    pairs = Selectors.pairs(local, remote);
    if (pairs.isEmpty() || pairs.size() > Selectors.MAX_PAIRS) {
      return notAcceptable(sa, "its traffic selectors make " + pairs.size() + " pairs");
    }
    if (old != null && RekeyScope.isNarrower(old, pairs)) {
      return notAcceptable(sa, "its rekey narrows the traffic selectors to " + pairs);
    }
    keying = new ChildKeying(sa, choice.get().chosen());
    peerSpi = choice.get().peerSpi();
    List<KeyExchangeMethod> additional = List.of();
    if (!inAuth) {
      NoncePayload nonce = response.first(NoncePayload.class).orElse(null);
      if (nonce == null) {
        return notAcceptable(sa, "its answer lacks a nonce");
      }
      peerNonce = nonce.nonce().toArray();
      Optional<String> problem = agree(choice.get().chosen(), response, keying);
      if (problem.isPresent()) {
        return notAcceptable(sa, problem.get());
      }
      additional = choice.get().chosen().additional();
    }
    FollowUps more = new FollowUps(additional);
    if (!more.goesOn(response)) {
      return notAcceptable(sa, "its answer does not lead to more key exchanges");
    }
    followUps = more;
    return goOn(sa);
  }

  /** Another key exchange, or the child that all of them make. */
  private Step goOn(IkeSa sa) {
    if (!followUps.isDone()) {
      return Step.AGAIN;
    }
    keying.additionalSecrets(followUps.secrets());
    if (sa.children().isEndedEarly(peerSpi)) {
      return notAcceptable(sa, "the peer ended the child before its answer was here");
    }
    if (old != null && old.state() == ChildSa.State.DELETING) {
      // Somebody ended it while its rekey was under way, and meant its successor, too.
      return notAcceptable(sa, "the child that was to be replaced is ended");
    }
    if (old != null && losesAgainstPeer()) {
      keying.close();
      return concede(sa);
    }
    if (old != null && old.state() == ChildSa.State.DELETED) {
      keying.close();
      return notAcceptable(sa, "the child that was to be replaced ended meanwhile");
    }
    if (old != null) {
      win(sa);
    }
    ChildSa child = keying.child(config, lease, peerSpi, pairs, Optional.ofNullable(old));
    child.ours = old == null || old.ours;
    install(sa, child, keying);
    return Step.DONE;
  }

  private static TsPayload selectors(IkeMessage response, boolean initiator) {
    return response.all(TsPayload.class).stream()
        .filter(ts -> ts.initiator() == initiator)
        .findFirst()
        .orElse(null);
  }

  /** Computes the shared secret of a child with its own key exchange. */
  private Optional<String> agree(EspProposal chosen, IkeMessage response, ChildKeying keying) {
    KePayload ke = response.first(KePayload.class).orElse(null);
    if (chosen.keyExchange().isEmpty()) {
      return Optional.empty();
    }
    int wanted = chosen.keyExchange().get().ianaId();
    if (ke == null || ke.group() != wanted || !group.equals(chosen.keyExchange())) {
      return Optional.of("its key exchange does not belong to the proposal that it chose");
    }
    KeyAgreementResult result = initiation.complete(ke.publicValue().toArray());
    if (result instanceof KeyAgreementResult.Agreed agreed) {
      keying.sharedSecret(agreed.sharedSecret());
      return Optional.empty();
    }
    return Optional.of(((KeyAgreementResult.Refused) result).reason());
  }

  private void install(IkeSa sa, ChildSa child, ChildKeying keying) {
    Children children = sa.children();
    children.add(child);
    children.beginWork();
    sa.watch(
        new Installer(sa)
            .install(child, keying.derive(ourNonce, peerNonce), true, true)
            .thenAccept(
                outcome -> {
                  children.endWork();
                  closeSecrets();
                  afterInstall(child, outcome);
                }));
  }

  private void afterInstall(ChildSa child, Outcome outcome) {
    IkeSa now = child.ike();
    if (child.state() != ChildSa.State.INSTALLING) {
      // Ended while it was being installed: what came to the plane goes again.
      new Installer(now).remove(child, false);
      if (old != null && old.rekeying == this && !now.isDead()) {
        old.rekeyWon = false;
        now.children()
            .rekeyFailed(
                old, Outcome.unavailable("the new child ended while it was being installed"));
      }
    } else if (outcome.done()) {
      installed(now, child);
    } else {
      notInstalled(now, child, outcome);
    }
  }

  private void installed(IkeSa sa, ChildSa child) {
    child.setState(ChildSa.State.INSTALLED);
    ChildTimers.start(child);
    if (old == null) {
      sa.children().isUp(child);
      return;
    }
    old.rekeying = null;
    sa.children().isRekeyed(old, child);
    if (old.state() != ChildSa.State.DELETED) {
      old.cancelTimers();
      old.setState(ChildSa.State.REKEYED);
      sa.requests()
          .enqueueFirst(
              Exchange.informational(new ChildDeleteTask(old, "replaced by " + child, true)));
    }
  }

  /** The peer has the child and we do not: it goes, and a lost outbound key is never used again. */
  private void notInstalled(IkeSa sa, ChildSa child, Outcome outcome) {
    sa.children().drop(child);
    if (!sa.isDead()) {
      sa.requests()
          .enqueueFirst(Exchange.informational(new PhantomDeleteTask(lease, !child.leaseUsed)));
    }
    if (old != null) {
      old.rekeyWon = false;
      sa.children().rekeyFailed(old, outcome);
    } else if (outcome.kind() == Outcome.Kind.UNKNOWN) {
      sa.wishes().retry(config, outcome.reason());
    } else {
      sa.wishes().fail(config.name(), outcome);
    }
  }

  // --- refusals -----------------------------------------------------------------------------

  private Step refused(IkeSa sa, NotifyPayload error) {
    if (followUps == null && error.type() == NotifyType.INVALID_KE_PAYLOAD && correctGroup(error)) {
      closeSecrets();
      return Step.AGAIN;
    }
    closeSecrets();
    new Installer(sa).release(lease);
    Outcome why = Reasons.childRefused(sa, config, error.type());
    if (old == null) {
      if (error.type() == NotifyType.TEMPORARY_FAILURE) {
        sa.wishes().retry(config, why.reason());
      } else {
        sa.wishes().fail(config.name(), why);
      }
    } else if (error.type() == NotifyType.CHILD_SA_NOT_FOUND) {
      // RFC 7296 section 2.25: the peer has it no more, so it goes here, too; we start afresh,
      // unless the peer only got our request after it had ended the child on purpose.
      boolean ended = old.state() == ChildSa.State.DELETING || old.state() == ChildSa.State.DELETED;
      sa.children().end(old, "the peer does not know this child any more", false);
      if (!ended) {
        sa.wishes().want(config);
      }
    } else {
      sa.children().rekeyFailed(old, why);
    }
    return Step.DONE;
  }

  /** RFC 7296 section 1.3: once, and only to a method that we offered ourselves. */
  private boolean correctGroup(NotifyPayload error) {
    if (groupCorrected || error.data().length() != 2) {
      return false;
    }
    groupCorrected = true;
    int wanted = error.data().at(0) << 8 | error.data().at(1);
    Optional<KeyExchangeMethod> offered =
        config.proposals().stream()
            .flatMap(p -> p.keyExchange().stream())
            .filter(m -> m.ianaId() == wanted)
            .findFirst();
    offered.ifPresent(method -> group = offered);
    return offered.isPresent();
  }

  /** The peer made something that we do not want: it is told to end it. */
  private Step notAcceptable(IkeSa sa, String problem) {
    closeSecrets();
    sa.requests().enqueueFirst(Exchange.informational(new PhantomDeleteTask(lease, true)));
    Outcome why = Outcome.refused("peer " + sa.path().peer() + " cannot be accepted: " + problem);
    if (old == null) {
      sa.wishes().fail(config.name(), why);
      // It would have been looked for when the child came up.
      Duplicates.resolve(sa);
    } else {
      sa.children().rekeyFailed(old, why);
    }
    return Step.DONE;
  }

  // --- collision (RFC 7296 section 2.8.1) ---------------------------------------------------

  private boolean losesAgainstPeer() {
    return old.peerRekey != null && old.peerRekey.beats(PeerRekey.lower(ourNonce, peerNonce));
  }

  /** The peer's child stays; ours is deleted by us, the old one by the peer. */
  private Step concede(IkeSa sa) {
    closeSecrets();
    sa.ctx().counters().count("child-rekey-collisions");
    old.rekeying = null;
    old.setState(ChildSa.State.REKEYED);
    sa.requests().enqueueFirst(Exchange.informational(new PhantomDeleteTask(lease, true)));
    return Step.DONE;
  }

  /** Ours stays; the peer deletes what it made, and if it forgets, we do. */
  private void win(IkeSa sa) {
    old.rekeyWon = true;
    if (old.peerRekey == null) {
      return;
    }
    sa.ctx().counters().count("child-rekey-collisions");
    ChildSa redundant = old.peerRekey.successor();
    old.peerRekey = null;
    if (redundant != null) {
      redundantAfterCollision(redundant);
    }
  }

  static void redundantAfterCollision(ChildSa redundant) {
    redundant.switchTimer.cancel();
    redundant.rekeyTimer.cancel();
    redundant.replaces = null;
    IkeSa sa = redundant.ike();
    redundant.switchTimer =
        sa.after(
            sa.ctx().settings().halfOpenTimeout(),
            () ->
                redundant
                    .ike()
                    .children()
                    .delete(
                        redundant,
                        "superfluous after both sides rekeyed at the same time",
                        Optional.empty()));
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    abandoned = true;
    closeSecrets();
    if (lease != null) {
      new Installer(sa).release(lease);
    }
    if (old == null) {
      if (!coming) {
        sa.wishes().fail(config.name(), why);
      }
    } else if (!sa.isDead()) {
      sa.children().rekeyFailed(old, why);
    }
  }

  private void closeSecrets() {
    if (initiation != null) {
      initiation.close();
    }
    if (keying != null) {
      keying.close();
    }
    if (followUps != null) {
      followUps.close();
    }
  }
}
