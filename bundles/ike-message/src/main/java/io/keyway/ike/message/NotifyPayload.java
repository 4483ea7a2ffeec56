package io.keyway.ike.message;

/**
 * N (RFC 7296 section 3.10).
 *
 * @param protocolId protocol of the SA that is meant, 0 when the SPI is empty
 * @param spi empty unless a child SA is meant
 */
public record NotifyPayload(int protocolId, Octets spi, int type, Octets data) implements Payload {

  /** A notification about the IKE SA or about nothing in particular. */
  public static NotifyPayload of(int type) {
    return new NotifyPayload(ProtocolId.NONE, Octets.EMPTY, type, Octets.EMPTY);
  }

  /** The same with data. */
  public static NotifyPayload of(int type, Octets data) {
    return new NotifyPayload(ProtocolId.NONE, Octets.EMPTY, type, data);
  }

  /** A notification about an ESP SA, named by its SPI. */
  public static NotifyPayload esp(int type, int spi) {
    return new NotifyPayload(ProtocolId.ESP, Octets.ofInt(spi), type, Octets.EMPTY);
  }

  @Override
  public int payloadType() {
    return PayloadType.NOTIFY;
  }

  @Override
  public String toString() {
    return "N(" + NotifyType.name(type) + ")";
  }
}
