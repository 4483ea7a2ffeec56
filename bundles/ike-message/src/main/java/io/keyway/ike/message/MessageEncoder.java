package io.keyway.ike.message;

import java.util.List;

/** Values to octets. Input comes from this process, so nonsense is a bug and throws. */
public final class MessageEncoder {
  private static final int GENERIC_HEADER = 4;

  private MessageEncoder() {}

  /** Encodes a message whose payloads travel in clear (IKE_SA_INIT, errors outside of an SA). */
  public static byte[] encode(IkeHeader header, List<? extends Payload> payloads) {
    OctetWriter writer = new OctetWriter(512);
    int first = payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).payloadType();
    header(header, first, writer);
    chain(payloads, writer);
    writer.putI32(24, writer.size());
    return writer.toArray();
  }

  /** Encodes a message whose payloads all travel inside of SK, and encrypts them. */
  public static byte[] encode(
      IkeHeader header, List<? extends Payload> payloads, MessageProtection protection) {
    OctetWriter writer = new OctetWriter(512);
    header(header, PayloadType.SK, writer);
    int start = writer.size();
    writer.u8(payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).payloadType());
    writer.u8(0).u16(0);
    int aadLength = writer.size();
    writer.zeros(protection.ivLength());
    int plain = writer.size();
    chain(payloads, writer);
    int block = Math.max(1, protection.blockLength());
    int padding = (block - (writer.size() - plain + 1) % block) % block;
    writer.zeros(padding).u8(padding).zeros(protection.icvLength());
    writer.putU16(start + 2, writer.size() - start);
    writer.putI32(24, writer.size());
    byte[] message = writer.toArray();
    protection.seal(message, aadLength);
    return message;
  }

  private static void header(IkeHeader header, int first, OctetWriter writer) {
    writer.i64(header.initiatorSpi()).i64(header.responderSpi());
    writer.u8(first).u8(header.version()).u8(header.exchangeType()).u8(header.flags());
    writer.i32(header.messageId()).i32(0);
  }

  private static void chain(List<? extends Payload> payloads, OctetWriter writer) {
    for (int i = 0; i < payloads.size(); i++) {
      int start = writer.size();
      writer.u8(i + 1 < payloads.size() ? payloads.get(i + 1).payloadType() : PayloadType.NONE);
      writer.u8(0).u16(GENERIC_HEADER);
      PayloadBodies.write(payloads.get(i), writer);
      writer.putU16(start + 2, writer.size() - start);
    }
  }
}
