package io.keyway.ike.engine.sa;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.ProtocolId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What happens to a datagram between its header and the tasks of one IKE SA. */
final class Inbox {
  private final IkeSa sa;
  private final Envelopes requests;
  private final Envelopes responses;

  Inbox(IkeSa sa) {
    this.sa = sa;
    requests = new Envelopes(sa);
    responses = new Envelopes(sa);
  }

  /** Forgets unfinished messages. */
  void clear() {
    requests.clear();
    responses.clear();
  }

  void receive(Datagram datagram, IkeHeader header) {
    IkeSa meant = sa.handshake().answers.meant(sa, header);
    if (meant != sa) {
      meant.receive(datagram, header);
    } else if (header.isFromInitiator() == sa.isInitiator()) {
      count("ike-dropped-role");
    } else if (header.isResponse()) {
      response(datagram, header);
    } else {
      request(datagram, header);
    }
  }

  private void response(Datagram datagram, IkeHeader header) {
    if (header.exchangeType() == ExchangeType.IKE_SA_INIT) {
      DecodeResult<IkeMessage> clear = MessageDecoder.message(datagram.octets());
      sa.handshake().answers.receive(sa, datagram, header, clear);
      return;
    }
    if (header.exchangeType() == ExchangeType.IKE_SESSION_RESUME) {
      ResumeAttempt.receive(sa, datagram, header);
      return;
    }
    if (sa.isDead() || !sa.requests().awaits(header)) {
      count("ike-dropped-responses");
      return;
    }
    DecodeResult<IkeMessage> outer = MessageDecoder.message(datagram.octets());
    Optional<Envelopes.Opened> complete = responses.open(datagram, outer);
    if (complete.isEmpty()) {
      return;
    }
    DecodeResult<IkeMessage> opened = complete.get().content();
    if (opened instanceof DecodeResult.Decoded<IkeMessage> decoded) {
      sa.timers().heard();
      followPeer(Path.of(datagram), true);
      noteIntermediate(complete.get());
      sa.requests().process(decoded.value());
    } else if (opened instanceof DecodeResult.NotAuthentic<IkeMessage>) {
      count("ike-dropped-unauthentic");
      if (!(outer instanceof DecodeResult.Decoded<IkeMessage> clear)
          || !sa.crash().isProved(clear.value())) {
        noteUnprotectedError(outer);
      }
    } else {
      // Authentic, so the peer itself is at fault, and we would wait for ever.
      sa.timers().heard();
      count("ike-dropped-malformed");
      sa.requests()
          .abandonActive(
              io.keyway.api.Outcome.unavailable(
                  "the peer's answer is malformed: " + describe(opened)));
      sa.life().endPolitely("the peer's answer is malformed: " + describe(opened));
    }
  }

  private void request(Datagram datagram, IkeHeader header) {
    Path way = Path.of(datagram);
    if (sa.replies().repeat(header, datagram.octets(), way)) {
      return;
    }
    DecodeResult<IkeMessage> outer = MessageDecoder.message(datagram.octets());
    if (sa.isDead()
        || !sa.replies().expects(header)
        || ExchangeType.isFirst(header.exchangeType())) {
      if (!asksAgain(datagram, header, outer)) {
        count("ike-dropped-requests");
      }
      return;
    }
    if (outer instanceof DecodeResult.Decoded<IkeMessage> decoded
        && !AuthPuzzle.admits(sa, decoded.value())) {
      return;
    }
    Optional<Envelopes.Opened> complete = requests.open(datagram, outer);
    if (complete.isEmpty()) {
      return;
    }
    DecodeResult<IkeMessage> opened = complete.get().content();
    if (opened instanceof DecodeResult.NotAuthentic<IkeMessage>) {
      count("ike-dropped-unauthentic");
      sa.life().garbageCame();
      return;
    }
    if (!isAllowed(header)) {
      IkeLog.NET.debug(sa, "{} does not belong here", header);
      count("ike-dropped-requests");
      return;
    }
    sa.timers().heard();
    followPeer(way, false);
    noteIntermediate(complete.get());
    sa.replies().answer(header, complete.get().requestHash(), way, handle(opened, way));
  }

  /**
   * Repeats the last answer for the first fragment of a request that the peer cut anew, into
   * smaller pieces than before (RFC 7383 section 2.6.1).
   */
  private boolean asksAgain(Datagram datagram, IkeHeader header, DecodeResult<IkeMessage> outer) {
    Optional<EncryptedFragmentPayload> fragment = Envelopes.fragment(outer);
    if (sa.isDead()
        || !sa.fragmentation()
        || !sa.replies().answered(header)
        || fragment.isEmpty()
        || fragment.get().fragment() != 1
        || sa.replies().open(datagram.octets(), fragment.get().offset()).isEmpty()) {
      return false;
    }
    sa.replies().repeatSmaller(Path.of(datagram));
    return true;
  }

  /**
   * Before the peer is authenticated nothing but the key exchanges that were agreed on, and then
   * IKE_AUTH, which the peer may give up when it took more than one message; neither of them after.
   */
  private boolean isAllowed(IkeHeader header) {
    if (sa.state() == IkeSa.State.CONNECTING) {
      int due =
          sa.handshake().pendingExchanges.isEmpty()
              ? ExchangeType.IKE_AUTH
              : ExchangeType.IKE_INTERMEDIATE;
      boolean givesUp =
          header.exchangeType() == ExchangeType.INFORMATIONAL && sa.handshake().auth != null;
      return (header.exchangeType() == due || givesUp) && !sa.isInitiator();
    }
    return header.exchangeType() != ExchangeType.IKE_AUTH
        && header.exchangeType() != ExchangeType.IKE_INTERMEDIATE;
  }

  private CompletableFuture<Reply> handle(DecodeResult<IkeMessage> opened, Path way) {
    if (opened instanceof DecodeResult.Decoded<IkeMessage> decoded) {
      IkeMessage request = decoded.value();
      sa.noteReceived(request);
      if (!deletesIkeSa(request)) {
        sa.life().usedByPeer();
      }
      return switch (request.header().exchangeType()) {
        case ExchangeType.IKE_INTERMEDIATE -> now(new IntermediateResponder(sa, request).reply());
        case ExchangeType.IKE_FOLLOWUP_KE -> FollowUp.answer(sa, request);
        case ExchangeType.IKE_AUTH ->
            sa.handshake().resumed == null
                ? AuthResponder.answer(sa, request)
                : new ResumedAuthResponder(sa, request).reply();
        case ExchangeType.CREATE_CHILD_SA ->
            IkeRekeyResponder.isMeant(request)
                ? now(new IkeRekeyResponder(sa, request).reply())
                : new ChildCreateResponder(sa, request).reply();
        case ExchangeType.INFORMATIONAL -> new InformationalResponder(sa, request, way).reply();
        default ->
            now(fatal("exchange type " + ExchangeType.name(request.header().exchangeType())));
      };
    }
    if (opened instanceof DecodeResult.UnknownCritical<IkeMessage> unknown) {
      // RFC 7296 section 2.5: the request is refused, named by one octet, and the SA stays.
      count("ike-unknown-critical");
      Reply reply = Refusal.ofCritical(sa, unknown.payloadType(), describe(opened));
      boolean connecting = sa.state() == IkeSa.State.CONNECTING;
      return now(
          connecting
              ? reply.then(() -> sa.life().end("unknown critical payload in IKE_AUTH"))
              : reply);
    }
    return now(fatal(describe(opened)));
  }

  private static boolean deletesIkeSa(IkeMessage request) {
    return request.all(DeletePayload.class).stream()
        .anyMatch(delete -> delete.protocolId() == ProtocolId.IKE);
  }

  /** RFC 7296 section 2.21.3: INVALID_SYNTAX in an authentic message ends the SA on both sides. */
  private Reply fatal(String problem) {
    count("ike-dropped-malformed");
    return Refusal.of(sa, NotifyType.INVALID_SYNTAX, "malformed: " + problem)
        .then(() -> sa.life().end("the peer's request is malformed: " + problem));
  }

  /** IKE_AUTH will cover what authentic messages of IKE_INTERMEDIATE say (RFC 9242). */
  private void noteIntermediate(Envelopes.Opened message) {
    if (message.header().exchangeType() == ExchangeType.IKE_INTERMEDIATE) {
      sa.handshake()
          .intermediate
          .add(
              message.header(),
              message.clear(),
              message.firstInner(),
              message.inner(),
              sa.crypto());
    }
  }

  /** An error in clear proves nothing, but may explain why nothing else comes. */
  private void noteUnprotectedError(DecodeResult<IkeMessage> outer) {
    if (outer instanceof DecodeResult.Decoded<IkeMessage> decoded) {
      decoded
          .value()
          .error()
          .ifPresent(
              e ->
                  sa.life()
                      .setHint("an unprotected " + NotifyType.name(e.type()) + " was received"));
    }
  }

  /**
   * The peer's address is where its last authentic message came from, in two cases only (RFC 7296
   * section 2.23): an initiator goes on from port 4500 after IKE_SA_INIT; and who is behind a NAT
   * gets another mapping from time to time. If we are behind one ourselves, an address that changes
   * would be an attacker's rather than the peer's. With MOBIKE it is told instead (RFC 4555 section
   * 3.8).
   */
  private void followPeer(Path way, boolean response) {
    sa.mobike().heard(way, response);
    if (response) {
      sa.sightings().answered(way);
    }
    if (way.equals(sa.path()) || sa.mobike().isAgreed()) {
      return;
    }
    boolean sameHosts = way.sameHosts(sa.path());
    boolean floats = sa.state() == IkeSa.State.CONNECTING && !sa.isInitiator();
    boolean mapped = sa.sightings().mayFollow();
    if (floats && sameHosts || mapped) {
      IkeLog.NET.info(sa, "the peer is at {} from now on, not at {}", way.peer(), sa.path().peer());
      sa.ctx().counters().count("ike-peer-moved");
      sa.setPath(way);
      if (sa.state().isEstablished()) {
        sa.children().moveNow();
        sa.timers().followSoon();
      }
    }
  }

  static String describe(DecodeResult<IkeMessage> result) {
    if (result instanceof DecodeResult.Malformed<IkeMessage> malformed) {
      return malformed.reason();
    }
    if (result instanceof DecodeResult.UnknownCritical<IkeMessage> unknown) {
      return "unknown critical payload " + PayloadType.name(unknown.payloadType());
    }
    return "not authentic";
  }

  private static CompletableFuture<Reply> now(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }

  private void count(String counter) {
    sa.ctx().counters().count(counter);
  }
}
