package io.keyway.it.fuzz;

import io.keyway.ike.message.DecodeResult;
import io.keyway.ike.message.EncryptedFragmentPayload;
import io.keyway.ike.message.EncryptedPayload;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.MessageDecoder;
import io.keyway.ike.message.MessageEncoder;
import io.keyway.ike.message.Payload;
import io.keyway.ike.message.SaPayload;
import io.keyway.ike.message.UnknownPayload;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Frames around fuzzed bodies, and what holds for every message. */
final class Wire {
  private static final int GENERIC_HEADER = 4;
  private static final int MAX_BODY = 0xffff - GENERIC_HEADER;

  private Wire() {}

  /** A message of one payload; its lengths are right, its body is the fuzzer's. */
  static byte[] framed(int payloadType, byte[] body) {
    int length = Math.min(body.length, MAX_BODY);
    ByteBuffer datagram = ByteBuffer.allocate(IkeHeader.LENGTH + GENERIC_HEADER + length);
    datagram.putLong(1).putLong(2);
    datagram.put((byte) payloadType).put((byte) IkeHeader.VERSION_2_0);
    datagram.put((byte) 35).put((byte) IkeHeader.FLAG_INITIATOR);
    datagram.putInt(1).putInt(datagram.capacity());
    datagram.put((byte) 0).put((byte) 0).putShort((short) (GENERIC_HEADER + length));
    return datagram.put(body, 0, length).array();
  }

  /** The payload that a body is; empty when it is refused. */
  static Optional<Payload> payload(int payloadType, byte[] body) {
    return message(framed(payloadType, body)).map(message -> message.payloads().get(0));
  }

  /**
   * Decodes a whole message. What is well formed must mean the same after it was written and read
   * again: a codec that disagrees with itself would let two ends see different things.
   */
  static Optional<IkeMessage> message(byte[] datagram) {
    DecodeResult<IkeMessage> result = MessageDecoder.message(datagram);
    if (result instanceof DecodeResult.Malformed<IkeMessage> malformed) {
      require(!malformed.reason().isBlank(), "a refusal without a reason");
      require(malformed.notifyType() > 0, "a refusal without a notification");
      return Optional.empty();
    }
    if (result instanceof DecodeResult.Decoded<IkeMessage> decoded) {
      same(decoded.value());
      // What goes to logs must not fail either.
      require(!decoded.value().toString().isEmpty(), "no text");
      return Optional.of(decoded.value());
    }
    return Optional.empty();
  }

  /** Writes payloads that were read, and reads them again. */
  static void same(IkeMessage message) {
    if (!message.payloads().stream().allMatch(Wire::isWritable)) {
      return;
    }
    byte[] again = MessageEncoder.encode(message.header(), message.payloads());
    DecodeResult<IkeMessage> result = MessageDecoder.message(again);
    if (!(result instanceof DecodeResult.Decoded<IkeMessage> decoded)) {
      throw new IllegalStateException("what was read is refused when it is written: " + result);
    }
    List<Payload> payloads = decoded.value().payloads();
    require(payloads.equals(message.payloads()), "written and read again, it is another message");
  }

  /** Encrypted payloads are positions in a datagram; unknown attributes are not kept. */
  private static boolean isWritable(Payload payload) {
    if (payload instanceof SaPayload sa) {
      return sa.proposals().stream()
          .flatMap(proposal -> proposal.transforms().stream())
          .noneMatch(transform -> transform.unknownAttributes());
    }
    return !(payload instanceof EncryptedPayload)
        && !(payload instanceof EncryptedFragmentPayload)
        && !(payload instanceof UnknownPayload unknown && unknown.payloadType() == 0);
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
