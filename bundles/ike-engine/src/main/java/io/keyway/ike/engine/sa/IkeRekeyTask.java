package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeyExchange;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import java.util.List;
import java.util.Optional;

/** Replaces the IKE SA by CREATE_CHILD_SA (RFC 7296 sections 1.3.2 and 2.18). */
final class IkeRekeyTask implements Task {
  private long ourSpi;
  private byte[] ourNonce = {};
  private KeyExchangeMethod group;
  private boolean groupCorrected;
  private KeyExchange.Initiation initiation;
  private IkeProposal chosen;
  private long peerSpi;
  private byte[] peerNonce;
  private SecretBytes firstSecret;
  private FollowUps followUps;
  private Optional<NotifyPayload> crashToken = Optional.empty();

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
    if (ourSpi == 0) {
      ourSpi = sa.ctx().newSpi();
      sa.ctx().directory().promise(ourSpi);
      ourNonce = sa.ctx().nonce();
      // What worked before comes first to mind, if the configuration still has it.
      KeyExchangeMethod current = sa.crypto().proposal().keyExchange();
      group =
          sa.config().proposals().stream().anyMatch(p -> p.keyExchange() == current)
              ? current
              : sa.config().proposals().get(0).keyExchange();
    }
    initiation = sa.ctx().crypto().keyExchange(group).initiate();
    request.add(IkeProposals.offer(sa.config().proposals(), Octets.ofLong(ourSpi)));
    request.add(new NoncePayload(Octets.copyOf(ourNonce)));
    request.add(new KePayload(group.ianaId(), Octets.copyOf(initiation.publicValue())));
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    Optional<NotifyPayload> error = response.error();
    if (error.isPresent()) {
      initiation.close();
      if (followUps == null
          && error.get().type() == NotifyType.INVALID_KE_PAYLOAD
          && correctGroup(sa, error.get())) {
        return Step.AGAIN;
      }
      return failed(
          sa,
          "peer "
              + sa.path().peer()
              + " refused to rekey the IKE SA: "
              + NotifyType.name(error.get().type()));
    }
    Optional<String> problem =
        followUps == null ? first(sa, response) : followUps.process(sa, response);
    if (problem.isPresent()) {
      return failed(sa, problem.get());
    }
    return followUps.isDone() ? finish(sa) : Step.AGAIN;
  }

  /** The answer to CREATE_CHILD_SA. */
  private Optional<String> first(IkeSa sa, IkeMessage response) {
    SaPayload answer = response.first(SaPayload.class).orElse(null);
    KePayload ke = response.first(KePayload.class).orElse(null);
    NoncePayload nonce = response.first(NoncePayload.class).orElse(null);
    Optional<IkeProposal> choice =
        answer == null ? Optional.empty() : IkeProposals.chosen(sa.config().proposals(), answer);
    if (ke == null || nonce == null || choice.isEmpty()) {
      return Optional.of("the peer's answer to the IKE rekey lacks payloads, or is not our offer");
    }
    chosen = choice.get();
    Octets spi = answer.proposals().get(0).spi();
    if (spi.length() != 8
        || spi.toLong() == 0
        || ke.group() != group.ianaId()
        || chosen.keyExchange() != group) {
      return Optional.of("the peer's answer to the IKE rekey does not fit its own choice");
    }
    peerSpi = spi.toLong();
    crashToken = response.notification(NotifyType.QUICK_CRASH_DETECTION);
    KeyAgreementResult result = initiation.complete(ke.publicValue().toArray());
    initiation.close();
    if (result instanceof KeyAgreementResult.Refused refused) {
      return Optional.of("the peer sent an unusable public value: " + refused.reason());
    }
    firstSecret = ((KeyAgreementResult.Agreed) result).sharedSecret();
    peerNonce = nonce.nonce().toArray();
    FollowUps more = new FollowUps(chosen.additional());
    if (!more.goesOn(response)) {
      return Optional.of("the peer's answer to the IKE rekey does not lead to more key exchanges");
    }
    followUps = more;
    return Optional.empty();
  }

  private Step finish(IkeSa sa) {
    IkeSa successor =
        Successor.make(
            sa,
            chosen,
            firstSecret,
            followUps.secrets(),
            true,
            ourSpi,
            peerSpi,
            ourNonce,
            peerNonce);
    release(sa);
    crashToken.ifPresent(successor.crash()::take);
    PeerRekey<IkeSa> theirs = sa.peerRekey();
    boolean collided = theirs != null && theirs.successor().state() == IkeSa.State.SUCCEEDING;
    if (sa.state() == IkeSa.State.REKEYED) {
      // The peer went on with its own before it answered ours.
      superfluous(successor);
      return Step.DONE;
    }
    if (collided && theirs.beats(PeerRekey.lower(ourNonce, peerNonce))) {
      concede(sa, successor, theirs.successor());
      return Step.DONE;
    }
    if (collided) {
      win(sa, theirs.successor());
    }
    sa.life().handOver(successor);
    sa.requests().enqueueFirst(Exchange.informational(new IkeDeleteTask("replaced by a rekey")));
    successor.crash().announce();
    return Step.DONE;
  }

  /** Ours has the lowest nonce: we end it, and the peer ends the old one. */
  private static void concede(IkeSa sa, IkeSa ours, IkeSa theirs) {
    sa.ctx().counters().count("ike-rekey-collisions");
    superfluous(ours);
    sa.life().handOver(theirs);
  }

  private static void superfluous(IkeSa ours) {
    ours.setState(IkeSa.State.DELETING);
    ours.requests()
        .enqueue(
            Exchange.informational(
                new IkeDeleteTask("superfluous after both sides rekeyed at the same time")));
  }

  /** The peer ends its own; if it forgets, time does. */
  private static void win(IkeSa sa, IkeSa theirs) {
    sa.ctx().counters().count("ike-rekey-collisions");
    theirs.setState(IkeSa.State.REKEYED);
    theirs.after(
        sa.ctx().settings().halfOpenTimeout(),
        () -> theirs.life().end("superfluous after both sides rekeyed at the same time"));
  }

  private boolean correctGroup(IkeSa sa, NotifyPayload error) {
    if (groupCorrected || error.data().length() != 2) {
      return false;
    }
    groupCorrected = true;
    int wanted = error.data().at(0) << 8 | error.data().at(1);
    Optional<KeyExchangeMethod> offered =
        sa.config().proposals().stream()
            .map(IkeProposal::keyExchange)
            .filter(m -> m.ianaId() == wanted)
            .findFirst();
    offered.ifPresent(method -> group = method);
    return offered.isPresent();
  }

  private void release(IkeSa sa) {
    sa.ctx().directory().unpromise(ourSpi);
    if (initiation != null) {
      initiation.close();
    }
    if (firstSecret != null) {
      firstSecret.close();
    }
    if (followUps != null) {
      followUps.close();
    }
  }

  private Step failed(IkeSa sa, String reason) {
    release(sa);
    giveUp(sa, reason);
    return Step.DONE;
  }

  private static void giveUp(IkeSa sa, String reason) {
    PeerRekey<IkeSa> theirs = sa.peerRekey();
    if (theirs != null && theirs.successor().state() == IkeSa.State.SUCCEEDING) {
      sa.life().handOver(theirs.successor());
      return;
    }
    if (sa.state() == IkeSa.State.REKEYED) {
      return; // By the peer, who has used its own already.
    }
    sa.ctx().counters().count("ike-rekey-failures");
    if (sa.state() == IkeSa.State.REKEYING) {
      sa.setState(IkeSa.State.ESTABLISHED);
      sa.timers().retryRekey();
    }
    sa.children().ikeRekeyDone(Outcome.unavailable(reason));
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    release(sa);
    if (!sa.isDead()) {
      giveUp(sa, why.reason());
    }
  }
}
