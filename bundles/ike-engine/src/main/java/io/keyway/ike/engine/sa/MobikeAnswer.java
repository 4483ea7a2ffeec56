package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.log.CounterNames;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.engine.negotiate.MobikeNotify;
import io.keyway.ike.engine.negotiate.NatDetection;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers what an INFORMATIONAL request says about addresses (RFC 4555). */
final class MobikeAnswer {
  private final IkeSa sa;
  private final IkeMessage request;
  private final Path way;

  /**
   * An answer to a request.
   *
   * @param way by which it came, and the answer goes back
   */
  MobikeAnswer(IkeSa sa, IkeMessage request, Path way) {
    this.sa = sa;
    this.request = request;
    this.way = way;
  }

  /** Adds to the answer of a request; nothing if MOBIKE was not agreed on. */
  Reply addTo(Reply reply) {
    if (!sa.mobike().isAgreed()) {
      return reply;
    }
    List<Payload> payloads = new ArrayList<>(reply.payloads());
    if (request.has(NotifyType.UPDATE_SA_ADDRESSES) && !sa.mobike().decides()) {
      Optional<Refusal> refusal = refusal();
      if (refusal.isPresent()) {
        return refuse(refusal.get());
      }
      update();
      reply = reply.then(this::check);
    }
    if (MobikeNotify.tells(request)) {
      sa.mobike().peerTells(request, way);
    }
    if (NatDetection.isIn(request)) {
      payloads.addAll(sa.mobike().natDetection(way));
    }
    MobikeNotify.cookie(request).ifPresent(payloads::add);
    return Reply.of(payloads).then(reply.afterwards());
  }

  private record Refusal(int type, String reason) {}

  private Optional<Refusal> refusal() {
    if (MobikeNotify.isRewritten(request, way.remote(), way.local())) {
      return Optional.of(
          new Refusal(NotifyType.UNEXPECTED_NAT_DETECTED, "it allows no NAT, and there is one"));
    }
    InetAddress from = way.remote().getAddress();
    if (!MobikeNotify.isUsable(from) || from.equals(way.local().getAddress())) {
      return Optional.of(unacceptable("that is no address of a peer"));
    }
    if (PathPairs.isIpv6Unwanted(sa.config(), from)) {
      return Optional.of(
          unacceptable("data plane '" + sa.config().plane() + "' has no IPv6 endpoints"));
    }
    if (found().any() && !sa.mobike().mayPassNat()) {
      return Optional.of(
          unacceptable(
              Reasons.natFound(found())
                  + ", and NAT traversal is off or the data plane cannot put ESP into UDP"));
    }
    return Optional.empty();
  }

  private static Refusal unacceptable(String reason) {
    return new Refusal(NotifyType.UNACCEPTABLE_ADDRESSES, reason);
  }

  private NatDetection.Finding found() {
    return NatDetection.examine(request, sa.spiI(), sa.spiR(), way.local(), way.remote());
  }

  private Reply refuse(Refusal refusal) {
    sa.ctx().counters().count(CounterNames.failure(refusal.type()));
    IkeLog.IKE.warn(
        sa,
        "the peer may not move to {}: {} ({})",
        way.peer(),
        refusal.reason(),
        NotifyType.name(refusal.type()));
    return Reply.of(List.of(NotifyPayload.of(refusal.type())));
  }

  private Path before;

  private void update() {
    before = sa.path();
    sa.mobike().peerMovedTo(way, found());
  }

  /** Traffic goes to another address only when the peer proved to be there. */
  private void check() {
    if (before.remote().equals(way.remote())) {
      sa.timers().followSoon();
    } else {
      sa.requests()
          .enqueueInstead(Exchange.informational(new RouteCheckTask(way)), RouteCheckTask.class);
      sa.requests().resend();
    }
  }
}
