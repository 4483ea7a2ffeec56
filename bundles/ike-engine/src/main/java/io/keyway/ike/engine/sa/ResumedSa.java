package io.keyway.ike.engine.sa;

import io.keyway.api.crypto.IkeProposal;
import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.crypto.KeySchedule;
import io.keyway.ike.engine.log.Failure;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.engine.negotiate.RedirectNotify;
import io.keyway.ike.engine.resume.Session;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NoncePayload;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import java.util.ArrayList;
import java.util.List;

/** Opens an IKE SA for a ticket that is good (RFC 5723 section 4.3.2). */
public final class ResumedSa {
  private ResumedSa() {}

  /**
   * Answers IKE_SESSION_RESUME and waits for IKE_AUTH. Runs on the worker of the stripe.
   *
   * @param session its key is wiped here
   */
  public static void open(
      EngineContext ctx,
      Connection connection,
      Datagram datagram,
      IkeMessage request,
      Session session,
      IkeProposal proposal,
      NoncePayload nonce,
      long stripe) {
    long spiI = request.header().initiatorSpi();
    long spiR = ctx.newSpi();
    IkeSa sa =
        new IkeSa(ctx, ctx.newUid(), stripe, false, spiI, spiR, Path.of(datagram), connection);
    sa.setConnection(connection);
    sa.noteTraced(request);
    Handshake handshake = sa.handshake();
    handshake.resumed = session;
    handshake.initRequest = datagram.octets();
    handshake.initiatorNonce = nonce.nonce().toArray();
    handshake.responderNonce = ctx.nonce();
    sa.setNat(
        NatDetection.examine(request, spiI, 0, datagram.local(), datagram.remote())
            .forcedIf(connection.config().options().encapsulation()));
    if (sa.nat().local() || sa.nat().remote()) {
      ctx.counters().count("ike-nat-detected");
      IkeLog.NET.info(sa, "{}", Reasons.natFound(sa.nat()));
    }
    try (session) {
      sa.setCrypto(
          new SaCrypto(
                  ctx.crypto(),
                  proposal,
                  KeySchedule.resumedIkeSa(
                      ctx.crypto().prf(proposal.prf()),
                      session.skD(),
                      proposal.encryption(),
                      proposal.integrity(),
                      handshake.initiatorNonce,
                      handshake.responderNonce,
                      spiI,
                      spiR),
                  false)
              .inheritPpk(session.ppkId()));
    }
    sa.life().countHalfOpen();
    boolean fragments =
        connection.config().options().fragmentation()
            && request.has(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED);
    sa.setFragmentation(fragments);
    sa.redirect().setPeerSupports(RedirectNotify.isSupportedBy(request));
    List<Payload> payloads = new ArrayList<>();
    payloads.add(new NoncePayload(Octets.copyOf(handshake.responderNonce)));
    payloads.addAll(sa.mobike().natDetection(sa.path()));
    Childlessness.announce(connection.config().options().childless(), payloads);
    if (fragments) {
      payloads.add(NotifyPayload.of(NotifyType.IKEV2_FRAGMENTATION_SUPPORTED));
    }
    List<byte[]> reply = sa.outbox().encode(ExchangeType.IKE_SESSION_RESUME, true, 0, payloads);
    handshake.initResponse = reply.get(0);
    sa.replies().primed(datagram.octets(), reply);
    sa.outbox().send(reply);
    sa.life()
        .waitForIkeAuth(
            ctx.settings().halfOpenTimeout(),
            () -> {
              if (sa.state() == IkeSa.State.CONNECTING) {
                ctx.counters().count("ike-half-open-expired");
                ctx.counters().count(Failure.HALF_OPEN_EXPIRED.counter());
                sa.life().end("peer " + sa.path().peer() + " did not go on with its ticket");
              }
            });
  }
}
