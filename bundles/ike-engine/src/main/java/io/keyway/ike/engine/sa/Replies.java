package io.keyway.ike.engine.sa;

import io.keyway.ike.message.IkeHeader;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * The exchanges that the peer starts on one IKE SA. Window size 1: the next request is expected,
 * the last one is answered again from a cache, all others are dropped (RFC 7296 section 2.3).
 */
final class Replies {
  private final IkeSa sa;
  private int expected;
  private int lastRequestHash;
  private byte[] lastReply;
  private boolean parked;

  Replies(IkeSa sa) {
    this.sa = sa;
  }

  /** Takes up after the stateless part of IKE_SA_INIT. */
  void primed(byte[] request, byte[] reply) {
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
    sa.ctx().counters().count("ike-replies-repeated");
    sa.send(path, lastReply);
    return true;
  }

  boolean expects(IkeHeader request) {
    return !parked && request.messageId() == expected;
  }

  /** Answers when the reply is there; the stage completes on the worker. */
  void answer(IkeHeader header, byte[] request, Path path, CompletableFuture<Reply> whenReady) {
    parked = true;
    int hash = Arrays.hashCode(request);
    sa.watch(
        whenReady.thenAccept(
            reply -> {
              parked = false;
              if (sa.isDead()) {
                return;
              }
              byte[] packet = sa.encode(header.exchangeType(), true, expected, reply.payloads());
              expected++;
              lastRequestHash = hash;
              lastReply = packet;
              sa.send(path, packet);
              reply.afterwards().run();
              sa.requests().kick();
            }));
  }
}
