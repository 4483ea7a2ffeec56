package io.keyway.ike.message;

/** EAP (RFC 7296 section 3.16): the EAP packet as it is. */
public record EapPayload(Octets packet) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.EAP;
  }
}
