package io.keyway.ike.engine;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.log.Throttle;
import io.keyway.ike.engine.negotiate.IkeProposals;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.engine.sa.Candidates;
import io.keyway.ike.engine.sa.EngineContext;
import io.keyway.ike.engine.sa.Reasons;
import io.keyway.ike.engine.sa.ResponderSa;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.KePayload;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.SaPayload;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The stateless part of IKE_SA_INIT as responder: until a message deserves an IKE SA, it costs
 * nothing but this call (RFC 7296 sections 2.6 and 1.2).
 */
final class InitResponder {
  private static final int IKE_PORT = 500;

  /** Lines a second about messages that anybody can send. */
  private static final int LINES_PER_SECOND = 20;

  private final EngineContext ctx;
  private final Connections connections;
  private final FloodGate gate;
  private final ResumeResponder resumption;
  private final Throttle lines;

  InitResponder(EngineContext ctx, Connections connections) {
    this.ctx = ctx;
    this.connections = connections;
    this.gate = new FloodGate(ctx);
    this.resumption = new ResumeResponder(ctx, connections, gate);
    this.lines = new Throttle(ctx.clock(), LINES_PER_SECOND);
  }

  /** Runs on the worker of the stripe that the IKE SA would have. */
  void request(Datagram datagram, IkeHeader header, long stripe) {
    DecodeResult<IkeMessage> decoded = MessageDecoder.message(datagram.octets());
    if (decoded instanceof DecodeResult.Malformed<IkeMessage> malformed) {
      ctx.counters().count("ike-dropped-malformed");
      refuse(
          datagram,
          header,
          NotifyPayload.of(malformed.notifyType()),
          "malformed: " + malformed.reason());
    } else if (decoded instanceof DecodeResult.UnknownCritical<IkeMessage> unknown) {
      ctx.counters().count("ike-unknown-critical");
      byte[] type = {(byte) unknown.payloadType()};
      refuse(
          datagram,
          header,
          NotifyPayload.of(NotifyType.UNSUPPORTED_CRITICAL_PAYLOAD, Octets.copyOf(type)),
          "critical payload " + PayloadType.name(unknown.payloadType()) + " is not known");
    } else if (decoded instanceof DecodeResult.Decoded<IkeMessage> good) {
      ctx.messages().count(header, good.value().payloads(), true);
      if (header.exchangeType() == ExchangeType.IKE_SESSION_RESUME) {
        resume(datagram, good.value(), stripe);
      } else {
        wellFormed(datagram, good.value(), stripe);
      }
    }
  }

  private void resume(Datagram datagram, IkeMessage request, long stripe) {
    resumption
        .request(datagram, request, configured(datagram), stripe)
        .ifPresent(
            reply -> {
              if (!reply.problem().isEmpty()) {
                say(datagram, request.header(), reply.problem());
              }
              answer(datagram, request.header(), reply.payloads());
            });
  }

  /** The peer gets the notification, the log the reason, and it counts. */
  private void refuse(
      Datagram datagram, IkeHeader header, NotifyPayload notification, String reason) {
    say(datagram, header, reason);
    ctx.counters().count(CounterNames.failure(notification.type()));
    answer(datagram, header, notification);
  }

  /** What a stranger did; seldom enough that nobody can fill a disk with it. */
  private void say(Datagram datagram, IkeHeader header, String what) {
    if (!lines.allows()) {
      return;
    }
    long untold = lines.takeSuppressed();
    IkeLog.CFG.info(
        () -> subject(datagram, header),
        "{} refused: {}{}",
        ExchangeType.name(header.exchangeType()),
        what,
        untold == 0 ? "" : " (" + untold + " more since were not logged)");
  }

  private static String subject(Datagram datagram, IkeHeader header) {
    return "conn=? spi-i="
        + HexFormat.of().toHexDigits(header.initiatorSpi())
        + " role=responder local="
        + Reasons.endpoint(datagram.local())
        + " peer="
        + Reasons.endpoint(datagram.remote());
  }

  private void wellFormed(Datagram datagram, IkeMessage request, long stripe) {
    IkeHeader header = request.header();
    SaPayload offer = request.first(SaPayload.class).orElse(null);
    KePayload ke = request.first(KePayload.class).orElse(null);
    NoncePayload nonce = request.first(NoncePayload.class).orElse(null);
    if (offer == null || ke == null || nonce == null) {
      ctx.counters().count("ike-dropped-malformed");
      refuse(
          datagram,
          header,
          NotifyPayload.of(NotifyType.INVALID_SYNTAX),
          "it lacks an SA, KE or Nonce payload");
      return;
    }
    FloodGate.Verdict verdict = gate.judge(request, Optional.of(offer), nonce, datagram.remote());
    if (verdict instanceof FloodGate.Verdict.Asked asked) {
      answer(datagram, header, asked.payloads());
    } else if (verdict instanceof FloodGate.Verdict.Admitted admitted) {
      choose(datagram, request, offer, ke, nonce, admitted.puzzleBits(), stripe);
    }
  }

  private void choose(
      Datagram datagram,
      IkeMessage request,
      SaPayload offer,
      KePayload ke,
      NoncePayload nonce,
      int puzzleBits,
      long stripe) {
    Optional<Candidates> candidates =
        connections.candidates(configured(datagram), datagram.remote().getAddress());
    List<IkeProposal> ours = candidates.map(Candidates::proposals).orElse(List.of());
    boolean intermediate = request.has(NotifyType.INTERMEDIATE_EXCHANGE_SUPPORTED);
    // Without IKE_INTERMEDIATE there is no place for additional key exchanges (RFC 9370 2.2.2).
    List<IkeProposal> possible =
        ours.stream().filter(p -> intermediate || p.additional().isEmpty()).toList();
    Optional<IkeProposals.Choice> choice = IkeProposals.choose(possible, offer);
    if (candidates.isEmpty() || choice.isEmpty()) {
      ctx.counters().count("ike-init-refused");
      ctx.counters()
          .count(
              candidates.isEmpty()
                  ? Failure.NO_CONNECTION.counter()
                  : CounterNames.failure(NotifyType.NO_PROPOSAL_CHOSEN));
      say(
          datagram,
          request.header(),
          candidates.isEmpty()
              ? "no connection has these addresses"
              : "no proposal chosen: the peer offers "
                  + Reasons.offered(offer)
                  + ", configured are "
                  + IkeProposals.algorithms(ours));
      answer(datagram, request.header(), NotifyPayload.of(NotifyType.NO_PROPOSAL_CHOSEN));
      return;
    }
    Optional<String> elsewhere = candidates.get().redirect();
    if (elsewhere.isPresent() && RedirectNotify.isSupportedBy(request)) {
      ctx.counters().count("ike-redirects-sent");
      answer(
          datagram, request.header(), RedirectNotify.to(elsewhere.get(), nonce.nonce().toArray()));
      return;
    }
    KeyExchangeMethod group = choice.get().chosen().keyExchange();
    if (ke.group() != group.ianaId()) {
      byte[] wanted = {(byte) (group.ianaId() >> 8), (byte) group.ianaId()};
      answer(
          datagram,
          request.header(),
          NotifyPayload.of(NotifyType.INVALID_KE_PAYLOAD, Octets.copyOf(wanted)));
      return;
    }
    Optional<String> problem =
        ResponderSa.open(
            ctx, candidates.get(), datagram, request, choice.get(), ke, nonce, puzzleBits, stripe);
    if (problem.isPresent()) {
      ctx.counters().count("ike-init-refused");
      refuse(
          datagram, request.header(), NotifyPayload.of(NotifyType.INVALID_SYNTAX), problem.get());
    }
  }

  /** A peer that expects a NAT may start on that port (RFC 7296 section 2.23). */
  private InetSocketAddress configured(Datagram datagram) {
    return datagram.marker() && datagram.local().getPort() == ctx.settings().natPort()
        ? new InetSocketAddress(datagram.local().getAddress(), IKE_PORT)
        : datagram.local();
  }

  private void answer(Datagram datagram, IkeHeader request, Payload payload) {
    answer(datagram, request, List.of(payload));
  }

  /** Notifications in clear, with responder SPI 0: we keep nothing. */
  private void answer(Datagram datagram, IkeHeader request, List<Payload> payloads) {
    IkeHeader header =
        IkeHeader.of(
            request.initiatorSpi(), 0, request.exchangeType(), false, true, request.messageId());
    ctx.messages().count(header, payloads, false);
    byte[] octets = MessageEncoder.encode(header, payloads);
    ctx.services()
        .transport()
        .ifPresent(
            t ->
                t.send(
                    new Datagram(datagram.local(), datagram.remote(), datagram.marker(), octets)));
  }
}
