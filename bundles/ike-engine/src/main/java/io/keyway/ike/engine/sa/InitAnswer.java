package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.ChildConfig;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.SaPayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One answer to IKE_SA_INIT that would do. Whether it is the peer's shows only when IKE_AUTH goes
 * through (RFC 7296 section 2.4).
 */
final class InitAnswer {
  private final IkeMessage message;
  private final byte[] octets;
  private final InitOffer offer;
  private final IkeProposal chosen;
  private final SecretBytes secret;

  private InitAnswer(
      IkeMessage message, byte[] octets, InitOffer offer, IkeProposal chosen, SecretBytes secret) {
    this.message = message;
    this.octets = octets;
    this.offer = offer;
    this.chosen = chosen;
    this.secret = secret;
  }

  /** An answer that would do, or why it would not. */
  record Judgement(Optional<InitAnswer> answer, String problem, Optional<Failure> kind) {
    private static Judgement no(String problem) {
      return new Judgement(Optional.empty(), problem, Optional.empty());
    }
  }

  /**
   * Looks at an answer; changes nothing, so that a forged one spoils nothing.
   *
   * @param offers the requests that were sent, the latest last
   */
  static Judgement judge(IkeSa sa, IkeMessage message, byte[] octets, List<InitOffer> offers) {
    String peer = "peer " + sa.path().peer();
    SaPayload answer = message.first(SaPayload.class).orElse(null);
    KePayload ke = message.first(KePayload.class).orElse(null);
    NoncePayload nonce = message.first(NoncePayload.class).orElse(null);
    if (answer == null || ke == null || nonce == null || message.header().responderSpi() == 0) {
      return Judgement.no(peer + " left out SA, KE, Nonce or its SPI in IKE_SA_INIT");
    }
    Optional<IkeProposal> chosen = IkeProposals.chosen(sa.config().proposals(), answer);
    if (chosen.isEmpty()) {
      return Judgement.no(peer + " chose an IKE proposal that we did not offer");
    }
    InitOffer offer = null;
    for (InitOffer sent : offers) {
      offer = sent.group().ianaId() == ke.group() ? sent : offer;
    }
    if (offer == null || chosen.get().keyExchange() != offer.group()) {
      return Judgement.no(peer + " answered with another key exchange method than it chose");
    }
    if (!chosen.get().additional().isEmpty()
        && !message.has(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED)) {
      return Judgement.no(peer + " chose additional key exchanges, but knows no IKE_INTERMEDIATE");
    }
    Optional<String> ppk = PpkInitiator.flaw(sa.config(), message);
    if (ppk.isPresent()) {
      return Judgement.no(peer + ppk.get());
    }
    NatDetection.Finding nat = nat(sa, message, offer.path());
    if (nat.any() && !sa.config().natTraversal()) {
      return new Judgement(Optional.empty(), Reasons.nat(sa, nat), Optional.of(Failure.NAT));
    }
    KeyAgreementResult result = offer.initiation().complete(ke.publicValue().toArray());
    if (result instanceof KeyAgreementResult.Refused refused) {
      return Judgement.no(peer + " sent an unusable public value: " + refused.reason());
    }
    SecretBytes secret = ((KeyAgreementResult.Agreed) result).sharedSecret();
    return new Judgement(
        Optional.of(new InitAnswer(message, octets, offer, chosen.get(), secret)),
        "",
        Optional.empty());
  }

  static NatDetection.Finding nat(IkeSa sa, IkeMessage message, Path path) {
    return NatDetection.examine(
            message, sa.spiI(), message.header().responderSpi(), path.local(), path.remote())
        .forcedIf(sa.nat().forced());
  }

  long responderSpi() {
    return message.header().responderSpi();
  }

  InitOffer offer() {
    return offer;
  }

  IkeMessage message() {
    return message;
  }

  /** Goes on with this answer on an IKE SA that has none yet. */
  Task.Step commit(IkeSa sa) {
    Handshake handshake = sa.handshake();
    handshake.initRequest = offer.packet();
    handshake.initResponse = octets;
    handshake.responderNonce = message.first(NoncePayload.class).orElseThrow().nonce().toArray();
    handshake.peerHashes = HashNotify.read(message);
    handshake.puzzle = PuzzleTask.in(sa, message);
    handshake.usePpk = message.has(NotifyType.USE_PPK);
    handshake.peerTakesChildless = message.has(NotifyType.CHILDLESS_IKEV2_SUPPORTED);
    handshake.peerTakesRounds = message.has(NotifyType.MULTIPLE_AUTH_SUPPORTED);
    sa.setSpiR(responderSpi());
    sa.setFragmentation(
        sa.config().options().fragmentation()
            && message.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    try (secret) {
      sa.setCrypto(
          new SaCrypto(
              sa.ctx().crypto(),
              chosen,
              KeySchedule.ikeSa(
                  sa.ctx().crypto().prf(chosen.prf()),
                  chosen.encryption(),
                  chosen.integrity(),
                  secret,
                  handshake.initiatorNonce,
                  handshake.responderNonce,
                  sa.spiI(),
                  sa.spiR()),
              true));
    }
    handshake.pendingExchanges.addAll(chosen.additional());
    if (!checkNat(sa, message)) {
      return Task.Step.ENDED;
    }
    if (handshake.pendingExchanges.isEmpty()) {
      return authenticate(sa, AuthTask::new);
    }
    List<Task> exchanges = List.of(new IntermediateTask(() -> authenticate(sa, AuthTask::new)));
    sa.requests()
        .enqueueFirst(
            new Exchange(ExchangeType.IKE_INTERMEDIATE, PuzzleTask.before(sa, exchanges)));
    return Task.Step.DONE;
  }

  /** False when the SA ended. */
  static boolean checkNat(IkeSa sa, IkeMessage response) {
    sa.setNat(nat(sa, response, sa.path()));
    if (!sa.nat().any()) {
      if (NatDetection.isIn(response)) {
        NatFloat.inAdvance(sa);
      }
      return true;
    }
    if (!sa.nat().forced()) {
      sa.ctx().counters().count("ike-nat-detected");
    }
    IkeLog.NET.info(sa, "{}", Reasons.natFound(sa.nat()));
    NatFloat.Floated floated = NatFloat.of(sa);
    if (floated.path().isEmpty()) {
      sa.life().end("ESP has to go in UDP, and " + floated.problem());
      return false;
    }
    sa.setPath(floated.path().get());
    return true;
  }

  /**
   * Goes on with IKE_AUTH.
   *
   * @param auth makes the task that both sides prove themselves with, from the name of the child
   *     that the same exchange makes
   */
  static Task.Step authenticate(IkeSa sa, Function<String, Task> auth) {
    Optional<ChildConfig> child = sa.wishes().first();
    if (child.isEmpty()) {
      sa.life().end("nobody wants a child any more");
      return Task.Step.ENDED;
    }
    Optional<String> problem = Childlessness.problem(sa);
    if (problem.isPresent()) {
      sa.life().end(problem.get());
      return Task.Step.ENDED;
    }
    List<Task> tasks = new ArrayList<>();
    boolean childless = Childlessness.isChosen(sa);
    tasks.add(auth.apply(childless ? "" : child.get().name()));
    tasks.add(new RedirectTask());
    tasks.add(new AddressTask());
    if (!childless) {
      tasks.add(new ChildCreateTask(child.get(), null));
    }
    sa.requests().enqueueFirst(new Exchange(ExchangeType.IKE_AUTH, PuzzleTask.before(sa, tasks)));
    return Task.Step.DONE;
  }
}
