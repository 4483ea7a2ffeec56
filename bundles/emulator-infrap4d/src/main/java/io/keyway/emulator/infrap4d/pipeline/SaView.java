package io.keyway.emulator.infrap4d.pipeline;

/**
 * What may be shown of an SA: everything but its key.
 *
 * @param direction as written into the SAD
 * @param inbound what that means on this device
 * @param sequence last number sent, or highest received
 */
public record SaView(
    int offloadId,
    boolean direction,
    boolean inbound,
    int spi,
    String suite,
    boolean extSeqNum,
    int replayWindow,
    long reqId,
    int mode,
    long packets,
    long bytes,
    long softBytes,
    long hardBytes,
    long sequence,
    boolean hardExpired) {}
