package io.keyway.ike.engine.sa;

import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.Payload;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The exchanges that the peer starts on one IKE SA. Window size 1: the next request is expected,
 * the last one is answered again from a cache, all others are dropped (RFC 7296 section 2.3).
 */
final class Replies {
  private final IkeSa sa;
  private int expected;
  private int lastRequestHash;
  private List<byte[]> lastReply;
  private boolean parked;

  /** What a long answer is made of, for a while, so that it can be cut anew. */
  private List<Payload> kept = List.of();

  private Worker.Timer forgetLater = Worker.Timer.NONE;

  /** What sealed the last answer, if the IKE SA has other keys since. */
  private SaCrypto past;

  private int exchangeType;
  private int times;

  Replies(IkeSa sa) {
    this.sa = sa;
  }

  /** Takes up after the stateless part of IKE_SA_INIT. */
  void primed(byte[] request, List<byte[]> reply) {
    expected = 1;
    lastRequestHash = Arrays.hashCode(request);
    lastReply = reply;
  }

  /** Whether an answer waits for a service; the peer cannot ask anything else until then. */
  boolean isParked() {
    return parked;
  }

  /** Repeats the last answer if this is the last request again. */
  boolean repeat(IkeHeader header, byte[] request, Path path) {
    if (lastReply == null
        || header.messageId() != expected - 1
        || Arrays.hashCode(request) != lastRequestHash) {
      return false;
    }
    repeat(path);
    return true;
  }

  /**
   * Whether this belongs to the last request: the peer may cut it into smaller fragments when it
   * repeats it (RFC 7383 section 2.6.1).
   */
  boolean answered(IkeHeader header) {
    return lastReply != null && header.messageId() == expected - 1;
  }

  /** Opens a repetition of the last request, which went under the keys of that time. */
  Optional<byte[]> open(byte[] octets, int bodyOffset) {
    return sealer().open(octets, bodyOffset);
  }

  private SaCrypto sealer() {
    return past == null ? sa.crypto() : past;
  }

  /** The IKE SA has new keys; with those before the last answer can still be cut anew. */
  void superseded(SaCrypto before) {
    forgetKeys();
    if (lastReply == null) {
      before.close();
      return;
    }
    before.keys().close();
    past = before;
  }

  /** Nobody asks for the answer before any more. */
  void forgetKeys() {
    if (past != null) {
      past.close();
      past = null;
    }
  }

  private void repeat(Path path) {
    times++;
    if (sa.packetSize().shorten(times, lastReply, kept)) {
      cutAnew();
    }
    sendAgain(path);
  }

  /** Repeats the answer for a request that the peer cut into smaller pieces, in smaller ones. */
  void repeatSmaller(Path path) {
    if (!kept.isEmpty() && sa.packetSize().shorten(lastReply)) {
      cutAnew();
    }
    sendAgain(path);
  }

  private void cutAnew() {
    lastReply = sa.outbox().again(exchangeType, true, expected - 1, kept, sealer());
    kept = List.of();
  }

  private void sendAgain(Path path) {
    sa.ctx().counters().count("ike-replies-repeated");
    sa.outbox().send(path, lastReply);
  }

  boolean expects(IkeHeader request) {
    return !parked && request.messageId() == expected;
  }

  /**
   * Answers when the reply is there; the stage completes on the worker.
   *
   * @param requestHash of the datagram, or of the one with fragment 1, whose repetition asks for
   *     the answer again
   */
  void answer(IkeHeader header, int requestHash, Path path, CompletableFuture<Reply> whenReady) {
    parked = true;
    sa.watch(
        whenReady.thenAccept(
            reply -> {
              parked = false;
              if (sa.isDead()) {
                return;
              }
              List<byte[]> packets =
                  sa.outbox().encode(header.exchangeType(), true, expected, reply.payloads());
              forgetKeys();
              expected++;
              keep(header.exchangeType(), packets, reply.payloads());
              lastRequestHash = requestHash;
              lastReply = packets;
              sa.outbox().send(path, packets);
              reply.afterwards().run();
              sa.requests().kick();
            }));
  }

  private void keep(int type, List<byte[]> packets, List<Payload> payloads) {
    kept = sa.packetSize().keep(packets, payloads);
    exchangeType = type;
    times = 1;
    forgetLater.cancel();
    if (!kept.isEmpty()) {
      // For as long as a peer goes on asking, and no longer: there may be many IKE SAs.
      forgetLater = sa.after(sa.ctx().settings().halfOpenTimeout(), () -> kept = List.of());
    }
  }
}
