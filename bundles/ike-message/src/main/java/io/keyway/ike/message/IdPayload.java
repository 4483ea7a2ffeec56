package io.keyway.ike.message;

/**
 * IDi or IDr (RFC 7296 section 3.5).
 *
 * @param initiator true for IDi
 * @param idType see {@link IdType}
 */
public record IdPayload(boolean initiator, int idType, Octets data) implements Payload {
  @Override
  public int payloadType() {
    return initiator ? PayloadType.ID_I : PayloadType.ID_R;
  }

  /** The payload without its generic header: what AUTH covers (RFC 7296 section 2.15). */
  public byte[] body() {
    OctetWriter writer = new OctetWriter(4 + data.length());
    PayloadBodies.id(this, writer);
    return writer.toArray();
  }
}
