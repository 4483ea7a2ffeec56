package io.keyway.ike.engine;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.sa.EngineContext;
import io.keyway.ike.engine.sa.IkeSa;
import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds whom a datagram concerns, by one hash, and hands it to that worker. Both ends of an IKE SA
 * may live in this engine: the initiator flag of the sender tells which SPI is ours.
 */
final class Dispatcher implements Consumer<Datagram> {
  /** Answers in clear to strangers per second, so that we are no amplifier and no oracle. */
  private static final int ERRORS_PER_SECOND = 10;

  /**
   * First messages, which anybody can send, fill at most this part of what may wait for a worker:
   * there is always room for those who have an IKE SA.
   */
  private static final int STRANGERS_SHARE = 4;

  private final EngineContext ctx;
  private final InitResponder initResponder;
  private final CrashAnswers crashAnswers;
  private long errorSecond;
  private int errorsSent;

  Dispatcher(EngineContext ctx, InitResponder initResponder) {
    this.ctx = ctx;
    this.initResponder = initResponder;
    this.crashAnswers = new CrashAnswers(ctx);
  }

  /** Called by the transport; does not block and does not throw. */
  @Override
  public void accept(Datagram datagram) {
    ctx.counters().count("ike-datagrams-received");
    if (MessageDecoder.header(datagram.octets())
        instanceof DecodeResult.Malformed<IkeHeader> malformed) {
      ctx.counters().count("ike-dropped-malformed");
      if (malformed.notifyType() == NotifyType.INVALID_MAJOR_VERSION) {
        refuseVersion(datagram);
      }
    } else if (MessageDecoder.header(datagram.octets())
        instanceof DecodeResult.Decoded<IkeHeader> decoded) {
      route(datagram, decoded.value());
    }
  }

  private void route(Datagram datagram, IkeHeader header) {
    long ourSpi = header.isFromInitiator() ? header.responderSpi() : header.initiatorSpi();
    if (ourSpi != 0) {
      Optional<IkeSa> sa = ctx.directory().byOurSpi(ourSpi);
      if (sa.isPresent()) {
        deliver(sa.get(), datagram, header);
      } else {
        unknownSpi(datagram, header);
      }
      return;
    }
    if (!ExchangeType.isFirst(header.exchangeType())
        || header.isResponse()
        || header.messageId() != 0) {
      ctx.counters().count("ike-dropped-requests");
      return;
    }
    Optional<IkeSa> again = ctx.directory().byInit(header.initiatorSpi(), datagram.remote());
    if (again.isPresent()) {
      deliver(again.get(), datagram, header);
      return;
    }
    long stripe = stripe(header.initiatorSpi());
    Worker worker = ctx.workers().forStripe(stripe);
    if (worker.backlog() > ctx.settings().backlog() / STRANGERS_SHARE) {
      ctx.counters().count("ike-dropped-backlog");
      return;
    }
    worker.execute(
        () -> {
          // Once more: the message before this one may have opened the IKE SA meanwhile.
          Optional<IkeSa> opened = ctx.directory().byInit(header.initiatorSpi(), datagram.remote());
          if (opened.isPresent()) {
            opened.get().receive(datagram, header);
          } else {
            initResponder.request(datagram, header, stripe);
          }
        });
  }

  private void deliver(IkeSa sa, Datagram datagram, IkeHeader header) {
    if (sa.isOverloaded()) {
      ctx.counters().count("ike-dropped-backlog");
    } else {
      sa.receive(datagram, header);
    }
  }

  /** Spreads SPIs, which a peer chooses, over the workers. */
  static long stripe(long spi) {
    long mixed = spi * 0x9e3779b97f4a7c15L;
    return mixed ^ mixed >>> 32;
  }

  /** RFC 7296 section 2.21.4: tells a peer that asks for an IKE SA that is gone; seldom enough. */
  private void unknownSpi(Datagram datagram, IkeHeader header) {
    ctx.counters().count("ike-unknown-spi");
    Optional<List<Payload>> proof = crashAnswers.to(datagram, header);
    if (proof.isPresent()) {
      answer(datagram, header, proof.get());
      return;
    }
    if (!header.isResponse() && mayAnswer()) {
      answer(datagram, header, NotifyType.INVALID_IKE_SPI);
    }
  }

  private void refuseVersion(Datagram datagram) {
    byte[] octets = datagram.octets();
    boolean response = (octets[19] & IkeHeader.FLAG_RESPONSE) != 0;
    if (response || !mayAnswer()) {
      return;
    }
    byte[] spis = java.util.Arrays.copyOf(octets, IkeHeader.LENGTH);
    spis[17] = IkeHeader.VERSION_2_0;
    spis[24] = 0;
    spis[25] = 0;
    spis[26] = 0;
    spis[27] = IkeHeader.LENGTH;
    if (MessageDecoder.header(spis) instanceof DecodeResult.Decoded<IkeHeader> header) {
      answer(datagram, header.value(), NotifyType.INVALID_MAJOR_VERSION);
    }
  }

  private synchronized boolean mayAnswer() {
    long now = Instant.now(ctx.clock()).getEpochSecond();
    if (now != errorSecond) {
      errorSecond = now;
      errorsSent = 0;
    }
    return errorsSent++ < ERRORS_PER_SECOND;
  }

  private void answer(Datagram datagram, IkeHeader request, int notifyType) {
    answer(datagram, request, List.of(NotifyPayload.of(notifyType)));
  }

  private void answer(Datagram datagram, IkeHeader request, List<Payload> payloads) {
    IkeHeader header =
        IkeHeader.of(
            request.initiatorSpi(),
            request.responderSpi(),
            request.exchangeType(),
            !request.isFromInitiator(),
            true,
            request.messageId());
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
