package io.keyway.ike.engine;

import io.keyway.api.ike.IkeTransport.Datagram;
import io.keyway.ike.engine.sa.EngineContext;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Octets;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import io.keyway.ike.message.ProtocolId;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Tells a peer that goes on with an IKE SA which an earlier life of ours had, so that it need not
 * wait for a timeout (RFC 6290 section 4.5). The answer (60 octets) is hardly longer than the
 * request, each address gets a few in a second, and all of them together as many as a gateway with
 * tens of thousands of peers needs after a restart.
 */
final class CrashAnswers {
  private static final int PER_ADDRESS = 4;
  private static final int ALL = 10_000;

  /** An empty protected request with AES-GCM has 57 octets; what is shorter is none. */
  private static final int SHORTEST = 56;

  private static final int SLOTS = 1 << 12;

  private final EngineContext ctx;
  private final byte[] sent = new byte[SLOTS];
  private long second = Long.MIN_VALUE;
  private int all;

  CrashAnswers(EngineContext ctx) {
    this.ctx = ctx;
  }

  /** The answer to a request for an IKE SA that is not ours now; empty when there is none. */
  Optional<List<Payload>> to(Datagram datagram, IkeHeader header) {
    boolean sealed =
        header.nextPayload() == PayloadType.SK || header.nextPayload() == PayloadType.SKF;
    // By either SPI: somebody may have swapped the roles of a living IKE SA (RFC 6290 section
    // 10.2), and the peer may use the successor of a rekey before its answer has reached us.
    boolean living =
        ctx.directory().isOurs(header.initiatorSpi())
            || ctx.directory().isOurs(header.responderSpi());
    if (header.isResponse() || !sealed || living) {
      return Optional.empty();
    }
    Optional<Octets> token =
        ctx.recovery()
            .tokens()
            .token(!header.isFromInitiator(), header.initiatorSpi(), header.responderSpi());
    if (token.isEmpty() || datagram.octets().length < SHORTEST) {
      return Optional.empty();
    }
    if (!mayAnswer(datagram.remote().getAddress(), ctx.clock())) {
      ctx.counters().count("ike-crash-tokens-held-back");
      return Optional.empty();
    }
    ctx.counters().count("ike-crash-tokens-shown");
    return Optional.of(
        List.of(
            NotifyPayload.of(NotifyType.INVALID_IKE_SPI),
            new NotifyPayload(
                ProtocolId.IKE, Octets.EMPTY, NotifyType.QUICK_CRASH_DETECTION, token.get())));
  }

  private synchronized boolean mayAnswer(InetAddress from, Clock clock) {
    long now = clock.instant().getEpochSecond();
    if (now != second) {
      second = now;
      all = 0;
      Arrays.fill(sent, (byte) 0);
    }
    byte[] octets = from.getAddress();
    int hash = Arrays.hashCode(Arrays.copyOf(octets, Math.min(8, octets.length)));
    int slot = (hash * 0x9e3779b9 >>> 20) % SLOTS;
    if (all >= ALL || sent[slot] >= PER_ADDRESS) {
      return false;
    }
    all++;
    sent[slot]++;
    return true;
  }
}
