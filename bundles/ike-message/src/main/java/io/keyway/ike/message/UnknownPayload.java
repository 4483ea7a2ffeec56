package io.keyway.ike.message;

/** A payload type that is not known here and not critical: kept, so that a caller can log it. */
public record UnknownPayload(int payloadType, Octets body) implements Payload {}
