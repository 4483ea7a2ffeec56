package io.keyway.ike.message;

/**
 * The fixed header of every IKE message (RFC 7296 section 3.1).
 *
 * @param initiatorSpi SPI of the IKE SA's original initiator, never 0
 * @param responderSpi SPI of the responder, 0 in the first request
 * @param nextPayload type of the first payload; filled in by the encoder
 * @param version major version in the high, minor in the low four bits
 * @param exchangeType see {@link ExchangeType}
 * @param flags see the constants below
 * @param messageId 0 to 2^32-1, held unsigned
 * @param length octets of the whole message; filled in by the encoder
 */
public record IkeHeader(
    long initiatorSpi,
    long responderSpi,
    int nextPayload,
    int version,
    int exchangeType,
    int flags,
    int messageId,
    int length) {

  public static final int LENGTH = 28;
  public static final int VERSION_2_0 = 0x20;
  public static final int FLAG_INITIATOR = 0x08;
  public static final int FLAG_VERSION = 0x10;
  public static final int FLAG_RESPONSE = 0x20;

  /** A header to encode: next payload and length are filled in later. */
  public static IkeHeader of(
      long initiatorSpi,
      long responderSpi,
      int exchangeType,
      boolean fromOriginalInitiator,
      boolean response,
      int messageId) {
    int flags = (fromOriginalInitiator ? FLAG_INITIATOR : 0) | (response ? FLAG_RESPONSE : 0);
    return new IkeHeader(
        initiatorSpi,
        responderSpi,
        PayloadType.NONE,
        VERSION_2_0,
        exchangeType,
        flags,
        messageId,
        0);
  }

  public boolean isResponse() {
    return (flags & FLAG_RESPONSE) != 0;
  }

  /** Whether the sender is the original initiator of the IKE SA. */
  public boolean isFromInitiator() {
    return (flags & FLAG_INITIATOR) != 0;
  }

  public int majorVersion() {
    return version >>> 4;
  }

  /** The message id as 0 to 2^32-1. */
  public long messageIdUnsigned() {
    return messageId & 0xffffffffL;
  }

  @Override
  public String toString() {
    return ExchangeType.name(exchangeType)
        + (isResponse() ? " response " : " request ")
        + messageIdUnsigned()
        + " spi "
        + Long.toHexString(initiatorSpi)
        + "/"
        + Long.toHexString(responderSpi);
  }
}
