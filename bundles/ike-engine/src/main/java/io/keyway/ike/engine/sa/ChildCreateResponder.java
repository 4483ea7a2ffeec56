package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.EspProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.ike.EngineEvent;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.SadService.Purpose;
import io.keyway.api.sa.SpiLease;
import io.keyway.api.ts.SelectorPair;
import io.keyway.api.ts.TrafficSelector;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.EspProposals;
import io.keyway.ike.engine.negotiate.Selectors;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.TsPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers a request for a child, or for a child that replaces another (RFC 7296 section 1.3). */
final class ChildCreateResponder {
  /** Honest peers have two for a moment; nobody may fill the plane with them. */
  private static final int MAX_OF_ONE_NAME = 4;

  private final IkeSa sa;
  private final IkeMessage request;
  private final boolean inAuth;
  private final byte[] peerNonce;
  private final byte[] ourNonce;
  private ChildSa old;

  /** A child of an earlier IKE SA carries the traffic that is meant. */
  private boolean takesOver;

  /** Within CREATE_CHILD_SA. */
  ChildCreateResponder(IkeSa sa, IkeMessage request) {
    this(
        sa,
        request,
        false,
        request.first(NoncePayload.class).map(n -> n.nonce().toArray()).orElse(new byte[0]),
        sa.ctx().nonce());
  }

  private ChildCreateResponder(
      IkeSa sa, IkeMessage request, boolean inAuth, byte[] peerNonce, byte[] ourNonce) {
    this.sa = sa;
    this.request = request;
    this.inAuth = inAuth;
    this.peerNonce = peerNonce;
    this.ourNonce = ourNonce;
  }

  /** Within IKE_AUTH, where the nonces are those of IKE_SA_INIT. */
  static ChildCreateResponder inAuth(IkeSa sa, IkeMessage request, byte[] ni, byte[] nr) {
    return new ChildCreateResponder(sa, request, true, ni, nr);
  }

  /** The whole answer to CREATE_CHILD_SA. */
  CompletableFuture<Reply> reply() {
    return payloads().thenApply(Reply::of);
  }

  /** The payloads that answer; in IKE_AUTH others come before them. */
  CompletableFuture<List<Payload>> payloads() {
    SaPayload offer = request.first(SaPayload.class).orElse(null);
    TsPayload tsI = selectors(true);
    TsPayload tsR = selectors(false);
    if (offer == null || tsI == null || tsR == null) {
      // In IKE_AUTH that is a peer that wants no child for now (RFC 6023).
      return inAuth
          ? CompletableFuture.completedFuture(List.of())
          : error(NotifyType.INVALID_SYNTAX, "SA or TS payloads are missing");
    }
    if (!inAuth && peerNonce.length == 0) {
      return error(NotifyType.INVALID_SYNTAX, "a nonce is missing");
    }
    if (!inAuth && (sa.state() != IkeSa.State.ESTABLISHED)) {
      // RFC 7296 section 2.25.2: not while the IKE SA itself is replaced or ended.
      return error(NotifyType.TEMPORARY_FAILURE, "the IKE SA is " + sa.state());
    }
    Optional<NotifyPayload> rekey = request.notification(NotifyType.REKEY_SA);
    if (rekey.isPresent()) {
      Optional<CompletableFuture<List<Payload>>> refusal = findOld(rekey.get());
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    if (sa.nat().any() && !sa.config().natTraversal()) {
      return error(NotifyType.NO_ADDITIONAL_SAS, Reasons.nat(sa, sa.nat()));
    }
    if (inAuth && Childlessness.isTooEarly(sa)) {
      return error(
          NotifyType.NO_ADDITIONAL_SAS,
          "children come by CREATE_CHILD_SA only, since childless is force (RFC 6023)");
    }
    return choose(offer, tsI, tsR);
  }

  private TsPayload selectors(boolean initiator) {
    return request.all(TsPayload.class).stream()
        .filter(ts -> ts.initiator() == initiator)
        .findFirst()
        .orElse(null);
  }

  /** RFC 7296 section 2.25.1. */
  private Optional<CompletableFuture<List<Payload>>> findOld(NotifyPayload rekey) {
    if (rekey.spi().length() != 4) {
      return Optional.of(error(NotifyType.INVALID_SYNTAX, "REKEY_SA without an ESP SPI"));
    }
    int spi = rekey.spi().toInt();
    old = sa.children().byPeerSpi(spi).orElse(null);
    if (old == null && sa.requests().isActive(ChildCreateTask.class)) {
      // Perhaps the very one that its answer, which is still on its way, makes.
      return Optional.of(
          error(NotifyType.TEMPORARY_FAILURE, "a child is being made, and may be the one meant"));
    }
    if (old == null) {
      IkeLog.CHD.info(sa, "the peer wants to replace a child that is not here");
      return Optional.of(
          CompletableFuture.completedFuture(
              List.of(NotifyPayload.esp(NotifyType.CHILD_SA_NOT_FOUND, spi))));
    }
    if (!old.state().isUp() || old.peerRekey != null || old.rekeyWon) {
      // Also when our own rekey was answered and only waits for the plane: the old one is going.
      return Optional.of(
          error(NotifyType.TEMPORARY_FAILURE, "child " + old + " is " + old.state()));
    }
    return Optional.empty();
  }

  private CompletableFuture<List<Payload>> choose(SaPayload offer, TsPayload tsI, TsPayload tsR) {
    List<TrafficSelector> theirs = Selectors.fromWire(tsI);
    List<TrafficSelector> ours = Selectors.fromWire(tsR);
    boolean transport = request.has(NotifyType.USE_TRANSPORT_MODE);
    if (transport) {
      theirs = TransportNat.theirs(sa, theirs);
      ours = TransportNat.ours(sa, ours);
    }
    Optional<ChildMatch> matched =
        old == null
            ? ChildMatch.best(sa, ours, theirs, transport)
            : ChildMatch.of(sa, old.config(), ours, theirs);
    if (matched.isEmpty() && sa.addresses().isMissingRemote()) {
      return error(
          NotifyType.FAILED_CP_REQUIRED,
          "its address comes from a pool here, and it has not asked for one; let it request a"
              + " virtual address");
    }
    if (matched.isEmpty()) {
      return error(
          NotifyType.TS_UNACCEPTABLE,
          "no child is configured for the selectors " + ours + " === " + theirs);
    }
    ChildMatch match = matched.get();
    ChildConfig config = match.config();
    if (config.mode() == IpsecMode.TRANSPORT && !transport) {
      return error(
          NotifyType.NO_PROPOSAL_CHOSEN,
          "child " + config.name() + " is configured for transport mode, the peer wants tunnel");
    }
    if (old == null && sa.children().named(config.name()).size() >= MAX_OF_ONE_NAME) {
      return error(
          NotifyType.NO_ADDITIONAL_SAS,
          "child " + config.name() + " is there " + MAX_OF_ONE_NAME + " times already");
    }
    if (old != null && sa.children().named(config.name()).size() >= 2 * MAX_OF_ONE_NAME) {
      return error(
          NotifyType.TEMPORARY_FAILURE,
          "the peer replaces child " + config.name() + " again and again, and deletes none");
    }
    List<SelectorPair> pairs = Selectors.pairs(match.local(), match.remote());
    if (pairs.isEmpty() || pairs.size() > Selectors.MAX_PAIRS) {
      return error(NotifyType.TS_UNACCEPTABLE, "the selectors make " + pairs.size() + " pairs");
    }
    if (old != null && RekeyScope.isNarrower(old, pairs)) {
      return error(
          NotifyType.TS_UNACCEPTABLE,
          "its rekey narrows the traffic selectors to " + pairs + " (RFC 7296 section 2.9.2)");
    }
    Optional<EspProposals.Choice> choice =
        EspProposals.choose(config.proposals(), offer, 0, !inAuth);
    if (choice.isEmpty()) {
      return error(
          NotifyType.NO_PROPOSAL_CHOSEN,
          "none of the peer's ESP proposals "
              + offer.proposals().stream().map(p -> p.transforms().toString()).toList()
              + " is one of "
              + Reasons.espProposals(config)
              + " of child "
              + config.name());
    }
    takesOver =
        old == null
            && TakeOver.replaces(
                sa, config.name(), inAuth && UniquePolicy.isInitialContact(sa, request));
    ChildKeying keying = new ChildKeying(sa, choice.get().chosen());
    List<Payload> ke = new ArrayList<>(1);
    Optional<CompletableFuture<List<Payload>>> refusal =
        inAuth ? Optional.empty() : agree(choice.get().chosen(), keying, ke);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (old != null) {
      // Noted before anything takes time: our own rekey's answer may come meanwhile.
      old.peerRekey = new PeerRekey<>(null, PeerRekey.lower(peerNonce, ourNonce));
    }
    sa.children().beginWork();
    return new Installer(sa)
        .reserve(sa.config().plane(), isNew() ? Purpose.NEW : Purpose.PEER_REKEY)
        .thenCompose(
            lease -> {
              if (!lease.done()) {
                sa.children().endWork();
                keying.close();
                return failed(config, lease.outcome());
              }
              SpiLease spi = lease.value().get();
              return inAuth || choice.get().chosen().additional().isEmpty()
                  ? install(
                      match,
                      choice.get().peerSpi(),
                      pairs,
                      keying,
                      spi,
                      answer(match, choice.get(), spi.spi().bits(), ke))
                  : followUp(match, choice.get(), pairs, keying, ke, spi);
            });
  }

  /** Answers now, and makes the child when its additional key exchanges are done (RFC 9370). */
  private CompletableFuture<List<Payload>> followUp(
      ChildMatch match,
      EspProposals.Choice choice,
      List<SelectorPair> pairs,
      ChildKeying keying,
      List<Payload> ke,
      SpiLease lease) {
    List<Payload> answer = answer(match, choice, lease.spi().bits(), ke);
    answer.add(
        FollowUp.await(
            sa,
            choice.chosen().additional(),
            (secrets, last) -> {
              keying.additionalSecrets(secrets);
              return install(match, choice.peerSpi(), pairs, keying, lease, last)
                  .thenApply(Reply::of);
            },
            () -> {
              keying.close();
              sa.children().endWork();
              new Installer(sa).release(lease);
              rekeyFailed();
            }));
    return CompletableFuture.completedFuture(answer);
  }

  /** The key exchange of a child with PFS. */
  private Optional<CompletableFuture<List<Payload>>> agree(
      EspProposal chosen, ChildKeying keying, List<Payload> answer) {
    if (chosen.keyExchange().isEmpty()) {
      return Optional.empty();
    }
    KeyExchangeMethod method = chosen.keyExchange().get();
    KePayload ke = request.first(KePayload.class).orElse(null);
    if (ke == null || ke.group() != method.ianaId()) {
      IkeLog.CHD.info(sa, "the peer is asked for a key exchange with {}", method.keyword());
      return Optional.of(
          CompletableFuture.completedFuture(
              List.of(
                  NotifyPayload.of(
                      NotifyType.INVALID_KE_PAYLOAD,
                      Octets.copyOf(
                          new byte[] {(byte) (method.ianaId() >> 8), (byte) method.ianaId()})))));
    }
    KeyAgreementResult result =
        sa.ctx().crypto().keyExchange(method).respond(ke.publicValue().toArray());
    if (result instanceof KeyAgreementResult.Agreed agreed) {
      keying.sharedSecret(agreed.sharedSecret());
      answer.add(new KePayload(method.ianaId(), Octets.copyOf(agreed.publicValue())));
      return Optional.empty();
    }
    return Optional.of(
        error(NotifyType.INVALID_SYNTAX, ((KeyAgreementResult.Refused) result).reason()));
  }

  private CompletableFuture<List<Payload>> install(
      ChildMatch match,
      int peerSpi,
      List<SelectorPair> pairs,
      ChildKeying keying,
      SpiLease lease,
      List<Payload> answer) {
    Children children = sa.children();
    if (sa.isDead()) {
      children.endWork();
      keying.close();
      new Installer(sa).release(lease);
      return CompletableFuture.completedFuture(List.of());
    }
    ChildSa child = keying.child(match.config(), lease, peerSpi, pairs, Optional.ofNullable(old));
    children.add(child);
    return new Installer(sa)
        .install(child, keying.derive(peerNonce, ourNonce), false, isNew())
        .thenCompose(
            outcome -> {
              children.endWork();
              if (child.state() != ChildSa.State.INSTALLING) {
                return new Installer(sa).remove(child, false).thenApply(n -> List.of());
              }
              if (!outcome.done()) {
                children.drop(child);
                if (!child.leaseUsed) {
                  new Installer(sa).release(lease);
                }
                return failed(match.config(), outcome);
              }
              installed(child);
              return CompletableFuture.completedFuture(answer);
            });
  }

  /** Whether nothing carries yet what the peer asks a child for. */
  private boolean isNew() {
    return old == null && !takesOver;
  }

  private void installed(ChildSa child) {
    child.setState(ChildSa.State.INSTALLED);
    ChildTimers.start(child);
    if (takesOver) {
      TakeOver.later(child);
      return;
    }
    if (old == null) {
      sa.children().isUp(child);
      return;
    }
    if (old.rekeyWon) {
      ChildCreateTask.redundantAfterCollision(child);
      return;
    }
    old.peerRekey = new PeerRekey<>(child, PeerRekey.lower(peerNonce, ourNonce));
    if (old.state() == ChildSa.State.DELETED) {
      sa.children().switchOver(old, child);
      return;
    }
    old.rekeyTimer.cancel();
    if (old.rekeying == null) {
      old.setState(ChildSa.State.REKEYED);
    }
    SwitchWatch.start(old, child);
  }

  private List<Payload> answer(
      ChildMatch match, EspProposals.Choice choice, int ourSpi, List<Payload> ke) {
    List<Payload> answer = new ArrayList<>();
    if (match.config().mode() == IpsecMode.TRANSPORT) {
      answer.add(NotifyPayload.of(NotifyType.USE_TRANSPORT_MODE));
    }
    answer.add(
        new SaPayload(
            List.of(choice.answer().with(choice.answer().number(), Octets.ofInt(ourSpi)))));
    if (!inAuth) {
      answer.add(new NoncePayload(Octets.copyOf(ourNonce)));
      answer.addAll(ke);
    }
    boolean transport = match.config().mode() == IpsecMode.TRANSPORT;
    answer.add(Selectors.toWire(true, asCame(transport, match.remote(), true)));
    answer.add(Selectors.toWire(false, asCame(transport, match.local(), false)));
    return answer;
  }

  private List<TrafficSelector> asCame(
      boolean transport, List<TrafficSelector> found, boolean initiators) {
    return transport
        ? TransportNat.asCame(found, Selectors.fromWire(selectors(initiators)))
        : found;
  }

  /** Something on our side went wrong: the peer may try again, or we do. */
  private CompletableFuture<List<Payload>> failed(ChildConfig config, Outcome outcome) {
    rekeyFailed();
    return error(refusal(outcome.kind()), config.name(), outcome.reason());
  }

  private void rekeyFailed() {
    if (old == null) {
      return;
    }
    boolean conceded = old.state() == ChildSa.State.REKEYED;
    old.peerRekey = null;
    if (conceded && !sa.isDead()) {
      // Our own rekey gave way to this one, which now failed: the old child goes on.
      Children.goesOn(old);
    }
  }

  /**
   * In IKE_AUTH nothing may be called temporary (RFC 7296 section 2.25 is about later requests).
   */
  private int refusal(Outcome.Kind kind) {
    boolean passing =
        kind == Outcome.Kind.UNAVAILABLE
            || kind == Outcome.Kind.UNKNOWN
            || kind == Outcome.Kind.FULL && !isNew();
    if (inAuth) {
      return NotifyType.NO_PROPOSAL_CHOSEN;
    }
    if (passing) {
      return NotifyType.TEMPORARY_FAILURE;
    }
    // RFC 7296 section 1.3: the IKE SA goes on, and takes no more children for now.
    return kind == Outcome.Kind.FULL ? NotifyType.NO_ADDITIONAL_SAS : NotifyType.NO_PROPOSAL_CHOSEN;
  }

  private CompletableFuture<List<Payload>> error(int notifyType, String reason) {
    List<ChildConfig> configured = sa.config().children();
    String name = old != null ? old.name() : configured.size() == 1 ? configured.get(0).name() : "";
    return error(notifyType, name, reason);
  }

  private CompletableFuture<List<Payload>> error(int notifyType, String child, String reason) {
    String text =
        "a child that the peer "
            + sa.path().peer()
            + " asked for was refused with "
            + NotifyType.name(notifyType)
            + ": "
            + reason;
    IkeLog.CHD.info(sa, "{}", text);
    sa.ctx().counters().count("child-refusals");
    sa.ctx().counters().count(CounterNames.failure(notifyType));
    boolean matters = old == null && notifyType != NotifyType.TEMPORARY_FAILURE;
    if (matters && !child.isEmpty() && sa.children().up(child).isEmpty()) {
      sa.ctx().events().publish(new EngineEvent.ChildDown(sa.connection().name(), child, "", text));
    }
    return CompletableFuture.completedFuture(List.of(NotifyPayload.of(notifyType)));
  }
}
