package io.keyway.ike.engine.sa;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answers to our IKE_SA_INIT. Nothing in them is authentic, so the first is not believed for
 * being the first (RFC 7296 sections 2.4 and 2.21.1): a refusal counts only when no better answer
 * came for a moment, and with each further answer that would do, the handshake goes on beside the
 * others, on an IKE SA of its own, until one of them is authenticated. Whoever sees our request can
 * so delay us at most, whoever does not see it cannot even that: it would have to guess our SPI.
 *
 * <p>Used on the worker of the IKE SA, which all of them share.
 */
final class InitAnswers {
  /** More would let one forger make us compute without end. */
  private static final int MOST = 4;

  private final List<InitOffer> offers = new ArrayList<>();
  private final Map<Long, IkeSa> bySpi = new LinkedHashMap<>();
  private InitTask task;
  private boolean doubting;

  /** An IKE_SA_INIT request is about to be sent. */
  void asks(InitTask init) {
    task = init;
  }

  /** Which of the IKE SAs a message is for, of those that wait for the same peer. */
  IkeSa meant(IkeSa sa, IkeHeader header) {
    return bySpi.getOrDefault(header.responderSpi(), sa);
  }

  /** A response of exchange type IKE_SA_INIT that names our SPI. */
  void receive(IkeSa sa, Datagram datagram, IkeHeader header, DecodeResult<IkeMessage> decoded) {
    if (sa.isDead() || sa.state() != IkeSa.State.CONNECTING || task == null) {
      count(sa, "ike-dropped-responses");
      return;
    }
    if (!(decoded instanceof DecodeResult.Decoded<IkeMessage> good)) {
      count(sa, "ike-dropped-malformed");
      sa.life().setHint("the answer was malformed: " + Inbox.describe(decoded));
      return;
    }
    IkeMessage message = good.value();
    boolean awaited = sa.requests().awaits(header);
    if (awaited) {
      note(task.sent(sa));
    }
    if (task.asksAgain(sa, message)) {
      if (awaited) {
        sa.requests().process(message);
      } else {
        count(sa, "ike-dropped-responses");
      }
      return;
    }
    if (bySpi.containsKey(header.responderSpi()) || offers.isEmpty() || bySpi.size() >= MOST) {
      count(sa, "ike-dropped-responses");
      return;
    }
    if (message.has(NotifyType.REDIRECT)) {
      if (sa.redirect().mayBeGenuine(message)) {
        doubt(sa, message, awaited, "the peer sends us elsewhere", Optional.empty());
      } else {
        count(sa, "ike-redirects-dropped");
        sa.life().setHint("a redirect without proof was received");
      }
      return;
    }
    if (message.error().isPresent()) {
      int type = message.error().get().type();
      String counter = CounterNames.failure(type);
      doubt(sa, message, awaited, Reasons.initRefused(sa, type), Optional.of(counter));
      return;
    }
    InitAnswer.Judgement judgement = InitAnswer.judge(sa, message, datagram.octets(), offers);
    if (judgement.answer().isEmpty()) {
      Optional<String> counter = judgement.kind().map(Failure::counter);
      doubt(sa, message, awaited, judgement.problem(), counter);
      return;
    }
    InitAnswer answer = judgement.answer().get();
    if (awaited) {
      bySpi.put(answer.responderSpi(), sa);
      task.take(answer);
      sa.requests().process(message);
    } else {
      beside(sa, answer);
    }
  }

  private void note(InitOffer offer) {
    if (offers.stream().noneMatch(known -> known.packet() == offer.packet())) {
      offers.add(offer);
    }
  }

  /** The refusal is believed if nothing else comes while a genuine answer may be on its way. */
  private void doubt(
      IkeSa sa, IkeMessage message, boolean awaited, String reason, Optional<String> counter) {
    sa.life().setHint("unprotected: " + reason);
    count(sa, "ike-init-answers-doubted");
    if (!awaited || doubting) {
      return;
    }
    doubting = true;
    sa.after(
        sa.ctx().settings().retransmitFirst().dividedBy(2),
        () -> {
          doubting = false;
          if (!sa.isDead() && sa.requests().awaits(message.header())) {
            counter.ifPresent(name -> count(sa, name));
            if (!message.has(NotifyType.REDIRECT)) {
              task.believe(reason);
            }
            sa.requests().process(message);
          }
        });
  }

  /** Another answer that would do: the handshake goes on with both. */
  private void beside(IkeSa sa, InitAnswer answer) {
    count(sa, "ike-init-answers-doubted");
    IkeLog.IKE.info(
        sa, "another answer to IKE_SA_INIT came, and only one can be the peer's; both are tried");
    IkeSa other =
        new IkeSa(
            sa.ctx(),
            sa.ctx().newUid(),
            sa.stripe(),
            true,
            sa.spiI(),
            0,
            answer.offer().path(),
            sa.connection());
    other.handshake().answers = this;
    other.setNat(NatDetection.Finding.NONE.forcedIf(sa.nat().forced()));
    other.handshake().initiatorNonce = sa.handshake().initiatorNonce;
    bySpi.putIfAbsent(sa.spiR(), sa);
    bySpi.put(answer.responderSpi(), other);
    sa.connection().add(other);
    sa.wishes().share(other.wishes());
    other.requests().begunElsewhere();
    other.execute(
        () -> {
          other.noteReceived(answer.message());
          answer.commit(other);
        });
  }

  /** Whether another IKE SA goes on with what this one was for. */
  boolean goesOnWithout(IkeSa sa) {
    return bySpi.values().stream().anyMatch(other -> other != sa && isOpen(other));
  }

  private static boolean isOpen(IkeSa sa) {
    return sa.state() == IkeSa.State.CONNECTING || sa.state().isEstablished();
  }

  /** One of them is authenticated: the others were forged, or came of our own repetition. */
  void won(IkeSa sa) {
    if (bySpi.size() > 1) {
      sa.ctx().directory().put(sa);
      for (IkeSa other : List.copyOf(bySpi.values())) {
        if (other != sa) {
          other.life().end("another answer to IKE_SA_INIT was the peer's");
        }
      }
    }
    close();
  }

  /** One of them ended. */
  void ended(IkeSa sa) {
    if (!goesOnWithout(sa)) {
      close();
    }
  }

  private void close() {
    offers.forEach(offer -> offer.initiation().close());
    offers.clear();
  }

  private static void count(IkeSa sa, String counter) {
    sa.ctx().counters().count(counter);
  }
}
