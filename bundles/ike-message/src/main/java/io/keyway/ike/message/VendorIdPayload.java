package io.keyway.ike.message;

/** V (RFC 7296 section 3.12). */
public record VendorIdPayload(Octets vendorId) implements Payload {
  @Override
  public int payloadType() {
    return PayloadType.VENDOR_ID;
  }
}
