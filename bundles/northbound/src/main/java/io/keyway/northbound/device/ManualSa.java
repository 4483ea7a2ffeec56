package io.keyway.northbound.device;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.sa.Direction;
import io.keyway.api.sa.IpsecMode;
import io.keyway.api.sa.Lifetime;
import io.keyway.api.sa.Spi;

/**
 * An SA as somebody wrote it into the device model.
 *
 * @param key key and salt; whoever takes the SA over closes it
 */
record ManualSa(
    long index,
    Direction direction,
    Spi spi,
    EncryptionAlgorithm encryption,
    SecretBytes key,
    boolean esn,
    int replayWindow,
    IpsecMode mode,
    Lifetime lifetime) {

  /** Never the key. */
  @Override
  public String toString() {
    return direction + " " + spi + " index " + index;
  }
}
