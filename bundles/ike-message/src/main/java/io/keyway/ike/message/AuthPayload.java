package io.keyway.ike.message;

/** AUTH (RFC 7296 section 3.8). */
public record AuthPayload(int method, Octets data) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.AUTH;
  }
}
