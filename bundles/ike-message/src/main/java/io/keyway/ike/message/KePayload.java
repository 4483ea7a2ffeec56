package io.keyway.ike.message;

/** KE (RFC 7296 section 3.4). The length of the public value is checked by who knows the group. */
public record KePayload(int group, Octets publicValue) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.KE;
  }
}
