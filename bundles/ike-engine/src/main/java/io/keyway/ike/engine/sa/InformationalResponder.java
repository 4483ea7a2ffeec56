package io.keyway.ike.engine.sa;

import io.keyway.api.ike.EngineEvent;
import io.keyway.ike.message.DeletePayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.ProtocolId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers INFORMATIONAL: deletions, liveness checks, errors (RFC 7296 section 1.4). */
final class InformationalResponder {
  private final IkeSa sa;
  private final IkeMessage request;
  private final Path way;

  /** With the way by which the request came. */
  InformationalResponder(IkeSa sa, IkeMessage request, Path way) {
    this.sa = sa;
    this.request = request;
    this.way = way;
  }

  CompletableFuture<Reply> reply() {
    sa.crash().take(request);
    List<DeletePayload> deletes = request.all(DeletePayload.class);
    boolean deletesIke = deletes.stream().anyMatch(d -> d.protocolId() == ProtocolId.IKE);
    if (deletesIke || request.has(NotifyType.AUTHENTICATION_FAILED)) {
      String reason =
          Optional.ofNullable(sa.handshake().auth)
              .flatMap(AuthResponder::abandoned)
              .or(() -> request.error().map(e -> Reasons.authRefused(sa, e.type())))
              .orElse("peer " + sa.path().peer() + " deleted the IKE SA");
      if (request.has(NotifyType.AUTHENTICATION_FAILED)) {
        sa.ctx()
            .events()
            .publish(
                new EngineEvent.AuthenticationFailed(
                    sa.connection().name(), sa.path().peer(), reason));
      }
      return CompletableFuture.completedFuture(
          Reply.empty().then(() -> sa.life().deletedByPeer(reason)));
    }
    if (AuthLifetime.heed(sa, request) && sa.state().isEstablished()) {
      sa.timers().start();
    }
    sa.execute(() -> sa.redirect().informed(request));
    List<Integer> ours = new ArrayList<>();
    List<CompletableFuture<Void>> switches = new ArrayList<>();
    for (DeletePayload delete : deletes) {
      if (delete.protocolId() == ProtocolId.ESP) {
        delete.spis().forEach(spi -> end(spi, ours, switches));
      }
    }
    // The peer stops receiving on an old child once it has our answer, so we turn first.
    return CompletableFuture.allOf(switches.toArray(CompletableFuture[]::new))
        .thenCompose(nothing -> Assignment.answer(sa, request))
        .thenApply(
            addresses -> {
              List<Payload> payloads = new ArrayList<>(addresses);
              if (!ours.isEmpty()) {
                payloads.add(DeletePayload.esp(ours));
              }
              sa.tickets().grant(request, payloads);
              return Reply.of(payloads);
            })
        .thenApply(reply -> new MobikeAnswer(sa, request, way).addTo(reply));
  }

  private void end(Octets spi, List<Integer> ours, List<CompletableFuture<Void>> switches) {
    if (sa.children().byPeerSpi(spi.toInt()).isEmpty()
        && sa.requests().isActive(ChildCreateTask.class)) {
      // Perhaps the very one that its answer, which is still on its way, makes.
      sa.children().endedEarly(spi.toInt());
    }
    sa.children()
        .byPeerSpi(spi.toInt())
        // Both delete at the same moment: each names nothing (RFC 7296 section 2.25.1).
        .filter(child -> child.state() != ChildSa.State.DELETING)
        .ifPresent(
            child -> {
              ours.add(child.spiIn());
              if (child.state().isUp()) {
                sa.wishes().isWantedAgain(child.config());
              }
              boolean replaced = child.state() == ChildSa.State.REKEYED;
              switches.add(
                  sa.children()
                      .end(child, "peer " + sa.path().peer() + " deleted the child", replaced));
            });
  }
}
