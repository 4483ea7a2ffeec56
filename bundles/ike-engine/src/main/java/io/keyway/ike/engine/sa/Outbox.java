package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeTransport;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.PayloadType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What one IKE SA sends: messages become datagrams here, sealed (RFC 7296 section 3.14), in
 * fragments where both sides take them (RFC 7383), and go to the transport. Runs on the SA's
 * worker.
 */
final class Outbox {
  private final IkeSa sa;

  Outbox(IkeSa sa) {
    this.sa = sa;
  }

  /** One message: a datagram, or several if it is long and the peer takes fragments. */
  List<byte[]> encode(int exchangeType, boolean response, int messageId, List<Payload> payloads) {
    IkeHeader header =
        IkeHeader.of(sa.spiI(), sa.spiR(), exchangeType, sa.isInitiator(), response, messageId);
    sa.ctx().messages().sent(sa, sa.traceName(), header, payloads);
    if (exchangeType == ExchangeType.IKE_INTERMEDIATE) {
      // In clear it is header and inner payloads, which is what IKE_AUTH will cover.
      byte[] clear = MessageEncoder.encode(header, payloads);
      byte[] ahead = MessageEncoder.encode(header, ahead(header));
      sa.handshake()
          .intermediate
          .add(
              header,
              ClearPart.of(ahead, ahead.length),
              payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).payloadType(),
              Arrays.copyOfRange(clear, IkeHeader.LENGTH, clear.length),
              sa.crypto());
    }
    return ExchangeType.isFirst(exchangeType)
        ? List.of(MessageEncoder.encode(header, payloads))
        : seal(header, payloads, sa.crypto());
  }

  /** The same message again, in packets of the length that is right now. */
  List<byte[]> again(
      int exchangeType,
      boolean response,
      int messageId,
      List<Payload> payloads,
      SaCrypto sealedBefore) {
    IkeHeader header =
        IkeHeader.of(sa.spiI(), sa.spiR(), exchangeType, sa.isInitiator(), response, messageId);
    return seal(header, payloads, sealedBefore);
  }

  private List<byte[]> seal(IkeHeader header, List<Payload> payloads, SaCrypto with) {
    List<Payload> ahead = ahead(header);
    if (!sa.fragmentation()) {
      return List.of(MessageEncoder.encode(header, ahead, payloads, with));
    }
    List<byte[]> packets =
        MessageEncoder.fragments(header, ahead, payloads, with, sa.packetSize().limit());
    if (packets.size() > 1) {
      sa.ctx().counters().count("ike-messages-fragmented");
    }
    return packets;
  }

  /** What goes in clear before SK: the solution of a puzzle, or nothing. */
  private List<Payload> ahead(IkeHeader header) {
    return header.isResponse() ? List.of() : sa.handshake().solution;
  }

  void send(List<byte[]> packets) {
    send(sa.path(), packets);
  }

  void send(Path way, List<byte[]> packets) {
    sa.timers().spoke();
    packets.forEach(packet -> send(way, packet));
  }

  private void send(Path way, byte[] packet) {
    Optional<IkeTransport> transport = sa.ctx().services().transport();
    IkeLog.NET.debug(sa, "sending {} octets to {}", packet.length, way.peer());
    if (transport.isEmpty()) {
      IkeLog.NET.debug(sa, "no transport, a message is lost");
      return;
    }
    try {
      Outcome outcome = transport.get().send(way.carry(packet));
      if (!outcome.done()) {
        sa.life().setHint(outcome.reason());
        IkeLog.NET.debug(sa, "not sent: {}", outcome.reason());
      }
    } catch (RuntimeException e) {
      // The service is just going; the message is lost like others in a network.
      IkeLog.NET.debug(sa, "not sent: {}", e.getMessage());
    }
  }
}
