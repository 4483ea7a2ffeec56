package io.keyway.plane.infrap4d.device;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.IpsecMode;
import java.util.Objects;

/**
 * An SA to be installed.
 *
 * @param spi of the wire
 * @param softBytes ask for a rekey after so many octets; 0: never
 * @param hardBytes end after so many octets; 0: never
 * @param key key, then salt; stays the caller's, who wipes it
 */
public record SaInsert(
    SaRef ref,
    long spi,
    boolean esn,
    int replayWindow,
    IpsecMode mode,
    EncryptionAlgorithm algorithm,
    long softBytes,
    long hardBytes,
    SecretBytes key) {

  public SaInsert {
    Objects.requireNonNull(ref, "ref");
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(algorithm, "algorithm");
    Objects.requireNonNull(key, "key");
  }

  /** Without the key. */
  @Override
  public String toString() {
    return ref + " spi " + String.format("0x%08x", spi);
  }
}
