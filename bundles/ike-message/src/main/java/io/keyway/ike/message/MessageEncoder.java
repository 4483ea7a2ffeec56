package io.keyway.ike.message;

import java.util.List;

/** Values to octets. Input comes from this process, so nonsense is a bug and throws. */
public final class MessageEncoder {
  private static final int GENERIC_HEADER = 4;
  private static final int PREFIX = IkeHeader.LENGTH + GENERIC_HEADER;

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
    OctetWriter inner = new OctetWriter(256);
    chain(payloads, inner);
    byte[] plaintext = inner.toArray();
    int bodyOctets = protection.bodyOctets(plaintext.length);
    OctetWriter writer = new OctetWriter(PREFIX + bodyOctets);
    header(header, PayloadType.SK, writer);
    writer.u8(payloads.isEmpty() ? PayloadType.NONE : payloads.get(0).payloadType());
    writer.u8(0).u16(0);
    writer.putU16(IkeHeader.LENGTH + 2, GENERIC_HEADER + bodyOctets);
    writer.putI32(24, PREFIX + bodyOctets);
    byte[] prefix = writer.copy();
    byte[] body = protection.seal(prefix, plaintext);
    if (body.length != bodyOctets) {
      throw new IllegalStateException("body of " + body.length + " octets, said " + bodyOctets);
    }
    return writer.bytes(body).toArray();
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
