package io.keyway.emulator.infrap4d.pipeline;

import io.keyway.api.key.SecretBytes;

/**
 * An SA as the SAD message describes it, after the truncations of the real server.
 *
 * @param algorithm 16 bits
 * @param key encryption key and salt; ownership passes with the record
 * @param keyLength 8 bits, as claimed by the message
 * @param softBytes 0: no limit
 * @param hardBytes 0: no limit
 */
public record SaConfig(
    int offloadId,
    boolean direction,
    long reqId,
    int spi,
    boolean extSeqNum,
    int replayWindow,
    int mode,
    int algorithm,
    SecretBytes key,
    int keyLength,
    long softBytes,
    long hardBytes) {

  /** Never the key. */
  @Override
  public String toString() {
    return "SaConfig[offload-id " + offloadId + ", direction " + direction + "]";
  }
}
